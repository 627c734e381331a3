"""Prints every module of the standard library that this interpreter imports, a name a line; each is tried in a process of its own."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

# What is left out, and why: tests and `__main__` do work when they are imported, antigravity opens a browser, this prints.
SKIPPED_PARTS = {"test", "tests", "idle_test", "__main__", "__phello__", "__hello__"}
SKIPPED_NAMES = {"antigravity", "this"}
SKIPPED_FOLDERS = {"site-packages", "dist-packages", "__pycache__", "lib-dynload"}


def names_on_disk(root: str) -> set[str]:
    names = set()
    for folder, subfolders, files in os.walk(root):
        subfolders[:] = [name for name in subfolders
                         if name not in SKIPPED_FOLDERS and os.path.exists(os.path.join(folder, name, "__init__.py"))]
        package = os.path.relpath(folder, root).replace(os.sep, ".")
        prefix = "" if package == "." else package + "."
        if prefix:
            names.add(package)
        names.update(prefix + name[:-3] for name in files if name.endswith(".py") and name != "__init__.py")
    return names


def imports(name: str) -> bool:
    # A hang (a module that waits for input, or for a display) is a module that does not import.
    try:
        return subprocess.run([sys.executable, "-I", "-c", f"import {name}"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def main() -> None:
    found = names_on_disk(os.path.dirname(os.__file__)) | set(sys.stdlib_module_names) | set(sys.builtin_module_names)
    wanted = sorted(name for name in found
                    if name not in SKIPPED_NAMES and not SKIPPED_PARTS.intersection(name.split(".")) and name.replace(".", "").isidentifier())
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, good in zip(wanted, pool.map(imports, wanted)):
            if good:
                print(name)


if __name__ == "__main__":
    main()
