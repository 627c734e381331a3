"""What is said of the runtime's C code by tools: the reader's own tests under the sanitizers, libFuzzer, clang's analyzer. Each function adds its outcome to the tally,
and prints a line; a tool that is not there is a failure that says how to get it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import build_product

HERE = Path(__file__).resolve().parent
UNIT = HERE / "unit"
RUNTIME = build_product.SOURCES / "pyembed"
READER = [UNIT / "walk.c", RUNTIME / "reader/resources.c", RUNTIME / "reader/settings.c"]
SANITIZERS = ["-fno-sanitize-recover=all", "-fno-omit-frame-pointer"]
ORDER = ["_pyembed_boot", "encodings", "encodings.aliases", "encodings.utf_8"]
FLAGS = ["-std=c11", "-g", "-O1", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", f"-I{RUNTIME}"]


def clang():
    """clang, by whichever name it has; None if there is none."""
    names = ["clang"] + sorted({path.name for folder in os.get_exec_path() for path in Path(folder).glob("clang-[0-9][0-9]")}, reverse=True)
    return next(filter(None, map(shutil.which, names)), None)


def run(command, **options):
    result = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options)
    return result.returncode, result.stdout


def count(tally, label, good, output):
    tally.passed, tally.failed = tally.passed + bool(good), tally.failed + (not good)
    print(f"{label}: {output.strip() if good else 'failed' + chr(10) + output}", flush=True)


def reader(tally, folder):
    """The reader against a small blob: cut at every length, each byte changed, each number made hostile."""
    code, output = run([build_product.compiler(), *FLAGS, *SANITIZERS, "-fsanitize=address,undefined", UNIT / "test_reader.c", *READER, "-o", folder / "reader"])
    if code == 0:
        run([sys.executable, "-I", "-B", UNIT / "small_blob.py", folder / "small.bin"], check=True)
        code, output = run([folder / "reader", folder / "small.bin"])
    count(tally, "reader", code == 0, output)


def arguments(tally, folder):
    """The command lines of multiprocessing's children, and those that only look so."""
    sources = [RUNTIME / f"process/{name}.c" for name in ("arguments", "child_command", "environment", "own_child", "python_command")]
    code, output = run([build_product.compiler(), *FLAGS, *SANITIZERS, "-fsanitize=address,undefined", UNIT / "test_arguments.c", *sources, "-o", folder / "arguments"])
    if code == 0:
        code, output = run([folder / "arguments"])
    count(tally, "arguments", code == 0, output)


def decoders(tally, folder):
    """What unpacks compressed items, against one that is cut and changed."""
    for codec, library in (("zlib", "-l:libz.so.1"), ("zstd", "-l:libzstd.so.1")):
        raw, stored = folder / f"{codec}.raw", folder / f"{codec}.stored"
        run([sys.executable, "-I", "-B", UNIT / "stored_item.py", codec, raw, stored], check=True)
        code, output = run([build_product.compiler(), *FLAGS, *SANITIZERS, "-fsanitize=address,undefined", UNIT / "test_decoder.c", RUNTIME / "reader/decoder.c",
                            RUNTIME / f"reader/decoder_{codec}.c", library, "-o", folder / codec])
        if code == 0:
            code, output = run([folder / codec, raw, stored])
        count(tally, f"decoder of {codec}", code == 0, output)
        code, output = run([build_product.compiler(), *FLAGS, UNIT / "test_decoder_memory.c", RUNTIME / "reader/decoder.c", RUNTIME / f"reader/decoder_{codec}.c", library, "-o",
                            folder / f"{codec}-memory"])
        if code == 0:
            code, output = run([folder / f"{codec}-memory", raw, stored])
        count(tally, f"decoder of {codec} without memory", code == 0, output)


FILES = [RUNTIME / f"files/{path.name}" for path in sorted((RUNTIME / "files").glob("*.c")) if path.name not in ("none.c", "tree.c")]  # files_world.c has tree.c
ROOM = [UNIT / "files_world.c", *FILES, RUNTIME / "process/memory_file.c", RUNTIME / "process/own_mark.c", RUNTIME / "reader/resources.c", RUNTIME / "reader/decoder.c", RUNTIME / "reader/decoder_none.c"]


def wrapped():
    """What makes the C library's functions the room's in a test."""
    names = {name for path in FILES for name in re.findall(r"^(?:DECLARE|ALIAS)\((\w+)", path.read_text(), re.M)}
    return ["-DPYEMBED_FILES_WRAPPED", *(f"-Wl,--wrap={name}" for name in sorted(names))]


def files(tally, folder):
    """The tree of packed files, and paths into it."""
    run([sys.executable, "-I", "-B", UNIT / "files_blob.py", folder / "files.bin"], check=True)
    code, output = run([build_product.compiler(), *FLAGS, *SANITIZERS, "-fsanitize=address,undefined", *wrapped(), UNIT / "test_files.c", *ROOM, "-o", folder / "files"])
    if code == 0:
        code, output = run([folder / "files", folder / "files.bin"], env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"))
    count(tally, "files", code == 0, output)


def needs(tally, folder):
    """What shared objects need."""
    library = ["-shared", "-fPIC", "-nostdlib", "-Wl,--no-as-needed", "-Wl,-rpath,$ORIGIN/deps", "-x", "c", "/dev/null", "-x", "none"]
    for name in ("libone.so", "libtwo.so"):
        run([build_product.compiler(), *library[:3], f"-Wl,-soname,{name}", "-x", "c", "/dev/null", "-o", folder / name], check=True)
    run([build_product.compiler(), *library, f"-L{folder}", "-lone", "-ltwo", "-o", folder / "libneeds.so"], check=True)
    code, output = run([build_product.compiler(), *FLAGS, *SANITIZERS, "-fsanitize=address,undefined", UNIT / "test_needs.c", RUNTIME / "files/needs.c", "-o", folder / "needs"])
    if code == 0:
        code, output = run([folder / "needs", folder / "libneeds.so"])
    count(tally, "needs", code == 0, output)


def seeds(distribution, modes):
    """Blobs to start from: the small one, and a package with its data and metadata under the settings of each mode."""
    product = build_product.Product(distribution)
    build_product.fill(product, distribution, build_product.parse(["--distribution", "-", "--output", "-", "--no-stdlib", "--site", str(HERE / "data/site")]))
    product.modules = {name: module for name, module in product.modules.items() if not name.startswith("_oxidized")}
    product.finish()
    return [product.write(settings, ()) for settings in modes]


def write_seeds(distribution, modes, folder):
    folder.mkdir(parents=True, exist_ok=True)
    run([sys.executable, "-I", "-B", UNIT / "small_blob.py", folder / "small.bin"], check=True)
    for number, blob in enumerate(seeds(distribution, modes)):
        (folder / f"seed-{number}.bin").write_bytes(blob)


def mutations(tally, folder, distribution, modes, number=100_000):
    """What libFuzzer does, short, the same each time, and without clang."""
    write_seeds(distribution, modes, folder / "seeds")
    code, output = run([build_product.compiler(), *FLAGS, *SANITIZERS, "-fsanitize=address,undefined", UNIT / "mutate.c", UNIT / "fuzz_reader.c", *READER, "-o", folder / "mutate"])
    if code == 0:
        code, output = run([folder / "mutate", number, *sorted((folder / "seeds").iterdir())])
    count(tally, "reader", code == 0, output)


def fuzz(tally, folder, distribution, modes, seconds, corpus=None):
    """libFuzzer on the reader for so many seconds. `corpus`: a folder that keeps what was found interesting; otherwise it dies with the run."""
    corpus = Path(corpus) if corpus else folder / "corpus"
    write_seeds(distribution, modes, corpus)
    largest = max(path.stat().st_size for path in corpus.iterdir())
    run_fuzzer(tally, "fuzz", [UNIT / "fuzz_reader.c", *READER], corpus, largest + 4096, seconds, folder)


PATHS = ("", "pkg", "pkg/mod.py", "pkg/data/table.txt", "../x", "deep/" * 20 + "deep", "pkg/../bin/tool", "pkg//data/", "./hollow/inner/.", "pkg/mod.py/x", "n" * 256, "none/..", "none")


def fuzz_files(tally, folder, seconds):
    """libFuzzer on paths of packed files."""
    corpus = folder / "paths"
    corpus.mkdir()
    for number, path in enumerate(PATHS):
        (corpus / f"seed-{number}").write_bytes(bytes([number % 5, number]) + path.encode())
    run([sys.executable, "-I", "-B", UNIT / "files_blob.py", folder / "files.bin"], check=True)
    run_fuzzer(tally, "fuzz, paths", [*wrapped(), UNIT / "fuzz_files.c", *ROOM], corpus, 4096, seconds, folder, FILES_BLOB=str(folder / "files.bin"))


def run_fuzzer(tally, label, sources, corpus, longest, seconds, folder, **environment):
    program = clang()
    if program is None:
        return count(tally, label, False, "no clang; install it with: apt-get install clang-14 libclang-rt-14-dev")
    fuzzer = folder / label.replace(", ", "-")
    code, output = run([program, *FLAGS, *SANITIZERS, "-fsanitize=fuzzer,address,undefined", *sources, "-o", fuzzer])
    if code == 0:
        code, output = run([fuzzer, f"-max_total_time={seconds}", f"-max_len={longest}", "-print_final_stats=1", "-verbosity=1",
                            f"-artifact_prefix={folder}/", corpus], cwd=folder, env=dict(os.environ, **environment))
    found = re.search(r"Done (\d+) runs in (\d+) second", output)
    # the file that a crash leaves would die with the folder
    for crash in folder.glob("*-????????????????????????????????????????"):
        output += f"\nkept as {shutil.copy(crash, Path.cwd())}"
    count(tally, label, code == 0 and found, f"{found[1]} runs in {found[2]} seconds, no crash" if code == 0 and found else output[-6000:])


def analyze(tally, distribution):
    """clang's analyzer over each file; a report is a failure."""
    program = clang()
    if program is None:
        return count(tally, "analyze", False, "no clang; install it with: apt-get install clang-14")
    reports, files = [], sorted(RUNTIME.glob("*/*.c")) + sorted((build_product.SOURCES / "pyapp").glob("*.c"))
    for file in files:
        code, output = run([program, "--analyze", "--analyzer-output", "text", "-Xclang", "-analyzer-checker=optin,nullability,security", "-Xclang",
                            "-analyzer-disable-checker=security.insecureAPI.DeprecatedOrUnsafeBufferHandling", "-std=c11", "-D_GNU_SOURCE", f"-I{RUNTIME}",
                            "-isystem", distribution.include, file])
        if code != 0 or output.strip():
            reports.append(output)
    count(tally, "analyze", not reports, "\n".join(reports) or f"{len(files)} files, no report")
