"""The module's own API: finders of a program's own, resources as objects, collecting, zip archives."""

import importlib
import importlib.resources
import io
import os
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import oxidized_importer
from oxidized_importer import (OxidizedFinder, OxidizedResource, OxidizedResourceCollector, OxidizedZipFinder, find_resources_in_path)


class OnPath:
    """A finder on sys.meta_path for the length of a test."""

    def __init__(self, finder):
        self.finder = finder

    def __enter__(self):
        sys.meta_path.insert(0, self.finder)
        return self.finder

    def __exit__(self, *exception):
        sys.meta_path.remove(self.finder)
        for name in [name for name in sys.modules if name.startswith("made_up")]:
            del sys.modules[name]


def module(name, source, package=False, resources=None):
    resource = OxidizedResource()
    resource.name, resource.is_module, resource.is_package, resource.in_memory_source = name, True, package, source
    resource.in_memory_package_resources = resources
    return resource


class TestResource(unittest.TestCase):
    def test_a_new_one_is_empty(self):
        resource = OxidizedResource()
        self.assertEqual((resource.name, resource.is_module, resource.in_memory_source), ("", False, None))
        self.assertEqual(repr(resource), '<OxidizedResource name="">')

    def test_types_are_checked(self):
        resource = OxidizedResource()
        for name, value in (("name", 1), ("is_module", "yes"), ("in_memory_source", "text"), ("in_memory_package_resources", {1: b""}),
                            ("shared_library_dependency_names", [b"x"])):
            with self.assertRaises(TypeError, msg=name):
                setattr(resource, name, value)
        with self.assertRaises(AttributeError):
            del resource.name

    def test_buffers_are_copied(self):
        resource = OxidizedResource()
        buffer = bytearray(b"abc")
        resource.in_memory_source = buffer
        buffer[0] = 0
        self.assertEqual(resource.in_memory_source, b"abc")


class TestFinderOfOnesOwn(unittest.TestCase):
    def test_it_starts_empty(self):
        finder = OxidizedFinder()
        self.assertIsNone(finder.find_spec("sample"))
        self.assertEqual(finder.indexed_resources(), [])
        self.assertEqual(finder._modules(""), [])

    def test_added_modules_are_imported(self):
        finder = OxidizedFinder()
        finder.add_resources([module("made_up", b"NAME = __name__", package=True), module("made_up.part", b"from made_up import NAME\nraise_it = 1")])
        with OnPath(finder):
            part = importlib.import_module("made_up.part")
            self.assertEqual((part.NAME, part.__package__), ("made_up", "made_up"))
            self.assertIn("raise_it", part.__loader__.get_source("made_up.part"))

    def test_what_cannot_be_added(self):
        finder = OxidizedFinder()
        with self.assertRaises(TypeError):
            finder.add_resource("text")
        with self.assertRaises(ValueError):
            finder.add_resource(OxidizedResource())

    def test_serialized_resources_are_read_again_in_place(self):
        first = OxidizedFinder()
        resources = [module("made_up", b"NAME = 'a package'", package=True, resources={"data/x.txt": b"data", "empty": b""})]
        resources += [module(f"made_up.number_{index}", f"VALUE = {index}".encode()) for index in range(50)]
        first.add_resources(resources)
        blob = first.serialize_indexed_resources()
        second = OxidizedFinder()
        second.index_bytes(blob)
        self.assertEqual([resource.name for resource in second.indexed_resources()], sorted(resource.name for resource in resources))
        with OnPath(second):
            self.assertEqual(importlib.import_module("made_up.number_49").VALUE, 49)
            self.assertEqual(importlib.resources.files("made_up").joinpath("data/x.txt").read_bytes(), b"data")
        second.index_bytes(blob)  # of a second blob, the resources are added
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "blob").write_bytes(blob)
            third = OxidizedFinder()
            third.index_file_memory_mapped(Path(folder, "blob"))
        with OnPath(third):
            self.assertEqual(importlib.import_module("made_up.number_7").VALUE, 7)

    def test_damaged_bytes_are_a_value_error(self):
        first = OxidizedFinder()
        first.add_resource(module("made_up", b""))
        blob = first.serialize_indexed_resources()
        for length in (0, 8, 255, 256, 4096, len(blob) - 1):
            with self.assertRaises(ValueError, msg=length):
                OxidizedFinder().index_bytes(blob[:length])
        with self.assertRaises(TypeError):
            OxidizedFinder().index_bytes("text")
        with self.assertRaisesRegex(ValueError, "No such file or directory: '/no/such/file'") as caught:
            OxidizedFinder().index_file_memory_mapped("/no/such/file")
        self.assertIsInstance(caught.exception.__cause__, FileNotFoundError)
        with self.assertRaises(ValueError):
            OxidizedFinder().index_file_memory_mapped("/dev/null")

    def test_the_interpreters_own_modules(self):
        finder = OxidizedFinder()
        finder.index_interpreter_builtins()
        found = {resource.name: resource for resource in finder.indexed_resources()}
        self.assertTrue(found["_io"].is_builtin_extension_module)
        self.assertTrue(found["zipimport"].is_frozen_module)
        self.assertEqual(finder.find_spec("_io").loader.__name__, "BuiltinImporter")

    def test_the_products_finder_lists_what_it_holds(self):
        found = {resource.name: resource for resource in sys.meta_path[0].indexed_resources()}
        self.assertIn(b"VALUE = 41", found["sample.one"].in_memory_source)
        self.assertEqual(found["sample"].in_memory_package_resources["data/table.csv"], b"name,value\na,1\n")
        self.assertTrue(found["space"].is_namespace_package)

    def test_attributes(self):
        finder = OxidizedFinder(relative_path_origin="/somewhere")
        self.assertEqual(finder.origin, "/somewhere")
        finder.pkg_resources_import_auto_register = False
        self.assertFalse(finder.pkg_resources_import_auto_register)
        self.assertEqual(oxidized_importer.decode_source(io, b"# coding: latin-1\n\xe9"), "# coding: latin-1\né")
        self.assertIn("OxidizedZipFinder", dir(oxidized_importer))
        with self.assertRaises(AttributeError):
            oxidized_importer.no_such_name


class TestCollector(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        (root / "made_up" / "data").mkdir(parents=True)
        (root / "made_up" / "__init__.py").write_text("NAME = 'collected'")
        (root / "made_up" / "data" / "x.txt").write_text("x")
        (root / "made_up_dist-2.0.dist-info").mkdir()
        (root / "made_up_dist-2.0.dist-info" / "METADATA").write_text("Name: made-up-dist\nVersion: 2.0\n")

    def tearDown(self):
        self.folder.cleanup()

    def test_a_folder_becomes_importable_resources(self):
        found = find_resources_in_path(self.folder.name)
        self.assertEqual([type(item).__name__ for item in found], ["PythonModuleSource", "PythonPackageResource", "PythonPackageDistributionResource"])
        collector = OxidizedResourceCollector(allowed_locations=["in-memory"])
        for item in found:
            collector.add_in_memory(item)
        resources, files = collector.oxidize()
        self.assertEqual(files, [])
        finder = OxidizedFinder()
        finder.add_resources(resources)
        with OnPath(finder):
            self.assertEqual(importlib.import_module("made_up").NAME, "collected")

    def test_files_beside_the_product(self):
        collector = OxidizedResourceCollector(allowed_locations=["filesystem-relative"])
        source = find_resources_in_path(self.folder.name)[0]
        collector.add_filesystem_relative("lib", source)
        resources, files = collector.oxidize()
        self.assertEqual(files, [(Path("lib/made_up/__init__.py"), b"NAME = 'collected'", False)])
        self.assertEqual(resources[0].relative_path_module_source, Path("lib/made_up/__init__.py"))
        with self.assertRaises(ValueError):
            collector.add_in_memory(source)

    def test_bad_input(self):
        with self.assertRaises(ValueError):
            OxidizedResourceCollector(allowed_locations=["somewhere"])
        with self.assertRaises(ValueError):
            find_resources_in_path("/no/such/folder")
        with self.assertRaises(TypeError):
            OxidizedResourceCollector(allowed_locations=["in-memory"]).add_in_memory("text")


class TestZip(unittest.TestCase):
    def archive(self):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("made_up/__init__.py", "NAME = 'zipped'")
            archive.writestr("made_up/part.py", "from made_up import NAME")
        return stream.getvalue()

    def test_modules_are_imported_from_an_archive_in_memory(self):
        with OnPath(OxidizedZipFinder.from_zip_data(self.archive(), "/archive.zip")):
            part = importlib.import_module("made_up.part")
            self.assertEqual((part.NAME, part.__file__), ("zipped", "/archive.zip/made_up/part.py"))
            self.assertIn("import NAME", part.__loader__.get_source("made_up.part"))
            self.assertEqual(part.__loader__.get_data("/archive.zip/made_up/__init__.py"), b"NAME = 'zipped'")

    def test_what_is_no_archive(self):
        with self.assertRaises(ValueError):
            OxidizedZipFinder.from_zip_data(b"no zip")
        with self.assertRaises(OSError):
            OxidizedZipFinder.from_path(os.devnull + "x")
