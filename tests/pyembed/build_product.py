"""Builds a product for the tests, without the packager: packs a blob by the format's document and links it with the C compiler.

    build_product.py --distribution DIR --output FILE [--package-root DIR:NAME ...] [--site DIR] [--script FILE]
                     [--setting NAME=VALUE ...] [--cflags ...] [--no-stdlib]

DIR holds PYTHON.json (a "full" archive, unpacked), or is `debian:3.11` for libpython.a of the machine's package libpython3.11-dev. Runs itself under the distribution's interpreter,
because that one's compiler makes the bytecode."""

import argparse
import fnmatch
import json
import marshal
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import blob as format  # noqa: E402

SOURCES = Path(__file__).resolve().parents[2] / "src"
FLAGS = ["-std=c11", "-O2", "-fPIE", "-fvisibility=hidden", "-fno-semantic-interposition", "-ffunction-sections", "-fdata-sections",
         "-fstack-protector-strong", "-D_FORTIFY_SOURCE=2", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
TESTS = ("test", "tests", "idle_test", "lib2to3.tests", "distutils.tests", "idlelib", "turtledemo", "tkinter")


class Distribution:
    """What is linked, and where headers and the standard library are."""

    def __init__(self, folder):
        self.folder = Path(folder)
        info = json.loads((self.folder / "PYTHON.json").read_text())
        core, self.extensions = info["build_info"]["core"], info["build_info"]["extensions"]
        self.python = self.folder / info["python_exe"]
        self.include = self.folder / info["python_paths"]["include"]
        self.stdlib = self.folder / info["python_paths"]["stdlib"]
        chosen = [variants[0] for variants in self.extensions.values()]
        inittab = self.folder / info["build_info"]["inittab_source"]
        own = dict(re.findall(r'\{"([\w.]+)", *(\w+)\}', inittab.read_text()))
        self.inittab = {name: init for name, init in own.items() if name not in self.extensions}
        for name, variants in self.extensions.items():
            if variants[0].get("init_fn") or variants[0].get("in_core"):
                self.inittab[name] = variants[0].get("init_fn") or own.get(name, "NULL")
        skip = info["build_info"].get("inittab_object")
        objects = [name for name in core["objs"] if name != skip] + [name for variant in chosen for name in variant["objs"]]
        links = core["links"] + [link for variant in chosen for link in variant["links"]]
        self.objects = [str(self.folder / name) for name in dict.fromkeys(objects)]
        static = dict.fromkeys(link["path_static"] for link in links if link.get("path_static"))
        system = dict.fromkeys(link["name"] for link in links if not link.get("path_static"))
        self.libraries = ["-Wl,--start-group", *(str(self.folder / name) for name in static), "-Wl,--end-group", *(f"-l{name}" for name in system)]
        self.shared = None


class DebianDistribution:
    """Python as Debian packages it (libpython3.N-dev): its static library holds what Debian builds in; the other extension modules are shared."""

    def __init__(self, version):
        self.python = Path(f"/usr/bin/python{version}")
        self.include = Path(f"/usr/include/python{version}")
        self.stdlib = Path(f"/usr/lib/python{version}")
        config = self.stdlib / f"config-{version}-x86_64-linux-gnu"
        self.inittab = dict(re.findall(r'\{"([\w.]+)", *(\w+)\}', (config / "config.c").read_text()))
        if version != "3.11":  # Debian's static libraries of later versions lack what these need, HACL*
            self.inittab = {name: init for name, init in self.inittab.items() if name not in ("_blake2", "_hmac", "_md5", "_sha1", "_sha2", "_sha3")}
        self.objects = []
        # What only a shared extension module needs is not taken from an archive.
        wanted = [] if version == "3.11" else ["-Wl,-u,_PyInterpreterConfig_UpdateFromDict"]
        self.libraries = [*wanted, str(config / f"libpython{version}-pic.a"), "-lexpat", "-lz", "-lm", "-lpthread", "-ldl", "-lutil"]
        self.shared = self.stdlib / "lib-dynload"


def distribution_of(name):
    return DebianDistribution(name.removeprefix("debian:")) if name.startswith("debian:") else Distribution(name)


def module_name(path):
    name = path[:-3].replace("/", ".")
    return (name[:-9], True) if name.endswith(".__init__") else (name, False)


class Product:
    def __init__(self, distribution, level=0):
        self.distribution, self.level, self.blob = distribution, level, format.Blob()
        self.modules, self.pending, self.beside, self.plain = {}, [], [], []

    def add_source(self, file, path, flags=0, name=None):
        derived, is_package = module_name(path)
        source = file.read_bytes()
        try:
            code = marshal.dumps(compile(source, path, "exec", dont_inherit=True, optimize=self.level))
        except (SyntaxError, ValueError):
            return  # files of the standard library's test data that are no Python
        name = name or derived
        self.modules[name] = dict(path=path, flags=flags | (format.PACKAGE if is_package else 0), code=code, source=source, level=self.level)

    def add_tree(self, root, below="", excludes=(), codec=0):
        """All modules and resources below a folder, named from `root`."""
        for folder, folders, files in os.walk(root / below):
            folders[:] = sorted(name for name in folders if name != "__pycache__" and not name.endswith((".dist-info", ".egg-info")))
            for name in sorted(files):
                file = Path(folder) / name
                path = file.relative_to(root).as_posix()
                if any(fnmatch.fnmatch(path, pattern) for pattern in excludes):
                    continue
                if name.endswith(".py"):
                    self.add_source(file, path)
                elif name.endswith(".so") and "cpython" in name or name.endswith(".abi3.so"):
                    self.add_shared(file, path)
                elif not name.endswith(".pyc"):
                    self.pending.append((path, file.read_bytes(), codec))

    def add_shared(self, file, path):
        name = path[:path.index(".", path.rfind("/") + 1)].replace("/", ".")
        dependencies = self.add_libraries(file)
        self.modules[name] = dict(path=path, flags=format.SHARED, library=file.read_bytes(), dependencies=dependencies)

    def add_libraries(self, file):
        """Libraries that are not the C library's, in loading order."""
        order = []
        listing = subprocess.run(["ldd", str(file)], capture_output=True, text=True, check=True).stdout
        needed = {soname: Path(path) for soname, path in re.findall(r"(\S+) => (\S+) \(", listing)}
        for soname, path in needed.items():
            if not re.match(r"lib(c|m|pthread|dl|util|rt|gcc_s)\.so", soname):
                self.blob.shared_library(soname, path.read_bytes())
                order.append(soname)

        def depth(soname):
            listed = subprocess.run(["ldd", str(needed[soname])], capture_output=True, text=True, check=True).stdout
            return len(re.findall("=>", listed))
        return sorted(order, key=depth)

    def add_site(self, site):
        self.add_tree(site)
        for folder in sorted(site.glob("*.dist-info")):
            name, version = folder.name[:-len(".dist-info")].rsplit("-", 1)
            files = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
            self.blob.distribution(re.sub(r"[-_.]+", "_", name).lower(), version, folder.name, files)

    def add_namespaces(self):
        for name in list(self.modules) + [path.replace("/", ".") for path, _, _ in self.pending]:
            parts = name.split(".")
            for count in range(1, len(parts)):
                package = ".".join(parts[:count])
                if package not in self.modules and any(other.startswith(package + ".") for other in self.modules):
                    self.modules[package] = dict(path=package.replace(".", "/"), flags=format.NAMESPACE)

    def add_resources(self):
        for item in self.plain:
            self.blob.plain_file(**item)
        for item in self.beside:
            self.blob.resource(**item, flags=format.IN_FILESYSTEM)
        for path, data, codec in self.pending:
            folder = path
            while "/" in folder:
                folder = folder[:folder.rindex("/")]
                package = folder.replace("/", ".")
                if self.modules.get(package, {}).get("flags", 0) & (format.PACKAGE | format.NAMESPACE):
                    self.blob.resource(package, path[len(folder) + 1:], path, data, codec=codec)
                    break

    def finish(self):
        self.add_namespaces()
        for name in self.distribution.inittab:
            if name not in self.modules or not self.modules[name]["flags"] & format.SHARED:
                self.modules[name] = dict(flags=format.BUILTIN)

    def write(self, settings, order):
        """The bytes of the blob; may be called again with other settings."""
        self.blob.modules, self.blob.resources, self.blob.settings, self.blob.plain_files = [], {}, [], []
        self.blob.plain_file("plain/page.html", b"<p>page</p>")
        self.blob.plain_file("plain/run.sh", b"#!/bin/sh\n", flags=format.EXECUTABLE)
        self.blob.plain_file("plain/spool", None, flags=format.EMPTY_FOLDER)
        self.blob.link("plain/latest.html", "page.html", b"<p>page</p>")
        self.blob.link("plain-too", "plain/../plain")
        self.blob.plain_file("plain-too/page.html", b"never: it is a link")
        self.blob.link("plain/none", "./missing")
        for name in sorted(self.modules, key=lambda name: (order.index(name) if name in order else len(order), name)):
            self.blob.module(name, **self.modules[name])
        self.add_resources()
        for name, value in settings:
            self.blob.setting(name, value)
        return self.blob.write()


def compiler():
    return os.environ.get("CC", "gcc")


def write_inittab(distribution, path):
    inits = dict.fromkeys(init for init in distribution.inittab.values() if init != "NULL")
    lines = ['#include "Python.h"', *(f"extern PyObject *{init}(void);" for init in inits), "struct _inittab _PyImport_Inittab[] = {",
             *(f'    {{"{name}", {init}}},' for name, init in distribution.inittab.items()), "    {0, 0}", "};"]
    path.write_text("\n".join(lines) + "\n")


def compile_objects(distribution, cflags, folder):
    """The runtime's objects and config.o."""
    objects = []
    for source in sorted(SOURCES.glob("pyembed/*/*.c")) + sorted(SOURCES.glob("pyapp/*.c")):
        if source.name in ("location.c", "host.c", "streams_shared.c", "none.c"):
            continue  # link() makes the first, with the blob's place in it; the others are of libraries
        target = folder / f"{source.parent.name}-{source.stem}.o"
        subprocess.run([compiler(), *FLAGS, *cflags, f"-I{SOURCES}/pyembed", "-isystem", str(distribution.include), "-c", str(source), "-o",
                        str(target)], check=True)
        objects.append(str(target))
    write_inittab(distribution, folder / "config.c")
    subprocess.run([compiler(), "-O2", "-fPIE", "-isystem", str(distribution.include), "-c", str(folder / "config.c"), "-o",
                    str(folder / "config.o")], check=True)
    return [*objects, str(folder / "config.o")]


DECODERS = {"none": [], "zlib": [], "zstd": ["-l:libzstd.so.1"]}  # what a distribution does not bring itself


def link(distribution, objects, blob, output, flags, folder, decoder="none"):
    objects = [name for name in objects if "-decoder_" not in name or name.endswith(f"-decoder_{decoder}.o")]
    (folder / "resources.bin").write_bytes(blob)
    (folder / "resources.s").write_text(
        '.section .oxidizer.location,"a",@progbits\n.balign 16\n.globl pyembed_location\npyembed_location:\n'
        '.quad resources - pyembed_location\n.quad resources_end - resources\n'
        '.section .oxidizer.resources,"a",@progbits\n.balign 4096\nresources:\n'
        f'.incbin "{folder}/resources.bin"\nresources_end:\n.section .note.GNU-stack,"",@progbits\n')
    subprocess.run([compiler(), "-c", str(folder / "resources.s"), "-o", str(folder / "resources.o")], check=True)
    linker = ["-fuse-ld=mold"] if not any("-fsanitize" in flag for flag in flags) and shutil.which("mold") else []
    subprocess.run([compiler(), "-pie", "-rdynamic", *linker, "-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack", "-Wl,--as-needed",
                    *distribution.objects, *objects, str(folder / "resources.o"), *distribution.libraries, *DECODERS[decoder], *flags, "-o", str(output)], check=True)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--distribution", required=True)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--package-root", action="append", default=[], metavar="DIR:NAME")
    parser.add_argument("--site", action="append", default=[], type=Path)
    parser.add_argument("--script", type=Path)
    parser.add_argument("--setting", action="append", default=[])
    parser.add_argument("--codec", type=int, default=0, help="codec of resources")
    parser.add_argument("--cflags", default="")
    parser.add_argument("--ldflags", default="")
    parser.add_argument("--no-stdlib", action="store_true")
    parser.add_argument("--with-tests", action="store_true", help="the standard library's test package too")
    parser.add_argument("--order", type=Path, help="a file with module names in import order")
    return parser.parse_args(arguments)


def fill(product, distribution, options):
    if not options.no_stdlib:
        excludes = ["config-*/*", "site-packages/*", "dist-packages/*", "ensurepip/_bundled/*"]
        if not options.with_tests:
            excludes += ["test/*", "*/test/*", "*/tests/*", "idlelib/*", "turtledemo/*", "tkinter/*", "lib-dynload/*_test*", "lib-dynload/xx*"]
        product.add_tree(distribution.stdlib, excludes=[*excludes, "lib-dynload/*"])
        if distribution.shared:
            for file in sorted(distribution.shared.glob("*.so")):
                if options.with_tests or not re.match("_(test|xxtest)|xxlimited|nis|ossaudio", file.name):
                    product.add_shared(file, file.name)
    for file in sorted(SOURCES.glob("pyembed/python/*.py")):
        product.add_source(file, file.name)
    for item in options.package_root:
        root, name = item.rsplit(":", 1)
        below = Path(root) / name
        if below.is_dir():
            product.add_tree(Path(root), name, codec=options.codec)
        else:
            product.add_source(Path(root) / f"{name}.py", f"{name}.py")
    for site in options.site:
        product.add_site(site)
    if options.script:
        product.add_source(options.script, options.script.name, format.MAIN, "__main__")


def use_interpreter_of(distribution, script, arguments):
    """Bytecode must be made by the distribution's own compiler: starts again under it, unless that is the case."""
    if os.path.realpath(sys.executable) != os.path.realpath(distribution.python):
        os.execv(distribution.python, [str(distribution.python), "-I", "-B", script, *arguments])


def main(arguments):
    options = parse(arguments)
    distribution = distribution_of(options.distribution)
    use_interpreter_of(distribution, __file__, arguments)
    settings = [tuple(setting.split("=", 1)) for setting in options.setting]
    level = int(dict(settings).get("optimize_level", 0))
    product = Product(distribution, level)
    fill(product, distribution, options)
    if options.script and not any(name == "run_mode" for name, _ in settings):
        settings += [("run_mode", "module"), ("run_module", "__main__")]
    order = options.order.read_text().split() if options.order else ["_pyembed_boot", "encodings", "encodings.aliases", "encodings.utf_8"]
    product.finish()
    blob = product.write(settings, order)
    with tempfile.TemporaryDirectory() as folder:
        cflags = options.cflags.split()
        objects = compile_objects(distribution, cflags, Path(folder))
        link(distribution, objects, blob, options.output, cflags + options.ldflags.split(), Path(folder), list(DECODERS)[options.codec])
    print(f"{options.output}: {len(product.modules)} modules, {len(blob)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
