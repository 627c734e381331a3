"""Modules are found, loaded and described as they are from disk."""

import importlib
import importlib.machinery
import importlib.util
import inspect
import linecache
import os
import pickle
import pkgutil
import runpy
import sys
import threading
import traceback
import types
import unittest
import warnings

import oxidized_importer
from oxidized_importer import OxidizedFinder

EXECUTABLE = sys.executable
FINDER = sys.meta_path[0]


class TestFinder(unittest.TestCase):
    def test_it_stands_before_importlibs_finders(self):
        self.assertIsInstance(FINDER, OxidizedFinder)
        self.assertEqual(sys.meta_path[1:], [importlib.machinery.BuiltinImporter, importlib.machinery.FrozenImporter, importlib.machinery.PathFinder])
        self.assertEqual((sys.path_hooks[0], len(sys.path_hooks)), (FINDER.path_hook, 3))

    def test_sys_path_is_the_product_itself_and_nothing_of_the_disk(self):
        self.assertEqual(sys.path, [EXECUTABLE])

    @unittest.skipIf(sys.version_info >= (3, 12), "CPython's own finders have no find_module any more")
    def test_what_was_before_specs_is_there_and_deprecated(self):
        import sample
        with self.assertWarnsRegex(DeprecationWarning, r"OxidizedFinder.find_module\(\) is deprecated"):
            self.assertIs(FINDER.find_module("sample.one"), FINDER)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.assertIsNone(FINDER.find_module("sample.absent", path=sample.__path__))
            entry = FINDER.path_hook(sample.__path__[0])
            self.assertIs(entry.find_module("sample.one"), FINDER)
            self.assertEqual(entry.find_loader("sample.absent"), (None, []))
            self.assertEqual(entry.find_loader("sample.sub"), (FINDER, [sample.__path__[0] + "/sub"]))
            self.assertRaises(TypeError, FINDER.find_module)

    def test_plug_ins_are_loaded_as_before_specs(self):
        import sample.one
        self.addCleanup(sys.modules.__setitem__, "sample.one", sys.modules.pop("sample.one"))
        with self.assertWarnsRegex(DeprecationWarning, r"load_module\(\) method is deprecated"):
            module = FINDER.load_module("sample.one")
        self.assertEqual((module.VALUE, module.__spec__.name), (41, "sample.one"))
        self.assertIs(sys.modules["sample.one"], module)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.assertRaisesRegex(ImportError, "sample.absent", FINDER.load_module, "sample.absent")

    def test_pymodules_is_another_name(self):
        import _pymodules
        self.assertIs(_pymodules, oxidized_importer)

    def test_a_package_has_the_attributes_of_one_on_disk(self):
        import sample
        self.assertEqual(sample.__file__, f"{EXECUTABLE}/sample/__init__.py")
        self.assertEqual(list(sample.__path__), [f"{EXECUTABLE}/sample"])
        self.assertEqual(sample.__package__, "sample")
        self.assertEqual(sample.__cached__, f"{EXECUTABLE}/sample/__pycache__/__init__.{sys.implementation.cache_tag}.pyc")
        self.assertIs(sample.__loader__, FINDER)
        spec = sample.__spec__
        self.assertEqual((spec.name, spec.origin, spec.has_location, spec.cached), ("sample", sample.__file__, True, sample.__cached__))
        self.assertEqual(repr(sample), f"<module 'sample' from '{sample.__file__}'>")

    def test_a_cached_path_is_the_one_that_importlib_computes(self):
        import json.decoder
        self.assertEqual(json.decoder.__cached__, importlib.util.cache_from_source(json.decoder.__file__))

    def test_a_submodule_knows_its_parent(self):
        from sample.sub import leaf
        self.assertEqual((leaf.__name__, leaf.__package__, leaf.__spec__.parent), ("sample.sub.leaf", "sample.sub", "sample.sub"))
        self.assertFalse(hasattr(leaf, "__path__"))

    def test_specs_and_distributions_are_pickled_and_copied(self):
        import copy
        import importlib.metadata
        import sample.one
        spec = pickle.loads(pickle.dumps(sample.one.__spec__))
        self.assertIs(spec.loader, sample.one.__loader__)
        self.assertEqual(spec, sample.one.__spec__)
        self.assertIs(copy.deepcopy(sample.one.__spec__).loader, sample.one.__loader__)
        entry = next(item for item in importlib.metadata.distribution("sample-dist").entry_points)
        self.assertEqual(pickle.loads(pickle.dumps(entry)).dist.version, "1.4")
        self.assertRaisesRegex(TypeError, "cannot pickle", pickle.dumps, OxidizedFinder())

    def test_encodings_is_no_boot_module_but_itself(self):
        import encodings
        self.assertEqual(encodings.__file__, f"{EXECUTABLE}/encodings/__init__.py")
        self.assertIs(encodings.__loader__, FINDER)
        self.assertNotIn("oxidized_importer", vars(encodings))

    def test_frozen_modules_keep_the_loader_of_the_plain_interpreter(self):
        self.assertEqual(os.__loader__.__name__, "FrozenImporter")
        self.assertEqual(os.__file__, f"{EXECUTABLE}/os.py")

    def test_a_namespace_package(self):
        import space
        import space.part
        self.assertEqual(space.part.NAME, "packed part")
        self.assertEqual(list(space.__path__), [f"{EXECUTABLE}/space"])
        self.assertIsNone(getattr(space, "__file__", None))

    def test_a_missing_module_has_the_words_of_cpython(self):
        with self.assertRaises(ModuleNotFoundError) as caught:
            import no_such_module
        self.assertEqual((str(caught.exception), caught.exception.name), ("No module named 'no_such_module'", "no_such_module"))
        with self.assertRaises(ModuleNotFoundError) as caught:
            import sample.no_such
        self.assertEqual(str(caught.exception), "No module named 'sample.no_such'")
        with self.assertRaises(ModuleNotFoundError) as caught:
            import sample.one.below
        self.assertEqual(str(caught.exception), "No module named 'sample.one.below'; 'sample.one' is not a package")
        with self.assertRaises(ImportError) as caught:
            from sample import nothing
        self.assertEqual(str(caught.exception), f"cannot import name 'nothing' from 'sample' ({EXECUTABLE}/sample/__init__.py)")

    def test_find_spec_takes_what_importlib_passes(self):
        self.assertIsNone(FINDER.find_spec("no_such_module"))
        self.assertIsNone(FINDER.find_spec("no_such_module", None))
        self.assertEqual(FINDER.find_spec(fullname="sample", path=None, target=None).name, "sample")
        self.assertIsNone(FINDER.find_spec("sample\udc80"))
        for arguments in ((), (1,), ("a", None, None, None)):
            with self.assertRaises(TypeError):
                FINDER.find_spec(*arguments)

    def test_a_package_of_another_path_does_not_get_our_submodules(self):
        self.assertIsNone(FINDER.find_spec("sample.one", ["/somewhere/else"]))
        self.assertIsNotNone(FINDER.find_spec("sample.one", ["/somewhere/else", f"{EXECUTABLE}/sample"]))

    def test_a_path_that_only_begins_as_the_executables_is_not_below_it(self):
        self.assertIsNone(FINDER.find_spec("sample.one", [f"{EXECUTABLE}-plugins/sample"]))
        self.assertIsNone(FINDER.find_spec("beside_pkg.inner", [f"{os.path.dirname(EXECUTABLE)}/lib/beside_pkg-more"]))
        self.assertIsNotNone(FINDER.find_spec("beside_pkg.inner", [f"{os.path.dirname(EXECUTABLE)}/lib/beside_pkg"]))
        self.assertIsNotNone(FINDER.find_spec("sample.one", [EXECUTABLE]))
        self.assertRaises(ImportError, FINDER.path_hook, f"{EXECUTABLE}-plugins")

    def test_any_path_that_can_be_iterated_counts(self):
        self.assertIsNone(FINDER.find_spec("sample.one", ("/somewhere/else",)))
        self.assertIsNotNone(FINDER.find_spec("sample.one", ("/somewhere/else", f"{EXECUTABLE}/sample")))
        self.assertRaises(TypeError, FINDER.find_spec, "sample.one", 5)

    def test_a_path_of_a_namespace_package_is_importlibs_own(self):
        import space
        self.assertEqual(type(space.__path__).__name__, "_NamespacePath")
        self.assertIsInstance(FINDER.find_spec("space").submodule_search_locations[0], str)
        self.assertEqual(FINDER.path_hook(EXECUTABLE).find_spec("space").submodule_search_locations, [f"{EXECUTABLE}/space"])

    def test_a_package_under_anothers_name_has_its_own_submodules(self):
        # as setuptools' distutils; the other package has a submodule of that name too
        import ctypes.util
        import wsgiref.util
        before = {name: sys.modules[name] for name in ("wsgiref", "wsgiref.util")}
        self.addCleanup(setattr, ctypes, "util", ctypes.util)
        self.addCleanup(sys.modules.update, before)
        sys.modules["wsgiref"] = ctypes
        del sys.modules["wsgiref.util"]
        alias = importlib.import_module("wsgiref.util")
        self.assertEqual((alias.__name__, alias.__file__, alias.__package__), ("wsgiref.util", f"{EXECUTABLE}/ctypes/util.py", "wsgiref"))
        self.assertTrue(callable(alias.find_library))
        self.assertIn("def find_library", inspect.getsource(alias))
        self.assertEqual(alias.__loader__.get_code("wsgiref.util").co_filename, alias.__file__)
        self.assertRaises(ImportError, alias.__loader__.get_code, "ctypes.util")

    def test_a_namespace_package_under_anothers_name_has_its_own_submodules(self):
        # its `__path__` is no list
        import space.part
        before = sys.modules["wsgiref"] if "wsgiref" in sys.modules else importlib.import_module("wsgiref")
        self.addCleanup(sys.modules.__setitem__, "wsgiref", before)
        self.addCleanup(sys.modules.pop, "wsgiref.part", None)
        sys.modules["wsgiref"] = space
        self.addCleanup(setattr, space, "part", space.part)
        alias = importlib.import_module("wsgiref.part")
        self.assertEqual((alias.__name__, alias.__file__), ("wsgiref.part", f"{EXECUTABLE}/space/part/__init__.py"))

    def test_circular_imports(self):
        import sample.circular_a
        self.assertEqual(sys.modules["sample.circular_b"].NAME, "b")

    def test_a_module_that_fails_is_not_kept_and_its_traceback_has_no_importlib(self):
        files = []
        try:
            import sample.broken
        except KeyError as error:
            files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
        self.assertNotIn("sample.broken", sys.modules)
        self.assertEqual(files, [__file__, f"{EXECUTABLE}/sample/broken.py"])

    def test_an_import_error_below_names_the_missing_module(self):
        with self.assertRaises(ModuleNotFoundError) as caught:
            import sample.imports_missing
        self.assertEqual(caught.exception.name, "sample.missing_module")

    def test_reload_runs_the_code_again_in_the_same_module(self):
        import sample.one
        sample.one.VALUE = 0
        self.assertIs(importlib.reload(sample.one), sample.one)
        self.assertEqual(sample.one.VALUE, 41)

    def test_a_deleted_module_is_imported_anew(self):
        import sample.sub.leaf as first
        del sys.modules["sample.sub.leaf"]
        second = importlib.import_module("sample.sub.leaf")
        self.assertIsNot(first, second)

    def test_threads_that_import_at_once_get_one_module(self):
        names = ["colorsys", "cmd", "fileinput", "sched", "chunk" if sys.version_info < (3, 13) else "wave", "sample.sub.leaf"]
        for name in names:
            sys.modules.pop(name, None)
        seen, barrier = [], threading.Barrier(8)

        def work():
            barrier.wait()
            seen.append([id(importlib.import_module(name)) for name in names])
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual(len(seen), 8)
        self.assertEqual(len({tuple(ids) for ids in seen}), 1)

    def test_pickle_finds_classes(self):
        from sample.one import Thing
        self.assertIsInstance(pickle.loads(pickle.dumps(Thing())), Thing)


class TestLoader(unittest.TestCase):
    def test_get_source_and_get_code(self):
        self.assertIn("VALUE = 41", FINDER.get_source("sample.one"))
        code = FINDER.get_code("sample.one")
        self.assertIsInstance(code, types.CodeType)
        self.assertEqual(code.co_filename, f"{EXECUTABLE}/sample/one.py")
        nested = [item for item in code.co_consts if isinstance(item, types.CodeType)]
        self.assertTrue(nested and all(item.co_filename == code.co_filename for item in nested))

    def test_what_is_not_there_is_an_import_error_with_its_name(self):
        for method in (FINDER.get_source, FINDER.get_code, FINDER.get_filename, FINDER.is_package):
            with self.assertRaises(ImportError) as caught:
                method("no_such_module")
            self.assertEqual(caught.exception.name, "no_such_module")
            with self.assertRaises(TypeError):
                method(1)

    def test_is_package_and_get_filename(self):
        self.assertTrue(FINDER.is_package("sample"))
        self.assertTrue(FINDER.is_package("space"))
        self.assertFalse(FINDER.is_package("sample.one"))
        self.assertEqual(FINDER.get_filename("sample.one"), f"{EXECUTABLE}/sample/one.py")
        with self.assertRaises(ImportError):
            FINDER.get_filename("space")

    def test_get_data_reads_sources_and_resources(self):
        self.assertEqual(FINDER.get_data(f"{EXECUTABLE}/sample/data/table.csv"), b"name,value\na,1\n")
        self.assertEqual(FINDER.get_data(f"{EXECUTABLE}/sample/data/empty"), b"")
        self.assertIn(b"VALUE = 41", FINDER.get_data(f"{EXECUTABLE}/sample/one.py"))
        self.assertIn(b"A package", FINDER.get_data(f"{EXECUTABLE}/sample/__init__.py"))
        self.assertIn(b"Name: sample.dist", FINDER.get_data(f"{EXECUTABLE}/sample_dist-1.4.dist-info/METADATA"))
        self.assertEqual(FINDER.get_data(f"{EXECUTABLE}/plain/page.html"), b"<p>page</p>")

    def test_get_data_of_nothing_is_an_os_error(self):
        for path in (f"{EXECUTABLE}/sample/none", f"{EXECUTABLE}/", EXECUTABLE, "/etc/passwd", "", f"{EXECUTABLE}/sample/data", f"{EXECUTABLE}/plain/spool", f"{EXECUTABLE}//sample/one.py",
                     f"{EXECUTABLE}/sample/../sample/one.py", f"{EXECUTABLE}/" + "x/" * 2000):
            with self.assertRaises(OSError, msg=path):
                FINDER.get_data(path)

    def test_pkgutil_get_data(self):
        self.assertEqual(pkgutil.get_data("sample", "data/deep/raw.bin"), b"latin: \xe9\n")

    def test_inspect_and_linecache_show_sources(self):
        from sample.one import Thing, fails
        self.assertIn("on purpose", inspect.getsource(fails))
        self.assertIn("def method", inspect.getsource(Thing))
        self.assertEqual(inspect.getsourcefile(fails), f"{EXECUTABLE}/sample/one.py")
        self.assertIn("def _fspath", inspect.getsource(os))  # frozen by CPython; its functions have no file there either
        linecache.clearcache()
        try:
            fails()
        except ValueError:
            self.assertIn('raise ValueError("on purpose")  # the line that a traceback shows', traceback.format_exc())

    def test_runpy_runs_modules(self):
        self.assertEqual(runpy.run_module("sample.one")["VALUE"], 41)

    def test_exec_module_through_the_public_protocol(self):
        spec = importlib.util.find_spec("sample.one")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.assertEqual(module.VALUE, 41)

    def test_lazy_loader(self):
        spec = importlib.util.find_spec("sample.sub.leaf")
        spec.loader = importlib.util.LazyLoader(spec.loader)
        module = importlib.util.module_from_spec(spec)
        sys.modules["sample.sub.leaf"] = module
        spec.loader.exec_module(module)
        self.assertEqual(module.NAME, "leaf")


class TestPaths(unittest.TestCase):
    def test_iter_modules_of_a_package(self):
        import sample
        found = {item.name: item.ispkg for item in pkgutil.iter_modules(sample.__path__, "sample.")}
        self.assertEqual(found["sample.sub"], True)
        self.assertEqual(found["sample.one"], False)
        self.assertIn("sample.__main__", found)

    def test_iter_modules_of_everything(self):
        names = {item.name for item in pkgutil.iter_modules()}
        self.assertTrue({"sample", "json", "os", "this"} <= names)
        self.assertFalse(any("." in name for name in names))

    def test_walk_packages(self):
        import json
        self.assertIn("json.decoder", [item.name for item in pkgutil.walk_packages(json.__path__, "json.")])

    def test_path_hook(self):
        entry = FINDER.path_hook(f"{EXECUTABLE}/sample")
        self.assertEqual(entry.find_spec("sample.one").name, "sample.one")
        self.assertIsNone(entry.find_spec("json.decoder"))
        self.assertEqual(FINDER.path_hook(EXECUTABLE).find_spec("sample").name, "sample")
        self.assertIsNone(FINDER.path_hook(f"{EXECUTABLE}/no/such").find_spec("no.such.module"))
        for path in ("/tmp", f"{EXECUTABLE}x", ""):
            with self.assertRaises(ImportError, msg=path):
                FINDER.path_hook(path)

    def test_base_and_origin(self):
        self.assertEqual(FINDER.path_hook_base_str, EXECUTABLE)
        self.assertEqual(FINDER.origin, os.path.dirname(EXECUTABLE))


class TestSubInterpreters(unittest.TestCase):
    def test_a_sub_interpreter_imports_from_memory(self):
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        code = ("import sys, sample.one, json, oxidized_importer\n"
                "assert type(sys.meta_path[0]).__name__ == 'OxidizedFinder', sys.meta_path\n"
                "assert sample.one.VALUE == 41 and json.__file__.startswith(sys.executable)\n")
        for _ in range(3):
            interpreter = interpreters.create()
            failure = interpreters.run_string(interpreter, code)
            self.assertIsNone(failure)
            interpreters.destroy(interpreter)


if __name__ == "__main__":
    unittest.main()
