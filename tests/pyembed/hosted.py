"""A C program that hosts the runtime (data/host.c, examples/embed-c), linked with its objects: compiled with the sanitizers, or run under valgrind."""

import os
import re
import subprocess
import sys
from pathlib import Path

import build_product
import native_checks

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parents[1] / "examples/embed-c"
HOSTS = {"example": (EXAMPLE / "main.c", ["you"], '{"hello": "you"}\nno coffee\ntea: 3.50\ngreeter ended with 7, host.price was asked 2 times\n'),
         "every call": (HERE / "data/host.c", [], "words\ntea: 3.50\nevery call did what it says\n")}


def compile_host(distribution, source, objects, flags, folder):
    """The runtime's objects with host.c in place of the executable's main, and the host."""
    own = [name for name in objects if not name.endswith("pyapp-main.o")]
    for file in (build_product.SOURCES / "pyembed/host/host.c", source):
        target = folder / f"hosted-{file.parent.name}-{file.stem}.o"
        subprocess.run([build_product.compiler(), *build_product.FLAGS, *flags, f"-I{build_product.SOURCES}/pyembed", "-isystem", str(distribution.include),
                        "-c", str(file), "-o", str(target)], check=True)
        own.append(str(target))
    return own


def spoil_gc(product):
    """The boot imports it when the interpreter stands."""
    product.modules["gc"] = dict(path="gc.py", flags=0, source=b"raise ValueError('no collector')")


def spoil_encodings(product):
    """CPython imports it in the midst of its start."""
    del product.modules["encodings"]


def spoil_boot(product):
    """What CPython runs in the place of `encodings`."""
    product.modules["_pyembed_boot"]["code"] = b"no code"


# Products that do not start in a host: what is done to the product, and its settings.
FAILING = {"gc": (spoil_gc, []), "encodings": (spoil_encodings, []), "boot": (spoil_boot, []), "setting": (lambda product: None, [("no_such_setting", "1")]),
           "nul": (lambda product: None, [("run_mode", "eval"), ("run_code", "print(1)\0print(2)")]), "version": (lambda product: None, [("python_version", "2.7")])}


def build_failing(distribution, objects, product, folder):
    """folder/hosted/NAME for each of them."""
    (folder / "hosted").mkdir()
    own = compile_host(distribution, HERE / "data/host_fails.c", objects, [], folder)
    for name, (spoil, settings) in FAILING.items():
        modules = {key: dict(module) for key, module in product.modules.items()}
        spoil(product)
        build_product.link(distribution, own, product.write(settings, native_checks.ORDER), folder / "hosted" / name, [], folder)
        product.modules = modules


def reports(log, program):
    """Valgrind's reports, without those that are CPython's own: `int("0")` multiplies 0 with a digit that nobody wrote, and all that comes of the number counts as
    uninitialised from then on. Such a report counts where our code, or libc for it, is at the top; any other report counts wherever it is. Our code is what was compiled
    with line numbers."""
    found = [report for report in re.split(r"^==\d+== *\n", log, flags=re.M) if report.strip()]
    return [report for report in found if not ("uninitialised" in report and re.search(rf"^==\d+==    at .*\(in {re.escape(str(program))}\)$", report, re.M))]


def watched(program, arguments, folder):
    """Runs a program under valgrind. Returns its exit code, its output, and the reports."""
    log = folder / f"{program.name}.valgrind"
    code, output = native_checks.run(["valgrind", "-q", f"--log-file={log}", "--child-silent-after-fork=yes", program, *arguments])
    return code, output, reports(log.read_text(), program)


def leak_environment(folder):
    """From 3.12 on interned strings live for ever, and CPython does not free them at its end."""
    suppressions = folder / "leaks.supp"
    suppressions.write_text("leak:PyUnicode_New\n" if sys.version_info >= (3, 12) else "")
    return dict(os.environ, LSAN_OPTIONS=f"suppressions={suppressions}:print_suppressions=0")


def run(tally, distribution, objects, product, folder, flags=()):
    """With `flags` those of a sanitizer; else under valgrind."""
    build_product.fill(product, distribution, build_product.parse(
        ["--distribution", "-", "--output", "-", "--no-stdlib", "--package-root", f"{EXAMPLE}:greeter"]))
    blob = product.write([("raw_allocator", "system")], native_checks.ORDER)
    for name, (source, arguments, expected) in HOSTS.items():
        program = folder / f"host-{source.stem}"
        build_product.link(distribution, compile_host(distribution, source, objects, flags, folder), blob, program, flags, folder)
        if flags:
            code, output, found = *native_checks.run([program, *arguments], env=leak_environment(folder)), []
        else:
            code, output, found = watched(program, arguments, folder)
        good = (code, output, found) == (0, expected, [])
        native_checks.count(tally, f"hosted, {'sanitized' if flags else 'valgrind'}, {name}", good, "as expected" if good else "\n".join([f"{code} {output}", *found]))
