"""Writes the blob that test_reader.c expects, and that the fuzzer starts from."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import blob as format  # noqa: E402


def small_blob():
    blob = format.Blob()
    blob.module("pkg", "pkg/__init__.py", flags=format.PACKAGE, code=b"code", source=b"source")
    blob.module("pkg.sub", "pkg/sub/__init__.py", flags=format.PACKAGE, code=b"code")
    blob.module("pkg.sub.mod", "pkg/sub/mod.py", code=b"code", source=b"x = 1\n" * 20, codecs=(0, 1, 0))
    blob.module("space", "space", flags=format.NAMESPACE)
    blob.module("zlib", flags=format.BUILTIN)
    blob.module("pkg._native", "pkg/_native.abi3.so", flags=format.SHARED, library=b"ELF", dependencies=("liba.so.1", "libb.so.1"))
    blob.module("beside", "beside.py", flags=format.IN_FILESYSTEM, root="lib")
    blob.resource("pkg", "data/table.txt", "pkg/data/table.txt", b"table")
    blob.resource("pkg", "data/other.txt", "pkg/data/other.txt", b"other")
    blob.resource("pkg", "empty", "pkg/empty", b"")
    blob.plain_file("templates/page.html", b"<p>page</p>", flags=format.EXECUTABLE)
    blob.plain_file("templates/empty", None, flags=format.EMPTY_FOLDER)
    blob.link("templates/index.html", "page.html", b"<p>page</p>")
    blob.plain_file("beside.txt", None, root="lib", flags=format.IN_FILESYSTEM)
    blob.shared_library("liba.so.1", b"A")
    blob.shared_library("libb.so.1", b"B", ("liba.so.1",))
    blob.distribution("a_package", "1.2", "a.package-1.2.dist-info", {"METADATA": b"Name: a.package\n", "RECORD": b""})
    for name, value in (("run_mode", "module"), ("run_module", "pkg"), ("warnings", "error"), ("warnings", "ignore::DeprecationWarning"),
                        ("optimize_level", "2"), ("isolated", "true")):
        blob.setting(name, value)
    return blob.write()


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(small_blob())
