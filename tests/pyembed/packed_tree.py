"""The tree of tests/data/packed_files in a product of these tests."""

import os
import subprocess
import sys
from pathlib import Path

import build_product

DATA = build_product.SOURCES.parent / "tests/data/packed_files"


def make(folder):
    subprocess.run([sys.executable, "-I", "-B", str(DATA / "make_tree.py"), str(folder)], check=True)


def pack(folder, codec=0):
    """What adds the tree to a product, and `ask`; its files are stored by this codec."""
    def change(product):
        product.add_tree(DATA, "ask")
        for below, folders, files in os.walk(folder):
            relative = Path("tree", Path(below).relative_to(folder)).as_posix()
            for name in (name for name in (*folders, *files) if Path(below, name).is_symlink()):
                file = Path(below, name)
                product.plain.append(dict(path=f"{relative}/{name}", data=file.read_bytes() if os.path.isfile(file) else None, flags=build_product.format.LINK, target=os.readlink(file)))
            for name in files:
                file = Path(below, name)
                if file.is_symlink():
                    continue
                if name.endswith(".py"):
                    product.add_source(file, f"{relative}/{name}")
                else:
                    executable = build_product.format.EXECUTABLE if file.stat().st_mode & 0o100 else 0
                    product.plain.append(dict(path=f"{relative}/{name}", data=file.read_bytes(), flags=executable, codec=codec))
            if not folders and not files:
                product.plain.append(dict(path=relative, data=None, flags=build_product.format.EMPTY_FOLDER))
        product.add_namespaces()
    return change
