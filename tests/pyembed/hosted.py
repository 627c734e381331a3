"""A C program that hosts the runtime (data/host.c, examples/embed-c), linked with its objects and run under a tool that watches its memory."""

import subprocess
from pathlib import Path

import build_product
import native_checks

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parents[1] / "examples/embed-c"
VALGRIND = ["valgrind", "-q", "--error-exitcode=99", "--child-silent-after-fork=yes", "--show-leak-kinds=none", f"--suppressions={HERE}/data/cpython.supp"]
HOSTS = {"example": (EXAMPLE / "main.c", ["you"], '{"hello": "you"}\nno coffee\ntea: 3.50\ngreeter ended with 7, host.price was asked 2 times\n'),
         "every call": (HERE / "data/host.c", [], "words\ntea: 3.50\nevery call did what it says\n")}


def compile_host(distribution, source, objects, flags, folder):
    """The runtime's objects with host.c in place of the executable's main, and the host."""
    own = [name for name in objects if not name.endswith("pyapp-main.o")]
    for file in (build_product.SOURCES / "pyembed/host.c", source):
        target = folder / f"hosted-{file.parent.name}-{file.stem}.o"
        subprocess.run([build_product.compiler(), *build_product.FLAGS, *flags, f"-I{build_product.SOURCES}/pyembed", "-isystem", str(distribution.include),
                        "-c", str(file), "-o", str(target)], check=True)
        own.append(str(target))
    return own


def run(tally, distribution, objects, product, folder, flags, tool):
    build_product.fill(product, distribution, build_product.parse(
        ["--distribution", "-", "--output", "-", "--no-stdlib", "--package-root", f"{EXAMPLE}:greeter"]))
    blob = product.write([("raw_allocator", "system")], native_checks.ORDER)
    for name, (source, arguments, expected) in HOSTS.items():
        program = folder / f"host-{source.stem}"
        build_product.link(distribution, compile_host(distribution, source, objects, flags, folder), blob, program, flags, folder)
        code, output = native_checks.run([*tool, program, *arguments])
        native_checks.count(tally, f"hosted, {Path(tool[0]).name}, {name}", (code, output) == (0, expected), output if code or output != expected else "as expected")
