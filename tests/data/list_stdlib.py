"""Prints every module of the standard library that the running interpreter can import, a name a line.

Run it with the interpreter of a distribution (`install/bin/python3.11 -I -S list_stdlib.py`). Each name is tried in a child process of its own,
because some modules refuse to stand beside others, and some print or open windows when they are imported. Test packages are left out, as the rule
`stdlib` leaves them out.
"""
import os
import pkgutil
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor

# Platform modules that import only where their own platform is, and scripts that act when they are imported.
SKIPPED = {"antigravity", "this", "idlelib", "turtledemo", "tkinter", "turtle", "ensurepip._bundled"}
TESTS = ("test", "tests", "idle_test", "lib2to3.tests", "ctypes.test", "distutils.tests", "unittest.test", "tkinter.test", "sqlite3.test")


def names(paths, prefix=""):
    for info in pkgutil.iter_modules(paths):
        name = prefix + info.name
        if name in SKIPPED or info.name in TESTS or info.name.startswith("_test") or info.name.startswith("test_") or name in ("xxsubtype", "_ctypes_test", "site-packages"):
            continue
        yield name
        if info.ispkg:
            yield from names([os.path.join(path, info.name) for path in paths], name + ".")


def imports(name):
    code = f"import {name}"
    result = subprocess.run([sys.executable, "-I", "-S", "-c", code], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
    return result.returncode == 0


def main():
    candidates = set(names([sysconfig.get_path("stdlib")])) | {name for name in sys.builtin_module_names if name != "__main__" and not name.startswith("_test")} - SKIPPED - {"xxsubtype"}
    candidates = sorted(name for name in candidates if not name.endswith(".__main__"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, good in zip(candidates, pool.map(imports, candidates)):
            if good:
                print(name)


main()
