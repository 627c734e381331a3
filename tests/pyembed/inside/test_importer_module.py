"""`oxidized_importer` itself: its names, and its parts that are written in Python."""

import io
import subprocess
import sys
import unittest

import oxidized_importer
from inside.importing import PRODUCT, ImporterTest, OnPath, finder_of, module
from oxidized_importer import OxidizedFinder

DOCUMENTED = {
    "OxidizedDistribution", "OxidizedFinder", "OxidizedPathEntryFinder", "OxidizedPkgResourcesProvider", "OxidizedResource", "OxidizedResourceCollector",
    "OxidizedResourceReader", "OxidizedZipFinder", "PythonExtensionModule", "PythonModuleBytecode", "PythonModuleSource",
    "PythonPackageDistributionResource", "PythonPackageResource", "decode_source", "find_resources_in_path", "pkg_resources_find_distributions",
    "register_pkg_resources",
}
FINDER = {
    "add_resource", "add_resources", "create_module", "exec_module", "find_distributions", "find_spec", "get_code", "get_data", "get_filename",
    "get_resource_reader", "get_source", "index_bytes", "index_file_memory_mapped", "index_interpreter_builtin_extension_modules",
    "index_interpreter_builtins", "index_interpreter_frozen_modules", "indexed_resources", "invalidate_caches", "is_package", "iter_modules",
    "multiprocessing_set_start_method", "origin", "path_hook", "path_hook_base_str", "pkg_resources_import_auto_register",
    "serialize_indexed_resources",
}


class TestNames(unittest.TestCase):
    def test_dir_lists_what_is_documented_and_nothing_private(self):
        self.assertEqual({name for name in dir(oxidized_importer) if not name.startswith("__")}, DOCUMENTED)

    def test_every_documented_name_is_there(self):
        for name in DOCUMENTED:
            if "kg_resources" not in name and "PkgResources" not in name:  # these need pkg_resources (PkgResourcesTests)
                self.assertIsNotNone(getattr(oxidized_importer, name), name)

    def test_names_for_pkg_resources_say_what_is_missing(self):
        if PRODUCT.find_spec("pkg_resources"):
            self.skipTest("it is here")
        with self.assertRaises(ModuleNotFoundError) as caught:
            oxidized_importer.OxidizedPkgResourcesProvider
        self.assertEqual(caught.exception.name, "pkg_resources")

    def test_an_unknown_name_is_an_attribute_error(self):
        with self.assertRaisesRegex(AttributeError, "module 'oxidized_importer' has no attribute 'no_such_name'"):
            oxidized_importer.no_such_name

    def test_a_finder_has_the_documented_members_and_dir_hides_others(self):
        names = {name for name in dir(OxidizedFinder()) if not name.startswith("__")} - {"find_module", "load_module"}
        self.assertEqual(names, FINDER)

    def test_types_say_their_module(self):
        for name in DOCUMENTED:
            if name[0] in "OP" and "PkgResources" not in name:
                self.assertEqual((getattr(oxidized_importer, name).__module__, getattr(oxidized_importer, name).__name__), ("oxidized_importer", name))
        self.assertEqual(OxidizedFinder.__module__, "oxidized_importer")
        self.assertTrue(repr(OxidizedFinder()).startswith("<oxidized_importer.OxidizedFinder object at 0x"))

    def test_decode_source_gives_text_by_the_coding_line(self):
        self.assertEqual(oxidized_importer.decode_source(io, b"# coding: latin-1\r\nx = '\xe9'\r\n"), "# coding: latin-1\nx = '\xe9'\n")
        self.assertEqual(oxidized_importer.decode_source(io, b"\xef\xbb\xbfx = 1"), "x = 1")

    def test_decode_source_takes_two_arguments(self):
        self.assertRaises(TypeError, oxidized_importer.decode_source, b"x = 1")

    def test_decode_source_of_what_is_no_text(self):
        self.assertRaises(SyntaxError, oxidized_importer.decode_source, io, b"# coding: no-such-coding\n")


class TestParts(ImporterTest):
    """The parts in Python are imported when they are needed, whoever stands in sys.meta_path then."""

    def fresh(self, code):
        program = ("import sys, oxidized_importer as o, email.parser, zipfile, json\nproduct = sys.meta_path[:]\nother = o.OxidizedFinder()\n"
                   f"sys.meta_path[:] = [other]\n{code}\nassert sys.meta_path == [other], sys.meta_path\n")
        result = subprocess.run([sys.executable, "--exec", program], capture_output=True, text=True)
        self.assertEqual((result.stderr, result.returncode), ("", 0))
        return result.stdout

    def test_names_are_found_with_another_finder_alone(self):
        self.assertEqual(self.fresh("print(o.OxidizedResource().name == '', o.OxidizedZipFinder, o.find_resources_in_path)").split()[0], "True")

    def test_resources_are_added_with_another_finder_alone(self):
        self.assertEqual(self.fresh("r = o.OxidizedResource(); r.name = 'm'; r.is_module = True; r.in_memory_source = b'A = 7'\n"
                                    "other.add_resource(r); import m; print(m.A, len(other.serialize_indexed_resources()) > 4096)"), "7 True\n")

    def test_hooks_work_with_another_finder_alone(self):
        self.assertEqual(self.fresh("print(other.iter_modules(), list(other.find_distributions()), other.path_hook(other.path_hook_base_str)._package)"),
                         "[] [] None\n")

    def test_a_packages_resources_are_read_with_another_finder_alone(self):
        self.assertEqual(self.fresh("print(product[0].get_resource_reader('sample').open_resource('data/table.csv').read())"), "b'name,value\\na,1\\n'\n")

    def test_a_finder_that_stands_alone_finds_only_its_own(self):
        with OnPath(finder_of(module("made_up", b"import made_up_missing")), alone=True):
            self.assertRaises(ModuleNotFoundError, __import__, "made_up")
            self.assertRaises(ModuleNotFoundError, __import__, "sample.imports_missing")
        self.assertNotIn("made_up", sys.modules)
