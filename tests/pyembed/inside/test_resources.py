"""importlib.resources over packages, folders in them and namespace packages."""

import importlib.resources
import os
import sys
import unittest
from importlib.resources import as_file, files

from oxidized_importer import OxidizedResourceReader


class TestResources(unittest.TestCase):
    def test_files_of_a_package(self):
        root = files("sample")
        self.assertTrue(root.is_dir())
        names = {item.name: item.is_dir() for item in root.iterdir()}
        self.assertEqual(names, {"__init__.py": False, "__main__.py": False, "broken.py": False, "circular_a.py": False, "circular_b.py": False, "commands.py": False, "data": True,
                                 "entry.py": False, "imports_missing.py": False, "one.py": False, "sub": True})

    def test_nested_folders_and_subpackages(self):
        root = files("sample")
        self.assertEqual((root / "data" / "table.csv").read_text(), "name,value\na,1\n")
        self.assertEqual(root.joinpath("data", "deep", "raw.bin").read_bytes(), b"latin: \xe9\n")
        self.assertEqual(root.joinpath("data/deep/raw.bin").read_text(encoding="latin-1"), "latin: é\n")
        self.assertEqual(root.joinpath("data/empty").read_bytes(), b"")
        self.assertEqual(root.joinpath("sub/notes.txt").read_text(), "in sub")
        self.assertEqual(files("sample.sub").joinpath("notes.txt").read_text(), "in sub")
        self.assertEqual([item.name for item in root.joinpath("data").iterdir()], ["deep", "empty", "table.csv"])
        with root.joinpath("one.py").open() as stream:
            self.assertEqual(stream.readline(), "VALUE = 41\n")

    def test_a_name_with_a_lone_surrogate_is_a_file_that_is_not_there(self):
        for package in ("sample", "space"):
            nothing = files(package).joinpath("data", "\udce9")
            self.assertEqual((nothing.name, nothing.is_file(), nothing.is_dir()), ("\udce9", False, False))
            self.assertRaises(FileNotFoundError, nothing.read_bytes)
            self.assertRaises(FileNotFoundError, nothing.read_text)
            self.assertRaises(FileNotFoundError, list, nothing.iterdir())
            self.assertFalse(files(package).joinpath("\ud800").is_file())
        self.assertRaises(FileNotFoundError, sys.meta_path[0].get_data, f"{sys.executable}/sample/\udce9")

    def test_what_is_not_there(self):
        nothing = files("sample") / "nothing"
        self.assertFalse(nothing.is_file() or nothing.is_dir())
        with self.assertRaises(FileNotFoundError):
            nothing.read_bytes()
        with self.assertRaises(IsADirectoryError):
            files("sample").joinpath("data").read_bytes()
        with self.assertRaises(NotADirectoryError):
            list(files("sample").joinpath("one.py").iterdir())
        with self.assertRaises(ValueError):
            files("sample").joinpath("one.py").open("w")

    def test_as_file_keeps_the_name_and_leaves_nothing(self):
        with as_file(files("sample") / "data" / "table.csv") as path:
            self.assertEqual(path.name, "table.csv")
        self.assertFalse(path.parent.exists())
        with self.assertRaises(FileNotFoundError), as_file(files("sample") / "data" / "nothing.csv"):
            pass

    def test_as_file_gives_a_path_with_the_content(self):
        with as_file(files("sample") / "data" / "table.csv") as path:
            self.assertEqual(path.read_bytes(), b"name,value\na,1\n")
        self.assertFalse(os.path.exists(path))

    def test_a_namespace_package(self):
        root = files("space")
        self.assertEqual(sorted(item.name for item in root.iterdir()), ["loose.txt", "part"])
        self.assertEqual(root.joinpath("part/words.txt").read_text(), "text in a namespace package\n")

    def test_the_older_functions(self):
        self.assertEqual(importlib.resources.read_text("sample.sub", "notes.txt"), "in sub")
        self.assertTrue(importlib.resources.is_resource("sample.sub", "notes.txt"))
        with importlib.resources.open_binary("sample.sub", "notes.txt") as stream:
            self.assertEqual(stream.read(), b"in sub")
        with importlib.resources.path("sample.sub", "notes.txt") as path:
            self.assertEqual(path.read_text(), "in sub")

    def test_the_reader(self):
        reader = sys.meta_path[0].get_resource_reader("sample.sub")
        self.assertIsInstance(reader, OxidizedResourceReader)
        self.assertEqual(sorted(reader.contents()), ["__init__.py", "leaf.py", "notes.txt"])
        self.assertTrue(reader.is_resource("notes.txt"))
        self.assertFalse(reader.is_resource("nothing"))
        with self.assertRaises(FileNotFoundError):
            reader.resource_path("notes.txt")
        with self.assertRaises(FileNotFoundError):
            reader.open_resource("nothing")
        self.assertIsNone(sys.meta_path[0].get_resource_reader("sample.one"))
