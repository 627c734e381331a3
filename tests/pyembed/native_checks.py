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
    program = clang()
    if program is None:
        return count(tally, "fuzz", False, "no clang; install it with: apt-get install clang-14 libclang-rt-14-dev")
    corpus = Path(corpus) if corpus else folder / "corpus"
    write_seeds(distribution, modes, corpus)
    code, output = run([program, *FLAGS, *SANITIZERS, "-fsanitize=fuzzer,address,undefined", UNIT / "fuzz_reader.c", *READER, "-o", folder / "fuzz"])
    if code == 0:
        largest = max(path.stat().st_size for path in corpus.iterdir())
        code, output = run([folder / "fuzz", f"-max_total_time={seconds}", f"-max_len={largest + 4096}", "-print_final_stats=1", "-verbosity=1",
                            f"-artifact_prefix={folder}/", corpus], cwd=folder)
    found = re.search(r"Done (\d+) runs in (\d+) second", output)
    # the file that a crash leaves would die with the folder
    for crash in folder.glob("*-????????????????????????????????????????"):
        output += f"\nkept as {shutil.copy(crash, Path.cwd())}"
    count(tally, "fuzz", code == 0 and found, f"{found[1]} runs in {found[2]} seconds, no crash" if code == 0 and found else output[-6000:])


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
