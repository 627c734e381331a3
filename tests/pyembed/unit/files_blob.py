"""Writes the blob that test_files.c and fuzz_files.c ask for: folders, links between names, hostile paths, compressed and damaged items."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import blob as format  # noqa: E402


def files_blob():
    blob = format.Blob()
    blob.module("pkg", "pkg/__init__.py", flags=format.PACKAGE, code=b"code", source=b"source")
    blob.module("pkg.mod", "pkg/mod.py", code=b"code", source=b"x = 1\n")
    blob.module("pkg.bare", "pkg/bare.py", code=b"code")
    blob.module("pkg._native", "pkg/_native.abi3.so", flags=format.SHARED, library=b"ELF")
    blob.module("space", "space", flags=format.NAMESPACE)
    blob.module("zlib", flags=format.BUILTIN)
    blob.module("beside", "beside.py", flags=format.IN_FILESYSTEM, root="lib")
    blob.resource("pkg", "data/table.txt", "pkg/data/table.txt", b"table")
    blob.resource("pkg", "data/empty", "pkg/data/empty", b"")
    blob.resource("pkg", "twice", "pkg/twice", b"first")
    blob.plain_file("pkg/twice", b"second")
    blob.plain_file("bin/tool", b"#!/bin/sh\n", flags=format.EXECUTABLE)
    blob.plain_file("hollow/inner", None, flags=format.EMPTY_FOLDER)
    blob.plain_file("/slash//doubled///name", b"s")
    blob.plain_file("./dots/./name", b"d")
    blob.plain_file("up/../over", b"o")
    blob.plain_file("../outside", b"never")
    blob.plain_file("pkg/mod.py/below", b"never")
    blob.plain_file("pkg/data", b"never: it is a folder")
    blob.plain_file("", b"never")
    blob.plain_file("n" * 255, b"n")
    blob.plain_file("m" * 300, b"too long to be found")
    blob.plain_file("/".join(["deep"] * 60), b"deep")
    blob.plain_file("caf\u00e9/x", b"no ASCII")
    blob.link("links/file", "../pkg/mod.py", b"x = 1\n")
    blob.link("links/folder", "..//pkg/./data")
    blob.link("links/chain", "folder")
    blob.link("links/up", "..")
    blob.link("links/slash", "../pkg/data/")
    blob.link("links/no-folder", "../pkg/mod.py/")
    blob.link("links/dangling", "../pkg/none")
    blob.link("links/far", "../none/none")
    blob.link("links/loop", "back")
    blob.link("links/back", "loop")
    blob.link("links/self", "self")
    blob.link("links/into/loop", "../into/loop/x")
    blob.link("links/out", "up/..")  # by its letters it stays
    blob.link("links/beside", "file", root="lib")
    for hop in range(50):
        blob.link(f"hops/{hop}", f"{hop + 1}" if hop < 49 else "../pkg/mod.py")
    blob.plain_file("links/folder/copy", b"never: it is a link")
    blob.resource("pkg", "linked.txt", "pkg/linked.txt", b"table")
    blob.link("pkg/linked.txt", "data/table.txt")
    blob.plain_file("beside.txt", None, root="lib", flags=format.IN_FILESYSTEM)
    blob.shared_library("liba.so.1", b"A")
    blob.distribution("a_package", "1.2", "a.package-1.2.dist-info", {"METADATA": b"Name: a.package\n", "../pkg/from_record": b"r"})
    return blob.write()


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(files_blob())
