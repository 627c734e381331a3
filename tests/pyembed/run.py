"""Builds and runs everything that is tested of the runtime, for one distribution:

    run.py DISTRIBUTION [unit] [inside] [outside] [sanitized]     (default: the first three)

DISTRIBUTION is a folder with PYTHON.json, or `debian:3.11`. `unit`: the reader under the sanitizers. `inside`: Python tests that run in a product. `outside`: what a product does as a
process. `sanitized`: a product whose runtime is compiled with the address and undefined-behaviour sanitizers runs `inside`. The last line is
`N passed, N failed`; the exit code is 1 if something failed."""

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

ORDER = ["_pyembed_boot", "encodings", "encodings.aliases", "encodings.utf_8"]
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
MODES = {
    "package": [*MODULE, ("run_module", "sample")],
    "entry": [*MODULE, ("run_module", "sample.entry:Commands.run")],
    "eval": [("run_mode", "eval"), ("run_code", "import sys; print('eval', sys.argv[1:], __name__)")],
    "noop": [("run_mode", "noop")],
    "file": [("run_mode", "file"), ("run_file", "/tmp/pyembed-test-file.py")],
    "repl": [("run_mode", "repl")],
    "missing": [*MODULE, ("run_module", "no_such_module")],
    "paths": [("run_mode", "eval"), ("sys_paths", "$ORIGIN/disk"), ("run_code",
              "import on_disk, space, space.part, space.other; print(on_disk.VALUE, space.part.NAME, space.other.NAME, len(space.__path__))")],
    "act": [("run_mode", "eval"), ("run_code", "print('the program')"), ("act_as_python", "true")],
    "files": [("run_mode", "eval"), ("module_file", "filesystem"), ("run_code", """
import os, json, sample.one, importlib.resources as r
same = open(sample.one.__file__).read() == sample.__loader__.get_source('sample.one')
print(os.path.dirname(json.__file__), type(json.__loader__).__name__, same, os.path.exists(r.files('sample').joinpath('data/table.csv')))""")],
    "escape": [("run_mode", "eval"), ("module_file", "filesystem"), ("run_code", "print('ran')")],
    "nofile": [("run_mode", "eval"), ("module_file", "none"), ("run_code",
               "import sample, os; print(hasattr(sample, '__file__'), hasattr(os, '__file__'), hasattr(sample, '__path__'))")],
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
    "lazy": [("run_mode", "eval"), ("lazy_modules", "sample.one"), ("lazy_modules", "colorsys"), ("run_code", """
import sys, colorsys
print('rgb_to_hsv' in object.__getattribute__(colorsys, '__dict__'), type(colorsys).__name__)
used = callable(colorsys.rgb_to_hsv)
import sample.one
print(used, sample.one.VALUE)""")],
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


CHANGES = {"escape": lead_elsewhere, "stored-zlib": store_compressed(1), "stored-zstd": store_compressed(2), "stored-damaged": store_compressed(2), "stored-unread": store_compressed(2),
           "files-zlib": store_compressed(1), "files-zstd": store_compressed(2), "files-damaged": store_compressed(2), "sourceless": leave_sources_out, "beside": put_beside}
DECODERS = {"stored-zlib": "zlib", "stored-zstd": "zstd", "stored-damaged": "zstd", "stored-unread": "zlib", "files-zlib": "zlib", "files-zstd": "zstd", "files-damaged": "zstd"}


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


def sanitized(sources, output, libraries=()):
    subprocess.run([build_product.compiler(), "-std=c11", "-g", "-O1", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined",
                    "-fno-sanitize-recover=all", f"-I{build_product.SOURCES}/pyembed", *map(str, sources), *libraries, "-o", str(output)], check=True)


def unit(tally, folder):
    sources = [HERE / "unit/test_reader.c", build_product.SOURCES / "pyembed/resources.c", build_product.SOURCES / "pyembed/settings.c"]
    sanitized(sources, folder / "reader")
    subprocess.run([sys.executable, "-I", "-B", str(HERE / "unit/small_blob.py"), str(folder / "small.bin")], check=True)
    check(tally, "reader", [str(folder / "reader"), str(folder / "small.bin")])
    for codec, library in (("zlib", "-l:libz.so.1"), ("zstd", "-l:libzstd.so.1")):
        sources = [HERE / "unit/test_decoder.c", build_product.SOURCES / "pyembed/decoder.c", build_product.SOURCES / f"pyembed/decoder_{codec}.c"]
        sanitized(sources, folder / codec, [library])
        subprocess.run([sys.executable, "-I", "-B", str(HERE / "unit/stored_item.py"), codec, str(folder / f"{codec}.raw"), str(folder / f"{codec}.stored")], check=True)
        check(tally, f"decoder of {codec}", [str(folder / codec), str(folder / f"{codec}.raw"), str(folder / f"{codec}.stored")])


def check(tally, label, command):
    output, code = call(command)
    tally.passed, tally.failed = tally.passed + (code == 0), tally.failed + (code != 0)
    print(f"{label}:", output.strip())


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
    for name in ("multi", "single", "fails"):
        files[name] = shared(f"{name}.so", f"{name}.c")
    files["needs"] = shared("needs.so", "needs.c", "-louter")
    return files


def add_native(product, files):
    module = build_product.format.SHARED
    libraries = {"needs": ("libinner.so", "libouter.so"), "needs_noise": ("libnoise.so",)}
    images = {**{name: files[name] for name in ("multi", "single", "fails", "needs")}, "noinit": files["multi"], "noise": b"no ELF image",
              "needs_noise": files["multi"]}
    for name, image in images.items():
        product.modules[f"native.{name}"] = dict(path=f"native/{name}.abi3.so", flags=module, library=image, dependencies=libraries.get(name, ()))
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
    shutil.copytree(HERE / "data/beside", folder / "lib")
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


def main(arguments):
    name, parts = arguments[0], arguments[1:] or ["unit", "inside", "outside"]
    distribution = build_product.distribution_of(name)
    build_product.use_interpreter_of(distribution, __file__, arguments)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="pyembed-") as temporary:
        folder = Path(temporary)
        if "unit" in parts:
            unit(tally, folder)
        if {"inside", "outside", "sanitized"} & set(parts):
            test_products(tally, parts, distribution, folder)
    print(f"{tally.passed} passed, {tally.failed} failed")
    return tally.failed != 0


def test_products(tally, parts, distribution, folder):
    product = packed(distribution, native=compile_native(distribution, folder / "native"), folder=folder)
    settings = [*MODULE, ("run_module", "inside")]
    blob = product.write(settings, ORDER)
    if "sanitized" in parts:
        flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-U_FORTIFY_SOURCE", "-g"]
        (folder / "asan").mkdir()
        objects = build_product.compile_objects(distribution, flags, folder / "asan")
        build_product.link(distribution, objects, blob, folder / "sanitized", flags, folder)
        environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:detect_stack_use_after_return=0")
        output, code = call([str(folder / "sanitized")], env=environment)
        tally.add(output, "inside, sanitized", code)
    if not {"inside", "outside"} & set(parts):
        return
    objects = build_product.compile_objects(distribution, [], folder)
    build_product.link(distribution, objects, blob, folder / "product", [], folder)
    if "inside" in parts:
        output, code = call([str(folder / "product")])
        tally.add(output, "inside", code)
    if "outside" in parts:
        build_outside(product, distribution, objects, folder)
        environment = dict(os.environ, PYEMBED_PRODUCT=str(folder / "product"), PYEMBED_SCRIPT=str(folder / "script"),
                           PYEMBED_PYTHON=str(distribution.python), PYEMBED_MODES=str(folder / "modes"))
        output, code = call([sys.executable, "-B", str(HERE / "outside.py")], env=environment)
        tally.add(output, "outside", code)


def build_outside(product, distribution, objects, folder):
    (folder / "modes").mkdir()
    for mode, settings in MODES.items():
        modules, pending = {name: dict(module) for name, module in product.modules.items()}, list(product.pending)
        if mode in CHANGES:
            CHANGES[mode](product)
        blob = product.write(settings, ORDER)
        build_product.link(distribution, objects, damage(blob) if "damaged" in mode else blob, folder / "modes" / mode, [], folder, DECODERS.get(mode, "none"))
        product.modules, product.pending = modules, pending
    script = packed(distribution, script=HERE / "data/script.py")
    build_product.link(distribution, objects, script.write([*MODULE, ("run_module", "__main__")], ORDER), folder / "script", [], folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
