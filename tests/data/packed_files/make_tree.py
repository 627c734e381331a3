"""Makes the tree that is packed, and copied for comparison: make_tree.py FOLDER. Each run makes the same bytes, but for the certificate."""

import io
import os
import random
import sqlite3
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

CERTIFICATE_OF = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=packed", "-days", "36500", "-keyout", "/dev/null", "-out"]


def write(path, data, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    path.chmod(mode)


def catalogue(messages):
    """A .mo file."""
    keys = sorted(messages)
    ids, texts, offsets = b"", b"", []
    for key in keys:
        identifier, text = key.encode(), messages[key].encode()
        offsets.append((len(identifier), len(ids), len(text), len(texts)))
        ids, texts = ids + identifier + b"\0", texts + text + b"\0"
    start = 28 + 16 * len(keys)
    table = [(size, start + place) for size, place, _, _ in offsets] + [(size, start + len(ids) + place) for _, _, size, place in offsets]
    return struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0) + b"".join(struct.pack("<2I", *pair) for pair in table) + ids + texts


def shared(output, source, *flags):
    output.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-x", "c", "-", "-o", str(output), *flags], input=source, text=True, check=True)


def make_archives(data):
    numbers = random.Random(7)
    with zipfile.ZipFile(data / "archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(zipfile.ZipInfo(f"in/{number}.txt", (2020, 1, 1, 0, 0, 0)), f"member {number}\n" * 50)
        archive.writestr(zipfile.ZipInfo("zipped_module.py", (2020, 1, 1, 0, 0, 0)), "VALUE = 'from a zip'\n")
    with tarfile.open(data / "archive.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("in/member.bin")
        content = numbers.randbytes(3000)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    with sqlite3.connect(data / "data.db") as database:
        database.execute("create table numbers (value integer)")
        database.executemany("insert into numbers values (?)", [(value,) for value in range(1000)])
    database.close()


def make_libraries(lib):
    shared(lib / "deps/libinner_packed.so", "int inner(void) { return 40; }", "-Wl,-soname,libinner_packed.so")
    shared(lib / "libouter_packed.so", "extern int inner(void); int outer(void) { return inner() + 2; }", "-Wl,-soname,libouter_packed.so",
           f"-L{lib}/deps", "-linner_packed", "-Wl,-rpath,$ORIGIN/deps", "-Wl,--no-as-needed")
    shared(lib / "libasks.so", (Path(__file__).parent / "asks.c").read_text(), "-D_GNU_SOURCE", "-ldl")
    subprocess.run(["cc", "-O1", "-x", "c", "-", "-o", str(lib / "helper")], input=(Path(__file__).parent / "helper.c").read_text(), text=True, check=True)


LINKS = {"file": "../data/one", "folder": "../data/many/1", "chain": "folder", "chain-file": "chain/file-001.bin", "slash": "../data/many/2/", "no-folder": "file/",
         "dangling": "nowhere", "far": "nowhere/deep", "loop": "back", "back": "loop", "self": "self", "up": "..", "here": ".", "beyond": "../../tree/data",
         "through": "folder/../2/file-012.bin", "odd": ".//..///data/./lines.txt", "linked.py": "../module.py", "package": "../sub", "hollow": "../hollow/within",
         "script": "../programs/script.sh", "helper": "../lib/helper", "library.so": "../lib/libouter_packed.so", "deep/er/up": "../../../data", "umlaut-ä": "../data/umlaut-ä.txt",
         "dots": "../data/" + "./" * 1500 + "one"}
HOPS = 45  # from 0 to the file; Linux follows 40


def make_links(folder):
    for name, target in [*LINKS.items(), *((f"hops/{hop}", str(hop + 1) if hop < HOPS else "../../data/one") for hop in range(HOPS + 1))]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(target)


def make(tree):
    numbers = random.Random(1)
    write(tree / "__init__.py", "NAME = 'tree'\n")
    write(tree / "module.py", "import sys\nVALUE = 42\nWHERE = __file__\n\n\ndef fails():\n    raise ValueError('on purpose')\n")
    write(tree / "main.py", "RESULT = [__name__, 6 * 7]\n")
    write(tree / "sub/__init__.py", "")
    write(tree / "sub/deep/__init__.py", "from . import leaf\n")
    write(tree / "sub/deep/leaf.py", "VALUE = 'leaf'\n")
    data = tree / "data"
    write(data / "empty", b"")
    write(data / "one", b"1")
    write(data / "large.bin", numbers.randbytes(5 << 20))
    write(data / "page.bin", numbers.randbytes(4096))
    write(data / "lines.txt", "".join(f"line {number}: Grüße, 世界\n" for number in range(500)))
    write(data / "crlf.txt", b"one\r\ntwo\rthree\n")
    write(data / "with space.txt", "space\n")
    write(data / "umlaut-ä.txt", "ä\n")
    write(data / "世界/мир.txt", "world\n")
    write(data / "💾 disk/new\nline", "odd\n")
    write(data / ".hidden", "hidden\n")
    write(data / ("n" * 255), "longest name\n")
    write(data / "compressible.txt", "again and again\n" * 5000)
    write(data.joinpath(*[f"d{level}" for level in range(40)], "bottom.txt"), "bottom\n")
    for number in range(200):
        write(data / f"many/{number % 10}/file-{number:03}.bin", numbers.randbytes(number * 7))
    for name in ("hollow", "hollow/within", "sub/hollow"):
        (tree / name).mkdir()
    write(data / "locale/de/LC_MESSAGES/app.mo", catalogue({"": "Content-Type: text/plain; charset=UTF-8\n", "hello": "grüß Gott"}))
    write(data / "config.ini", "[section]\nkey = value\n")
    write(data / "table.json", '{"a": [1, 2, 3]}')
    write(tree / "programs/script.sh", '#!/bin/sh\necho "script $# $1"\nexit 3\n', 0o755)
    write(tree / "programs/plain.sh", "echo plain\n", 0o644)
    write(tree / "programs/no-interpreter", "#!/no/such/interpreter\n", 0o755)
    write(tree / "programs/no-format", "\0\1\2\3", 0o755)
    make_archives(data)
    make_libraries(tree / "lib")
    make_links(tree / "links")
    subprocess.run([*CERTIFICATE_OF, str(data / "ca.pem")], check=True, capture_output=True)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
