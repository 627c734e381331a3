"""OxidizedZipFinder: imports from a zip archive."""

import importlib
import importlib.machinery
import importlib.util
import io
import os
import struct
import sys
import tempfile
import unittest
import warnings
import zipfile
from pathlib import Path

from inside.importing import ImporterTest, OnPath, code
from oxidized_importer import OxidizedZipFinder

BASE = sys.executable


def archive(prefix=b"", **files):
    stream = io.BytesIO()
    stream.write(prefix)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name.replace("__init__", "INIT").replace("__", "/").replace("INIT", "__init__").replace("_pyc", ".pyc").replace("_py", ".py"), data)
    return stream.getvalue()


def pyc(source, magic=importlib.util.MAGIC_NUMBER):
    return magic + struct.pack("<iLL", 0, 1, 1)[:12].ljust(12, b"\0") + code(source)


class TestConstruction(unittest.TestCase):
    def test_it_is_made_of_data_or_a_path_alone(self):
        self.assertRaises(TypeError, OxidizedZipFinder)

    def test_any_bytes_like_object(self):
        data = archive(foo_py="A = 1")
        for given in (data, bytearray(data), memoryview(data)):
            self.assertEqual(OxidizedZipFinder.from_zip_data(given).get_source("foo"), "A = 1")

    def test_data_must_be_an_archive(self):
        self.assertRaises(ValueError, OxidizedZipFinder.from_zip_data, b"no zip")
        self.assertRaises(TypeError, OxidizedZipFinder.from_zip_data, "text")

    def test_an_archive_may_follow_other_bytes(self):
        self.assertEqual(OxidizedZipFinder.from_zip_data(archive(b"#!/bin/sh\n", foo_py="A = 1")).get_source("foo"), "A = 1")

    def test_a_path_is_advertised(self):
        for path in ("/x.zip", b"/x.zip", Path("/x.zip")):
            self.assertEqual(OxidizedZipFinder.from_zip_data(archive(foo_py=""), path).find_spec("foo").origin, "/x.zip/foo.py")
            self.assertEqual(OxidizedZipFinder.from_zip_data(archive(foo_py=""), path=path).get_filename("foo"), "/x.zip/foo.py")

    def test_without_a_path_it_is_the_executables(self):
        self.assertEqual(OxidizedZipFinder.from_zip_data(archive(foo_py="")).find_spec("foo").origin, f"{BASE}/foo.py")

    def test_from_a_file_by_any_path(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "x.zip")
            path.write_bytes(archive(foo_py="A = 1"))
            for given in (path, str(path), os.fsencode(path)):
                self.assertEqual(OxidizedZipFinder.from_path(given).find_spec("foo").origin, f"{path}/foo.py")

    def test_from_a_file_that_is_none(self):
        self.assertRaises(OSError, OxidizedZipFinder.from_path, "/no/such.zip")
        with tempfile.NamedTemporaryFile() as file:
            self.assertRaises(ValueError, OxidizedZipFinder.from_path, file.name)


class TestMissing(unittest.TestCase):
    finder = OxidizedZipFinder.from_zip_data(archive(foo_py=""))

    def test_find_spec_gives_none(self):
        self.assertIsNone(self.finder.find_spec("missing", None))
        self.assertIsNone(self.finder.find_spec("foo.missing", None, None))

    @unittest.skipIf(sys.version_info >= (3, 12), "CPython's own finders have no find_module any more")
    def test_find_module_gives_none_and_is_deprecated(self):
        with self.assertWarns(DeprecationWarning):
            self.assertIsNone(self.finder.find_module("missing"))

    @unittest.skipIf(sys.version_info < (3, 12), "CPython's own finders still have find_module")
    def test_find_module_is_gone_with_cpythons(self):
        self.assertFalse(hasattr(self.finder, "find_module"))

    def test_the_loader_raises_import_errors(self):
        for method in (self.finder.get_code, self.finder.get_source, self.finder.is_package, self.finder.get_filename):
            with self.assertRaises(ImportError) as caught:
                method("missing")
            self.assertEqual(caught.exception.name, "missing")

    def test_get_data_of_nothing(self):
        self.assertRaises(OSError, self.finder.get_data, f"{BASE}/missing")
        self.assertRaises(OSError, self.finder.get_data, "/etc/passwd")

    def test_invalidate_caches(self):
        self.assertIsNone(self.finder.invalidate_caches())


class TestImport(ImporterTest):
    def check(self, data, name, file, source, package=False, value=42):
        finder = OxidizedZipFinder.from_zip_data(data)
        spec = finder.find_spec(name, None)
        self.assertIsInstance(spec, importlib.machinery.ModuleSpec)
        self.assertEqual((spec.name, spec.loader, spec.origin, spec.loader_state), (name, finder, f"{BASE}/{file}", None))
        self.assertEqual(spec.submodule_search_locations, [f"{BASE}/{name.replace('.', '/')}"] if package else None)
        if sys.version_info < (3, 12):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.assertIs(finder.find_module(name), finder)
        self.assertEqual((finder.get_source(name), finder.is_package(name)), (source, package))
        self.assertIsNone(finder.create_module(spec))
        with OnPath(finder):
            made = importlib.import_module(name)
            self.assertEqual((made.A, made.__name__, made.__loader__, made.__file__), (value, name, finder, spec.origin))
            self.assertEqual(made.__package__, name if package else name.rpartition(".")[0])

    def test_a_source(self):
        self.check(archive(made_up_py="A = 42\n"), "made_up", "made_up.py", "A = 42\n")

    def test_bytecode(self):
        self.check(archive(made_up_pyc=pyc("A = 42")), "made_up", "made_up.pyc", None)

    def test_bytecode_beside_its_source_is_taken_as_it_is(self):
        self.check(archive(made_up_py="A = 1\n", made_up_pyc=pyc("A = 42")), "made_up", "made_up.py", "A = 1\n")

    def test_bytecode_of_another_python_beside_its_source_is_not(self):
        self.check(archive(made_up_py="A = 42\n", made_up_pyc=pyc("A = 1", b"\0\0\r\n")), "made_up", "made_up.py", "A = 42\n")

    def test_bytecode_of_another_python_alone_is_an_import_error(self):
        with OnPath(OxidizedZipFinder.from_zip_data(archive(made_up_pyc=pyc("A = 1", b"\0\0\r\n")))):
            self.assertRaisesRegex(ImportError, "of another Python", importlib.import_module, "made_up")

    def test_a_package(self):
        self.check(archive(made_up____init___py="A = 42\n".encode()), "made_up", "made_up/__init__.py", "A = 42\n", package=True)

    def test_a_package_of_bytecode(self):
        self.check(archive(made_up____init___pyc=pyc("A = 42")), "made_up", "made_up/__init__.pyc", None, package=True)

    def test_a_package_of_both(self):
        self.check(archive(made_up____init___py="A = 1", made_up____init___pyc=pyc("A = 42")), "made_up", "made_up/__init__.py", "A = 1", package=True)

    def test_a_submodule(self):
        self.check(archive(made_up____init___py="", made_up__part_py="A = 42\n"), "made_up.part", "made_up/part.py", "A = 42\n")

    def test_get_data_of_a_source(self):
        self.assertEqual(OxidizedZipFinder.from_zip_data(archive(foo_py="A = 1")).get_data(f"{BASE}/foo.py"), b"A = 1")
