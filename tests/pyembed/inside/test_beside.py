"""Modules that are files beside the product. run.py puts them there: data/beside, and an extension module whose libraries are in the product."""

import importlib
import importlib.machinery
import importlib.resources
import importlib.util
import os
import pkgutil
import sys
import threading
import unittest

LIB = os.path.join(os.path.dirname(sys.executable), "lib")
FINDER = next(item for item in sys.meta_path if type(item).__name__ == "OxidizedFinder")


class Beside(unittest.TestCase):
    def test_importlib_loads_what_the_index_names(self):
        import beside_pkg.inner
        self.assertIs(type(beside_pkg.__loader__), importlib.machinery.SourceFileLoader)
        self.assertEqual((beside_pkg.__file__, list(beside_pkg.__path__)), (f"{LIB}/beside_pkg/__init__.py", [f"{LIB}/beside_pkg"]))
        self.assertEqual(beside_pkg.inner.__spec__, importlib.util.spec_from_file_location("beside_pkg.inner", f"{LIB}/beside_pkg/inner.py"))

    def test_the_finder_answers_for_its_loaders(self):
        self.assertIn("NAME", FINDER.get_source("beside"))
        self.assertEqual(FINDER.get_code("beside").co_filename, f"{LIB}/beside.py")
        self.assertEqual(FINDER.get_filename("beside"), f"{LIB}/beside.py")
        self.assertTrue(FINDER.is_package("beside_pkg"))
        self.assertEqual(FINDER.get_resource_reader("beside_pkg").path, importlib.resources.files("beside_pkg"))
        spec = FINDER.find_spec("beside")
        module = importlib.util.module_from_spec(spec)
        FINDER.exec_module(module)
        self.assertEqual(module.NAME, "beside")

    def test_an_extension_module_finds_its_libraries_in_the_product(self):
        import beside_pkg.needs
        self.assertIs(type(beside_pkg.needs.__loader__), importlib.machinery.ExtensionFileLoader)
        self.assertEqual(beside_pkg.needs.__file__, f"{LIB}/beside_pkg/needs.abi3.so")
        import native.needs
        self.assertEqual(beside_pkg.needs.value(), native.needs.value())

    def test_a_namespace_has_portions_in_both(self):
        import halves.beside
        import halves.packed
        self.assertEqual(list(halves.__path__), [f"{sys.executable}/halves", f"{LIB}/halves"])
        self.assertEqual((halves.beside.NAME, halves.packed.NAME), ("beside", "packed"))
        self.assertEqual(sorted(item.name for item in pkgutil.iter_modules(halves.__path__)), ["beside", "packed"])
        self.assertEqual(sorted(item.name for item in importlib.resources.files(halves).iterdir() if item.name != "__pycache__"), ["beside.py", "packed.py"])

    def test_a_namespace_without_a_folder_is_not_found(self):
        with self.assertRaisesRegex(ModuleNotFoundError, "^No module named 'nowhere'$"):
            import nowhere.at_all  # noqa: F401

    def test_a_missing_file_is_a_missing_module(self):
        for name in ("beside_missing", "beside_pkg.missing"):
            with self.assertRaisesRegex(ModuleNotFoundError, f"^No module named '{name}'$") as caught:
                importlib.import_module(name)
            self.assertEqual(caught.exception.name, name)
            self.assertIsNone(importlib.util.find_spec(name))
            with self.assertRaises(ModuleNotFoundError):
                FINDER.get_source(name)

    def test_a_truncated_file_gives_cpythons_error(self):
        with open(f"{LIB}/beside_truncated.pyc", "wb") as file:
            file.write(importlib.util.MAGIC_NUMBER + b"\1")
        with self.assertRaisesRegex(EOFError, "^reached EOF while reading pyc header of 'beside_truncated'$"):
            import beside_truncated  # noqa: F401

    def test_a_path_that_was_changed_does_not_lead_to_the_package(self):
        import beside_pkg
        path = beside_pkg.__path__
        sys.modules.pop("beside_pkg.inner", None)
        try:
            beside_pkg.__path__ = ["/nowhere"]
            with self.assertRaises(ModuleNotFoundError):
                importlib.import_module("beside_pkg.inner")
        finally:
            beside_pkg.__path__ = path
        self.assertEqual(importlib.import_module("beside_pkg.inner").NAME, "inner")

    def test_many_threads_import_one_extension_module(self):
        sys.modules.pop("beside_pkg.needs", None)
        found = []
        threads = [threading.Thread(target=lambda: found.append(importlib.import_module("beside_pkg.needs"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((len(found), len(set(map(id, found)))), (8, 1))
