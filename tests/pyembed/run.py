"""Builds and runs everything that is tested of the runtime, for one distribution:

    run.py DISTRIBUTION [PART ...] [--seconds=N] [--corpus=FOLDER]

DISTRIBUTION is a folder with PYTHON.json, or `debian:3.11`. The parts; without any, the first three are run:
  unit       the reader under the address and undefined-behaviour sanitizers: each truncation, each changed byte, and 100,000 random changes
  inside     Python tests that run in a product
  outside    what a product does as a process
  sanitized  `inside`, and a C program that hosts the runtime, with the runtime compiled with both sanitizers
  valgrind   the same two, without sanitizers, under valgrind
  analyze    clang's analyzer over all of the runtime
  fuzz       libFuzzer on the reader and on paths of packed files, each for `--seconds` (10); `--corpus` keeps what it found out of the reader
  press      threads and processes that open packed files at once, under both sanitizers, for `--seconds` (10)
The last line is `N passed, N failed`; the exit code is 1 if something failed."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import build_product  # noqa: E402
import hosted  # noqa: E402
import native_checks  # noqa: E402
import packed_tree  # noqa: E402

PARTS = ("unit", "inside", "outside", "sanitized", "valgrind", "analyze", "fuzz", "press")
MODULE = [("run_mode", "module")]
STORED = [("run_mode", "eval"), ("run_code", """
import sample.one, importlib.resources as r, inspect, pkgutil
print(sample.one.VALUE, r.files('sample').joinpath('data/table.csv').read_bytes(), 'on purpose' in inspect.getsource(sample.one))
print(len(pkgutil.get_data('sample', 'data/large.bin')), pkgutil.get_data('sample', 'data/large.bin') == LARGE)
sample.one.fails()""".replace("LARGE", "bytes(range(256)) * 999"))]
STORED_FILES = [("run_mode", "eval"), ("module_file", "filesystem"), ("run_code", """
import sample.one
from pathlib import Path
below = Path(sample.__file__).parent
print(Path(sample.one.__file__).read_text() == sample.__loader__.get_source('sample.one'), (below / 'data/table.csv').read_bytes())""")]
EXECUTES = [("run_mode", "eval"), ("run_code", "import sys; exec(sys.argv[1])")]
MODES = {
    "package": [*MODULE, ("run_module", "sample")],
    "entry": [*MODULE, ("run_module", "sample.entry:Commands.run")],
    "commands": [*MODULE, ("run_commands", "one=sample.commands:one"), ("run_commands", "two=sample.commands:two"), ("run_commands", "t=sample.commands:two")],
    "eval": [("run_mode", "eval"), ("run_code", "import sys; print('eval', sys.argv[1:], __name__)")],
    "noop": [("run_mode", "noop")],
    "file": [("run_mode", "file"), ("run_file", "/tmp/pyembed-test-file.py")],
    "repl": [("run_mode", "repl")],
    "missing": [*MODULE, ("run_module", "no_such_module")],
    "paths": [("run_mode", "eval"), ("sys_paths", "$ORIGIN/disk"), ("run_code",
              "import sys\nif sys.argv[1:]: exec(sys.argv[1])\n"
              "else: import on_disk, space, space.part, space.other; print(on_disk.VALUE, space.part.NAME, space.other.NAME, len(space.__path__))")],
    "alone": [("run_mode", "eval"), ("filesystem_importer", "false"), ("run_code", "import sys; exec(sys.argv[1])")],
    "none": [("run_mode", "eval"), ("module_file", "none"), ("run_code", "import sys; exec(sys.argv[1])")],
    "site": [("run_mode", "eval"), ("no_site", "false"), ("run_code", "import sys; exec(sys.argv[1])")],
    "program": [("run_mode", "eval"), ("act_as_python", "false"), ("run_code", "import os, subprocess, sys\nexec(os.environ['CODE'])")],
    "always": [("run_mode", "eval"), ("run_code", "import os, subprocess, sys\nexec(os.environ['CODE'])")],
    "frozen": [("run_mode", "eval"), ("sys_frozen", "true"), ("run_code", "import os, subprocess, sys\nexec(os.environ['CODE'])")],
    "act": [("run_mode", "eval"), ("run_code", "print('the program')"), ("act_as_python", "true")],
    "files": [("run_mode", "eval"), ("module_file", "filesystem"), ("run_code", """
import os, json, sample.one, importlib.resources as r
same = open(sample.one.__file__).read() == sample.__loader__.get_source('sample.one')
print(os.path.dirname(json.__file__), type(json.__loader__).__name__, same, os.path.exists(r.files('sample').joinpath('data/table.csv')))""")],
    "files-exec": [*MODULE, ("run_module", "inside"), ("module_file", "filesystem")],
    "open": [("run_mode", "eval"), ("isolated", "false"), ("ignore_environment", "false"), ("run_code", "import sys; print(sys.warnoptions, sys.flags.inspect)")],
    "closed": [*MODULE, ("run_module", "inside"), ("ignore_library_environment", "true")],
    "escape": [("run_mode", "eval"), ("module_file", "filesystem"), ("run_code", "print('ran')")],
    "nofile": [("run_mode", "eval"), ("module_file", "none"), ("run_code",
               "import sample, os; print(hasattr(sample, '__file__'), hasattr(os, '__file__'), hasattr(sample, '__path__'))\n"
               "import sys, oxidized_importer as o; r = o.OxidizedResource(); r.name, r.is_module, r.in_memory_source = 'added', True, b''\n"
               "sys.meta_path[0].add_resource(r); import added; print(hasattr(added, '__file__'), added.__spec__.origin, added.__loader__ is sys.meta_path[0])")],
    "stored-zlib": STORED,
    "stored-zstd": STORED,
    "stored-damaged": STORED,
    "stored-unread": STORED,
    "files-zlib": STORED_FILES,
    "files-zstd": STORED_FILES,
    "files-damaged": STORED_FILES,
    "sourceless": [("run_mode", "eval"), ("run_code", "import sample.one; print(sample.__loader__.get_source('sample.one')); sample.one.fails()")],
    "beside": [("run_mode", "eval"), ("run_code", "import beside, beside_pkg.inner as i; print(beside.__file__, "
                "sys.modules['beside_pkg'].__file__ if (sys := __import__('sys')) else 0, type(beside.__loader__).__name__, i.NAME)")],
    "recorded": [("run_mode", "eval"), ("run_code", "import json"), ("write_modules_directory_env", "RECORD_TO")],
    "lazy": [("run_mode", "eval"), ("lazy_modules", "sample.one"), ("lazy_modules", "colorsys"), ("lazy_modules", "asyncio"), ("run_code", """
import sys, colorsys
print('rgb_to_hsv' in object.__getattribute__(colorsys, '__dict__'), type(colorsys).__name__)
used = callable(colorsys.rgb_to_hsv)
import sample.one
print(used, sample.one.VALUE)
import asyncio
print(type(asyncio).__name__, callable(asyncio.run), type(asyncio).__name__)""")],
    "lazy-all": [("run_mode", "eval"), ("lazy_modules", "*"), ("run_code", "import sys; exec(sys.argv[1])")],
    "terminfo": [("run_mode", "eval"), ("terminfo_resolution", "static"), *[("terminfo_dirs", f"no-such-folder-{number}-{'x' * 40}") for number in range(40)],
                 ("terminfo_dirs", "described"), ("run_code", "import curses, os; curses.setupterm('oxidizer-test'); print(curses.tigetnum('cols'), 'TERMINFO_DIRS' in os.environ)")],
    **{f"method-{word}": [("run_mode", "eval"), ("multiprocessing_start_method", word), ("run_code",
       "import sys, multiprocessing; print(sys.meta_path[0].multiprocessing_set_start_method, multiprocessing.get_start_method(allow_none=True))")]
       for word in ("fork", "forkserver", "spawn", "none")},
    "packed": EXECUTES,
    "packed-damaged": EXECUTES,
    "unknown": [("no_such_setting", "1")],
    "wrong": [("run_mode", "dance")],
    "version": [("python_version", "2.7")],
}


def store_compressed(codec):
    def change(product):
        for name in ("sample", "sample.one"):
            product.modules[name]["codecs"] = (codec, codec, 0)
        product.pending = [(path, data, codec) for path, data, _ in product.pending] + [("sample/data/large.bin", bytes(range(256)) * 999, codec)]
    return change


def damage(blob):
    """The frame of sample/data/table.csv ends with another byte: its checksum is that of other bytes."""
    frame = build_product.format.encode((HERE / "data/site/sample/data/table.csv").read_bytes(), 2)
    assert blob.count(frame) == 1
    return blob.replace(frame, frame[:-1] + bytes([frame[-1] ^ 1]))


def leave_sources_out(product):
    for name in ("sample", "sample.one"):
        product.modules[name]["source"] = None


def put_beside(product):
    flags, package = build_product.format.IN_FILESYSTEM, build_product.format.PACKAGE
    product.modules["beside"] = dict(path="beside.py", flags=flags, root="lib")
    product.modules["beside_pkg"] = dict(path="beside_pkg/__init__.py", flags=flags | package, root="lib")
    product.modules["beside_pkg.inner"] = dict(path="beside_pkg/inner.py", flags=flags, root="lib")


def lead_elsewhere(product):
    product.modules["evil"] = dict(path="sample/../../evil.py", flags=0, source=b"")


def nest_namespaces(product):
    product.modules["outer.inner.packed"] = dict(path="outer/inner/packed.py", flags=0, source=b"VALUE = 'packed'\n")
    product.pending.append(("outer/inner/data/ours.txt", b"ours", 0))
    product.add_namespaces()


CHANGES = {"paths": nest_namespaces, "escape": lead_elsewhere, "stored-zlib": store_compressed(1), "stored-zstd": store_compressed(2), "stored-damaged": store_compressed(2), "stored-unread": store_compressed(2),
           "files-zlib": store_compressed(1), "files-zstd": store_compressed(2), "files-damaged": store_compressed(2), "sourceless": leave_sources_out, "beside": put_beside}
DECODERS = {"stored-zlib": "zlib", "stored-zstd": "zstd", "stored-damaged": "zstd", "stored-unread": "zlib", "packed-damaged": "zstd", "files-zlib": "zlib", "files-zstd": "zstd", "files-damaged": "zstd"}


class Tally:
    passed = failed = 0

    def add(self, output, label, returncode):
        """Counts what unittest printed; a runner that died is a failure."""
        ran = re.search(r"^Ran (\d+) tests? in", output, re.M)
        bad = sum(int(number) for number in re.findall(r"(?:failures|errors)=(\d+)", output))
        self.passed += int(ran[1]) - bad if ran else 0
        self.failed += bad if ran else 1
        if returncode != 0:
            self.failed += 0 if bad or not ran else 1
            print(f"---- {label}\n{output}")
        else:
            print(f"{label}: {ran[1] if ran else 0} tests")


def call(command, **options):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900, **options)
    return result.stdout, result.returncode


NATIVE = ("multi", "single", "nomemory", "fails", "silent", "unreported", "newer")


def compile_native(distribution, folder):
    """The shared extension modules of data/native, and the libraries that they need."""
    folder.mkdir(exist_ok=True)
    source = HERE / "data/native"

    def shared(name, file, *more):
        subprocess.run([build_product.compiler(), "-shared", "-fPIC", "-O1", "-isystem", str(distribution.include), str(source / file), "-o", str(folder / name),
                        f"-L{folder}", *more], check=True)
        return (folder / name).read_bytes()
    files = {"libinner.so": shared("libinner.so", "inner.c", "-Wl,-soname,libinner.so"),
             "libouter.so": shared("libouter.so", "outer.c", "-Wl,-soname,libouter.so", "-linner")}
    for name in NATIVE:
        files[name] = shared(f"{name}.so", f"{name}.c")
    files["needs"] = shared("needs.so", "needs.c", "-louter")
    return files


def add_native(product, files):
    module = build_product.format.SHARED
    libraries = {"needs": ("libinner.so", "libouter.so"), "needs_noise": ("libnoise.so",)}
    images = {**{name: files[name] for name in (*NATIVE, "needs")}, "noinit": files["multi"], "noise": b"no ELF image",
              "needs_noise": files["multi"]}
    for name, image in images.items():
        product.modules[f"native.{name}"] = dict(path=f"native/{name}.abi3.so", flags=module, library=image, dependencies=libraries.get(name, ()))
    product.modules["native.foreign"] = dict(path="native/foreign.cpython-39-x86_64-linux-gnu.so", flags=module, library=files["multi"])
    for soname in ("libinner.so", "libouter.so"):
        product.blob.shared_library(soname, files[soname])
    product.blob.shared_library("libnoise.so", b"no library")


def add_beside(product, folder, native):
    """Modules beside the product, and their files; some have none, or a damaged one."""
    beside, package, space = build_product.format.IN_FILESYSTEM, build_product.format.PACKAGE, build_product.format.NAMESPACE
    put_beside(product)
    product.modules["beside_pkg.needs"] = dict(path="beside_pkg/needs.abi3.so", flags=beside | build_product.format.SHARED, root="lib",
                                               dependencies=("libinner.so", "libouter.so"))
    product.modules["beside_pkg.missing"] = dict(path="beside_pkg/missing.py", flags=beside, root="lib")
    product.modules["beside_missing"] = dict(path="beside_missing/__init__.py", flags=beside | package, root="lib")
    product.modules["beside_truncated"] = dict(path="beside_truncated.pyc", flags=beside, root="lib")
    product.modules["halves"] = dict(path="halves", flags=space, root="lib\nmore")
    product.modules["halves.beside"] = dict(path="halves/beside.py", flags=beside, root="lib")
    product.modules["halves.packed"] = dict(path="halves/packed.py", flags=0, source=b"NAME = 'packed'\n")
    product.modules["nowhere"] = dict(path="nowhere", flags=space | beside, root="lib\nmore")
    product.modules["nowhere.at_all"] = dict(path="nowhere/at_all.py", flags=beside, root="lib")
    product.beside.append(dict(package="beside_pkg", name="data/table.csv", path="beside_pkg/data/table.csv", data=None, root="lib"))
    shutil.copytree(HERE / "data/beside", folder / "lib")
    (folder / "lib/beside_pkg/data").mkdir()
    (folder / "lib/beside_pkg/data/table.csv").write_text("beside")
    (folder / "lib/halves").mkdir()
    (folder / "lib/halves/beside.py").write_text("NAME = 'beside'\n")
    (folder / "lib/beside_pkg/needs.abi3.so").write_bytes(native["needs"])
    (folder / "lib/beside_truncated.pyc").write_bytes(b"short")


def packed(distribution, *, script=None, native=None, folder=None):
    product = build_product.Product(distribution)
    if native:
        add_native(product, native)
        add_beside(product, folder, native)
    build_product.fill(product, distribution, build_product.parse(
        ["--distribution", "-", "--output", "-", "--package-root", f"{HERE}:inside", "--site", str(HERE / "data/site")]
        + (["--script", str(script)] if script else [])))
    product.finish()
    return product


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("distribution")
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, []])
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--corpus")
    options = parser.parse_args(arguments)
    options.parts = options.parts or list(PARTS[:3])
    return options


def main(arguments):
    options = parse(arguments)
    distribution = build_product.distribution_of(options.distribution)
    build_product.use_interpreter_of(distribution, __file__, arguments)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="pyembed-") as temporary:
        folder = Path(temporary)
        if "unit" in options.parts:
            native_checks.reader(tally, folder)
            native_checks.decoders(tally, folder)
            native_checks.arguments(tally, folder)
            native_checks.files(tally, folder)
            native_checks.needs(tally, folder)
            native_checks.mutations(tally, folder, distribution, MODES.values())
        if "analyze" in options.parts:
            native_checks.analyze(tally, distribution)
        if "fuzz" in options.parts:
            native_checks.fuzz(tally, folder, distribution, MODES.values(), options.seconds, options.corpus)
            native_checks.fuzz_files(tally, folder, options.seconds)
        if "press" in options.parts:
            (folder / "pressed-objects").mkdir()
            environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:detect_stack_use_after_return=0")
            press(tally, distribution, build_product.compile_objects(distribution, SANITIZED, folder / "pressed-objects"), folder, environment, options.seconds)
        if {"inside", "outside", "sanitized", "valgrind"} & set(options.parts):
            test_products(tally, options.parts, distribution, folder)
    print(f"{tally.passed} passed, {tally.failed} failed")
    return tally.failed != 0


SANITIZED = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-U_FORTIFY_SOURCE", "-g"]


def test_products(tally, parts, distribution, folder):
    product = packed(distribution, native=compile_native(distribution, folder / "native"), folder=folder)
    settings = [*MODULE, ("run_module", "inside")]
    blob = product.write(settings, native_checks.ORDER)
    if "sanitized" in parts:
        (folder / "asan").mkdir()
        objects = build_product.compile_objects(distribution, SANITIZED, folder / "asan")
        build_product.link(distribution, objects, blob, folder / "sanitized", SANITIZED, folder)
        environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:detect_stack_use_after_return=0")
        output, code = call([str(folder / "sanitized")], env=environment)
        tally.add(output, "inside, sanitized", code)
        press(tally, distribution, objects, folder, environment)
        hosted.run(tally, distribution, objects, product, folder, SANITIZED)
    if not {"inside", "outside", "valgrind"} & set(parts):
        return
    objects = build_product.compile_objects(distribution, ["-g"], folder)
    if "valgrind" in parts:
        build_product.link(distribution, objects, product.write([*settings, ("raw_allocator", "system")], native_checks.ORDER), folder / "checked", [], folder)
        # what changes each byte takes minutes there, and is run under the sanitizers
        names = [file.stem for file in sorted((HERE / "inside").glob("test_*.py")) if file.stem != "test_damage"]
        code, output, reports = hosted.watched(folder / "checked", names, folder)
        tally.add(output, "inside, valgrind", code)
        native_checks.count(tally, "reports of valgrind", not reports, "\n".join(reports) or "none")
        hosted.run(tally, distribution, objects, product, folder)
    build_product.link(distribution, objects, blob, folder / "product", [], folder)
    if "inside" in parts:
        output, code = call([str(folder / "product")])
        tally.add(output, "inside", code)
    if "outside" in parts:
        build_outside(product, distribution, objects, folder)
        hosted.build_failing(distribution, objects, product, folder)
        environment = dict(os.environ, PYEMBED_PRODUCT=str(folder / "product"), PYEMBED_SCRIPT=str(folder / "script"),
                           PYEMBED_PYTHON=str(distribution.python), PYEMBED_MODES=str(folder / "modes"), PYEMBED_HOSTED=str(folder / "hosted"), PYEMBED_NATIVE=str(folder / "native"))
        output, code = call([sys.executable, "-B", str(HERE / "outside")], env=environment)
        tally.add(output, "outside", code)


def press(tally, distribution, objects, folder, environment, seconds=3):
    """Threads and processes that open packed files at once, for so many seconds, in a product with these objects; then all questions of `ask`."""
    product = packed(distribution)
    pack_tree(product, folder, "packed")
    build_product.link(distribution, objects, product.write(EXECUTES, native_checks.ORDER), folder / "pressed", SANITIZED, folder)
    output, code = call([str(folder / "pressed"), (HERE / "data/press.py").read_text(), str(seconds), "--no-fork"], env=environment)
    native_checks.count(tally, "packed files at once", code == 0, output)
    (folder / "scratch").mkdir()
    asked, code = call([str(folder / "pressed"), "import ask.__main__ as a; a.main(*sys.argv[2:])", str(folder / "pressed"), str(folder / "scratch")], env=environment)
    native_checks.count(tally, "packed files asked", code == 0 and asked.count("\n") > 10_000, asked[-3000:] if code else f"{asked.count(chr(10))} answers")


def link_starved(product, distribution, objects, folder):
    """A product in which each allocation fails once (data/starved.c)."""
    starved = str(folder / "starved.o")
    subprocess.run([build_product.compiler(), *build_product.FLAGS, "-g", f"-I{build_product.SOURCES}/pyembed", "-isystem", str(distribution.include), "-c",
                    str(HERE / "data/starved.c"), "-o", starved], check=True)
    blob = product.write([("run_mode", "eval"), ("run_code", "import sample.one; print(sample.one.VALUE)")], native_checks.ORDER)
    build_product.link(distribution, [*objects, starved], blob, folder / "modes/starved", [], folder)


def pack_tree(product, folder, mode):
    if not (folder / "tree").exists():
        packed_tree.make(folder / "tree")
    packed_tree.pack(folder / "tree", codec=2 if mode == "packed-damaged" else 0)(product)
    if mode == "packed-damaged":
        store_compressed(2)(product)


def build_outside(product, distribution, objects, folder):
    (folder / "modes").mkdir()
    for mode, settings in MODES.items():
        modules, pending = {name: dict(module) for name, module in product.modules.items()}, list(product.pending)
        if mode in CHANGES:
            CHANGES[mode](product)
        if mode.startswith("packed"):
            pack_tree(product, folder, mode)
        blob = product.write(settings, native_checks.ORDER)
        build_product.link(distribution, objects, damage(blob) if "damaged" in mode else blob, folder / "modes" / mode, [], folder, DECODERS.get(mode, "none"))
        product.modules, product.pending, product.plain = modules, pending, []
    link_starved(product, distribution, objects, folder)
    script = packed(distribution, script=HERE / "data/script.py")
    build_product.link(distribution, objects, script.write([*MODULE, ("run_module", "__main__")], native_checks.ORDER), folder / "script", [], folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
