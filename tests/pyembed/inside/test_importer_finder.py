"""OxidizedFinder: construction, attributes, what it indexes, built-in and frozen modules."""

import gc
import importlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import unittest
import warnings
import weakref
from pathlib import Path
from unittest.mock import patch

from inside.importing import PRODUCT, ImporterTest, OnPath, finder_of, module
from oxidized_importer import OxidizedFinder, OxidizedResource


class TestConstruction(unittest.TestCase):
    def test_a_new_finder_is_empty(self):
        finder = OxidizedFinder()
        self.assertEqual((finder.indexed_resources(), finder.iter_modules(), finder.find_spec("os"), list(finder.find_distributions())), ([], [], None, []))

    def test_none_is_no_origin(self):
        self.assertEqual(OxidizedFinder(None).origin, os.path.dirname(sys.executable))

    def test_origin_is_the_executables_folder_by_default(self):
        self.assertEqual(OxidizedFinder().origin, os.path.dirname(sys.executable))

    def test_origin_is_what_was_given(self):
        for given in ("/path/to/origin", b"/path/to/origin", Path("/path/to/origin")):
            self.assertEqual(OxidizedFinder(relative_path_origin=given).origin, "/path/to/origin")

    def test_origin_must_be_a_path(self):
        for wrong in (True, 1, [], object()):
            with self.assertRaises(TypeError):
                OxidizedFinder(relative_path_origin=wrong)

    def test_no_other_arguments(self):
        self.assertRaises(TypeError, OxidizedFinder, None, None)
        self.assertRaises(TypeError, OxidizedFinder, path="/x")

    def test_the_attributes_that_tell_cannot_be_set(self):
        for name in ("origin", "path_hook_base_str"):
            self.assertRaises(AttributeError, setattr, OxidizedFinder(), name, "/x")

    def test_the_base_of_path_hooks_is_the_executable(self):
        self.assertEqual((OxidizedFinder().path_hook_base_str, type(OxidizedFinder().path_hook_base_str)), (sys.executable, str))

    def test_a_new_finder_sets_no_start_method(self):
        self.assertIsNone(OxidizedFinder().multiprocessing_set_start_method)

    def test_the_start_method_is_a_str_or_none(self):
        finder = OxidizedFinder()
        finder.multiprocessing_set_start_method = "spawn"
        self.assertEqual(finder.multiprocessing_set_start_method, "spawn")
        self.assertRaises(TypeError, setattr, finder, "multiprocessing_set_start_method", 1)
        finder.multiprocessing_set_start_method = None
        self.assertIsNone(finder.multiprocessing_set_start_method)

    def test_a_new_finder_does_not_register_with_pkg_resources(self):
        self.assertIs(OxidizedFinder().pkg_resources_import_auto_register, False)
        self.assertIs(PRODUCT.pkg_resources_import_auto_register, True)

    def test_it_has_the_methods_of_importlibs_interfaces(self):
        import importlib.abc
        for interface in (importlib.abc.MetaPathFinder, importlib.abc.Loader, importlib.abc.InspectLoader, importlib.abc.ExecutionLoader):
            for name in ("find_spec", "invalidate_caches", "create_module", "exec_module", "get_code", "get_source", "is_package", "get_filename"):
                if hasattr(interface, name):
                    self.assertTrue(callable(getattr(PRODUCT, name)), name)

    def test_it_can_be_a_base_class(self):
        class Own(OxidizedFinder):
            pass
        own = Own()
        own.add_resource(module("made_up", b"A = 1"))
        self.assertIs(own.find_spec("made_up").loader, own)

    def test_it_goes_when_nobody_has_it(self):
        class Own(OxidizedFinder):
            pass
        own = Own(relative_path_origin="/x")
        own.add_resource(module("made_up", b"A = 1"))
        gone = weakref.ref(own)
        del own
        gc.collect()
        self.assertIsNone(gone())


class TestStartMethod(unittest.TestCase):
    def test_multiprocessing_gets_it_when_it_is_imported(self):
        program = ("import sys\nsys.meta_path[0].multiprocessing_set_start_method = 'forkserver'\n"
                   "import multiprocessing; print(multiprocessing.get_start_method(allow_none=True))")
        result = subprocess.run([sys.executable, "--exec", program], capture_output=True, text=True)
        self.assertEqual((result.stdout, result.stderr), ("forkserver\n", ""))

    def test_an_added_multiprocessing_gets_its_finders(self):
        program = ("import sys, oxidized_importer as o\nf = o.OxidizedFinder(); r = next(r for r in sys.meta_path[0].indexed_resources() if r.name == 'multiprocessing')\n"
                   "f.add_resource(r); f.multiprocessing_set_start_method = 'forkserver'; sys.meta_path.insert(0, f)\n"
                   "import multiprocessing; print(multiprocessing.get_start_method(allow_none=True), multiprocessing.__loader__ is f)")
        result = subprocess.run([sys.executable, "--exec", program], capture_output=True, text=True)
        self.assertEqual((result.stdout, result.stderr), ("forkserver True\n", ""))


class TestIndexing(unittest.TestCase):
    def setUp(self):
        self.blob = finder_of(module("made_up", b"A = 1")).serialize_indexed_resources()

    def test_bytes_must_be_bytes_like(self):
        self.assertRaises(TypeError, OxidizedFinder().index_bytes, "foo")

    def test_any_bytes_like_object_is_read(self):
        for blob in (self.blob, bytearray(self.blob), memoryview(self.blob)):
            finder = OxidizedFinder()
            self.assertIsNone(finder.index_bytes(blob))
            self.assertEqual([item.name for item in finder.indexed_resources()], ["made_up"])

    def test_too_few_bytes_for_the_magic(self):
        with self.assertRaisesRegex(ValueError, "reading 8 byte"):
            OxidizedFinder().index_bytes(b"foo")

    def test_foreign_bytes(self):
        for foreign in (b"\xde\xad\xbe\xef\xaa\xaa\xaa\xaa".ljust(4096), b"pyembed\x03".ljust(4096, b"\0"), b"PK\3\4".ljust(8192)):
            with self.assertRaisesRegex(ValueError, "unrecognized file format"):
                OxidizedFinder().index_bytes(foreign)

    def test_a_missing_file(self):
        with self.assertRaisesRegex(ValueError, "No such file or directory: '/no/such/file'"):
            OxidizedFinder().index_file_memory_mapped("/no/such/file")

    def test_a_folder_and_an_empty_file(self):
        self.assertRaises(ValueError, OxidizedFinder().index_file_memory_mapped, "/")
        self.assertRaises(ValueError, OxidizedFinder().index_file_memory_mapped, "/dev/null")

    def test_a_file_is_mapped_by_any_path(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "blob")
            path.write_bytes(self.blob)
            for given in (path, str(path), os.fsencode(path)):
                finder = OxidizedFinder()
                self.assertIsNone(finder.index_file_memory_mapped(given))
                self.assertEqual(finder.get_source("made_up"), "A = 1")
        self.assertEqual(finder.get_source("made_up"), "A = 1")  # the file is gone, the mapping is not

    def test_a_second_blob_adds_its_resources(self):
        finder = OxidizedFinder()
        finder.index_bytes(self.blob)
        finder.index_bytes(finder_of(module("made_up", b"A = 2"), module("made_up_too")).serialize_indexed_resources())
        self.assertEqual([item.name for item in finder.indexed_resources()], ["made_up", "made_up_too"])
        self.assertEqual(finder.get_source("made_up"), "A = 2")

    def test_a_damaged_text_of_other_resources(self):
        blob = bytearray(finder_of(module("made_up", in_memory_bytecode_opt1=b"x", in_memory_bytecode=b"y")).serialize_indexed_resources())
        at = blob.index(b'"in_memory_source"')
        for wrong in (b'"in_memory_sourcE"', b'"in_memory_source ', b'\\' * 18):
            blob[at:at + 18] = wrong
            with self.assertRaisesRegex(ValueError, "no packed resources"):
                OxidizedFinder().index_bytes(blob)


class TestInterpretersModules(ImporterTest):
    def test_the_product_finds_built_in_modules(self):
        spec = PRODUCT.find_spec("_io", None)
        self.assertEqual((spec.name, spec.loader.__name__, spec.origin, spec.loader_state, spec.submodule_search_locations),
                         ("_io", "BuiltinImporter", "built-in", None, None))

    def test_the_products_loader_knows_built_in_modules(self):
        self.assertEqual((PRODUCT.get_code("_io"), PRODUCT.get_source("_io"), PRODUCT.is_package("_io")), (None, None, False))
        self.assertRaises(ImportError, PRODUCT.get_filename, "_io")

    def test_the_product_finds_frozen_modules(self):
        for name in ("_frozen_importlib", "zipimport", "importlib.machinery", "os"):
            self.assertEqual(PRODUCT.find_spec(name).loader.__name__, "FrozenImporter", name)

    def test_the_product_finds_frozen_modules_by_their_packages_path(self):
        self.assertEqual(PRODUCT.find_spec("importlib.machinery", importlib.__path__).loader.__name__, "FrozenImporter")

    def test_every_built_in_module_can_be_imported_with_the_finder_alone(self):
        with patch.object(sys, "meta_path", [PRODUCT]):
            for name in set(sys.builtin_module_names) - {"_tkinter", "readline"}:
                self.assertEqual(importlib.util.find_spec(name).name, name)

    def test_the_stand_in_is_no_frozen_module(self):
        self.assertIs(PRODUCT.find_spec("encodings").loader, PRODUCT)

    @unittest.skipIf(sys.version_info >= (3, 12), "CPython's own finders have no find_module any more")
    def test_find_module_of_a_built_in_module(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.assertIn("BuiltinImporter", str(PRODUCT.find_module("_io", None)))

    def test_an_own_finder_knows_none_of_them(self):
        self.assertIsNone(OxidizedFinder().find_spec("_io"))
        self.assertIsNone(OxidizedFinder().find_spec("zipimport"))

    def test_an_own_finder_indexes_both(self):
        finder = OxidizedFinder()
        self.assertIsNone(finder.index_interpreter_builtins())
        found = {item.name: item for item in finder.indexed_resources()}
        self.assertTrue(found["_io"].is_builtin_extension_module and found["zipimport"].is_frozen_module)
        self.assertEqual((finder.find_spec("_io").loader.__name__, finder.find_spec("zipimport").loader.__name__), ("BuiltinImporter", "FrozenImporter"))

    def test_an_own_finder_indexes_the_built_in_alone(self):
        finder = OxidizedFinder()
        self.assertIsNone(finder.index_interpreter_builtin_extension_modules())
        self.assertEqual({item.name for item in finder.indexed_resources()}, set(sys.builtin_module_names))

    def test_an_own_finder_indexes_the_frozen_alone(self):
        import _imp
        finder = OxidizedFinder()
        self.assertIsNone(finder.index_interpreter_frozen_modules())
        self.assertEqual({item.name for item in finder.indexed_resources()}, set(_imp._frozen_module_names()))

    def test_what_was_indexed_has_a_name_and_a_kind_alone(self):
        finder = OxidizedFinder()
        finder.index_interpreter_builtins()
        item = next(item for item in finder.indexed_resources() if item.name == "_io")
        self.assertIsInstance(item, OxidizedResource)
        self.assertEqual(repr(item), '<OxidizedResource name="_io">')
        self.assertEqual((item.is_package, item.is_module, item.in_memory_source, item.in_memory_bytecode, item.relative_path_module_source,
                          item.in_memory_package_resources, item.shared_library_dependency_names), (False, False, None, None, None, None, None))

    def test_an_own_finder_may_replace_all_others(self):
        finder = finder_of(module("made_up", b"import _statistics, zipimport\nA = 1"))
        finder.index_interpreter_builtins()
        with OnPath(finder, alone=True):
            sys.modules.pop("_statistics", None)
            self.assertEqual(importlib.import_module("made_up").A, 1)

    def test_the_loader_of_an_indexed_built_in_module(self):
        finder = OxidizedFinder()
        finder.index_interpreter_builtins()
        self.assertEqual((finder.get_code("_io"), finder.get_source("_io"), finder.is_package("_io")), (None, None, False))
        self.assertRaises(ImportError, finder.get_filename, "_io")
        self.assertIsNone(finder.get_resource_reader("_io"))


class TestInit(ImporterTest):
    """`from .__init__ import X`: as on disk, the package's file once more."""

    def test_a_packages_init_is_imported_by_name(self):
        import sample
        init = importlib.import_module("sample.__init__")
        self.assertEqual((init.__name__, init.__file__, init.__package__, hasattr(init, "__path__")), ("sample.__init__", sample.__file__, "sample", False))
        self.assertIsNot(init, sample)

    def test_from_init_import(self):
        with OnPath(finder_of(module("made_up", b"V = 3", package=True), module("made_up.user", b"from .__init__ import V as W"))):
            self.assertEqual(importlib.import_module("made_up.user").W, 3)

    def test_from_init_import_of_the_standard_library(self):
        namespace = {"__package__": "json", "__name__": "json.x"}
        exec("from .__init__ import dumps", namespace)
        self.assertEqual(namespace["dumps"]([1]), "[1]")

    def test_the_loader_knows_it(self):
        self.assertEqual(PRODUCT.get_source("sample.__init__"), PRODUCT.get_source("sample"))
        self.assertEqual(PRODUCT.get_filename("sample.__init__"), PRODUCT.get_filename("sample"))
        self.assertFalse(PRODUCT.is_package("sample.__init__"))
        self.assertIsNone(PRODUCT.get_resource_reader("sample.__init__"))

    def test_what_is_no_package_has_none(self):
        for name in ("sample.one.__init__", "space.__init__", "no_such.__init__", "__init__", "sample.__init__.__init__", "sample.__init__.one"):
            self.assertIsNone(PRODUCT.find_spec(name), name)

    def test_it_is_not_listed(self):
        self.assertFalse([name for name, _ in PRODUCT.path_hook(f"{sys.executable}/sample").iter_modules() if "init" in name])
