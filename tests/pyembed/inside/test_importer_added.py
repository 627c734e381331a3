"""add_resource(): what is added is seen by every method, and is a copy."""

import importlib
import importlib.metadata
import importlib.resources
import importlib.util
import inspect
import linecache
import os
import pkgutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from unittest.mock import patch

from inside.importing import PRODUCT, ImporterTest, OnPath, code, finder_of, module, resource
from oxidized_importer import OxidizedFinder, OxidizedResource, OxidizedResourceReader

BASE = sys.executable


class TestAdding(ImporterTest):
    def test_it_takes_resources_alone(self):
        self.assertRaises(TypeError, OxidizedFinder().add_resource, "text")
        self.assertRaises(TypeError, OxidizedFinder().add_resource, None)

    def test_a_resource_without_a_name_is_refused(self):
        self.assertRaises(ValueError, OxidizedFinder().add_resource, OxidizedResource())

    def test_several_come_from_any_iterable(self):
        finder = OxidizedFinder()
        self.assertIsNone(finder.add_resources(module(name) for name in ("made_up", "made_up_too")))
        self.assertEqual([item.name for item in finder.indexed_resources()], ["made_up", "made_up_too"])
        self.assertRaises(TypeError, finder.add_resources, 1)

    def test_one_of_the_same_name_replaces_the_other(self):
        finder = finder_of(module("made_up", b"A = 1", in_memory_bytecode=code("A = 1")), module("made_up", b"A = 2"))
        item, = finder.indexed_resources()
        self.assertEqual((item.in_memory_source, item.in_memory_bytecode), (b"A = 2", None))

    def test_later_changes_of_the_object_do_not_change_the_finder(self):
        item = module("made_up", b"A = 1")
        finder = finder_of(item)
        item.in_memory_source, item.name, item.is_package = b"A = 2", "other", True
        self.assertEqual((finder.get_source("made_up"), finder.is_package("made_up")), ("A = 1", False))

    def test_changes_of_what_is_listed_do_not_change_the_finder(self):
        finder = finder_of(module("made_up", b"A = 1", package=True, in_memory_package_resources={"x": b"x"}))
        item, = finder.indexed_resources()
        item.in_memory_source, item.in_memory_package_resources = b"A = 2", None
        self.assertEqual((finder.get_source("made_up"), finder.get_data(f"{BASE}/made_up/x")), ("A = 1", b"x"))

    def test_the_documented_example(self):
        item = OxidizedResource()
        item.name, item.is_module, item.in_memory_source, item.in_memory_bytecode = "made_up", True, b"import io\nA = 5", code("import io\nA = 5")
        with OnPath(finder_of(item)):
            self.assertEqual(importlib.import_module("made_up").A, 5)

    def test_a_resource_that_is_no_module_is_not_found(self):
        finder = finder_of(resource("made_up", in_memory_source=b"A = 1"), resource("made_up_lib.so", is_shared_library=True, in_memory_shared_library=b"x"))
        self.assertEqual((finder.find_spec("made_up"), finder.find_spec("made_up_lib.so"), finder.iter_modules()), (None, None, []))

    def test_the_products_finder_takes_them_too(self):
        program = ("import sys, oxidized_importer as o\nr = o.OxidizedResource(); r.name = 'sample.added'; r.is_module = True; r.in_memory_source = b'from .one import VALUE'\n"
                   "f = sys.meta_path[0]; f.add_resource(r)\nimport sample.added, pkgutil\n"
                   "print(sample.added.VALUE, 'added' in [m.name for m in pkgutil.iter_modules(sample.__path__)], f.get_source('sample.one')[:3] != '')")
        result = subprocess.run([sys.executable, "--exec", program], capture_output=True, text=True)
        self.assertEqual((result.stdout, result.stderr), ("41 True True\n", ""))


class TestModules(ImporterTest):
    def setUp(self):
        super().setUp()
        self.finder = finder_of(module("made_up", b"A = 1\ndef fails():\n    raise KeyError('on purpose')\n", package=True), module("made_up.part", b"B = 2"))

    def test_the_loader_is_the_finder(self):
        spec = self.finder.find_spec("made_up", None)
        self.assertIs(spec.loader, self.finder)
        self.assertEqual((spec.name, spec.loader_state, spec.submodule_search_locations), ("made_up", None, [f"{BASE}/made_up"]))

    def test_a_plain_module_is_made_by_importlib(self):
        self.assertIsNone(self.finder.create_module(self.finder.find_spec("made_up")))

    def test_a_module_has_the_attributes_of_a_packed_one(self):
        spec = self.finder.find_spec("made_up")
        made = importlib.util.module_from_spec(spec)
        self.assertIsNone(self.finder.exec_module(made))
        self.assertEqual((made.A, made.__name__, made.__package__, made.__path__, made.__file__), (1, "made_up", "made_up", [f"{BASE}/made_up"], f"{BASE}/made_up/__init__.py"))
        self.assertIs(made.__loader__, self.finder)

    def test_source_code_and_file_name(self):
        self.assertEqual(self.finder.get_source("made_up.part"), "B = 2")
        self.assertEqual(self.finder.get_code("made_up.part"), compile("B = 2", "x", "exec"))
        self.assertEqual(self.finder.get_filename("made_up.part"), f"{BASE}/made_up/part.py")
        self.assertEqual((self.finder.is_package("made_up"), self.finder.is_package("made_up.part")), (True, False))

    def test_bytecode_without_source(self):
        finder = finder_of(module("made_up", None, in_memory_bytecode=code("A = 4")))
        self.assertIsNone(finder.get_source("made_up"))
        with OnPath(finder):
            self.assertEqual(importlib.import_module("made_up").A, 4)

    def test_bytecode_of_the_interpreters_level_is_taken(self):
        levels = dict(in_memory_bytecode=code("A = 0"), in_memory_bytecode_opt1=code("A = 1"), in_memory_bytecode_opt2=code("A = 2"))
        with OnPath(finder_of(module("made_up", b"A = 'source'", **levels))):
            self.assertEqual(importlib.import_module("made_up").A, sys.flags.optimize)

    def test_a_namespace_package(self):
        finder = finder_of(resource("made_up", is_module=True, is_package=True, is_namespace_package=True), module("made_up.part", b"B = 1"))
        with OnPath(finder):
            self.assertEqual(importlib.import_module("made_up.part").B, 1)
            self.assertIsNone(getattr(sys.modules["made_up"], "__file__", None))
        self.assertEqual((finder.get_source("made_up"), finder.is_package("made_up")), ("", True))

    def test_tracebacks_and_inspect_show_lines(self):
        with OnPath(self.finder):
            made = importlib.import_module("made_up")
            self.assertIn("on purpose", inspect.getsource(made.fails))
            linecache.clearcache()
            try:
                made.fails()
            except KeyError as error:
                self.assertIn("raise KeyError('on purpose')", traceback.format_exc())
                self.assertEqual(traceback.extract_tb(error.__traceback__)[-1].filename, f"{BASE}/made_up/__init__.py")

    def test_a_failing_import_has_no_frames_of_the_importer(self):
        with OnPath(finder_of(module("made_up", b"1 / 0"))):
            try:
                import made_up  # noqa: F401
            except ZeroDivisionError as error:
                self.assertEqual([frame.filename for frame in traceback.extract_tb(error.__traceback__)][1:2], [f"{BASE}/made_up.py"])

    def test_reload_sees_what_replaced_it(self):
        with OnPath(self.finder):
            part = importlib.import_module("made_up.part")
            self.finder.add_resource(module("made_up.part", b"B = 3"))
            self.assertEqual(importlib.reload(part).B, 3)

    def test_what_is_not_there(self):
        self.assertIsNone(self.finder.find_spec("made_up.none"))
        for method in (self.finder.get_code, self.finder.get_source, self.finder.get_filename, self.finder.is_package):
            self.assertRaises(ImportError, method, "made_up.none")

    def test_module_file_none_is_obeyed(self):
        # what `module_file` says is asked when the finder is made
        finder = finder_of(module("made_up", b""))
        self.assertEqual(finder._has_file, PRODUCT._has_file)

    def test_an_extension_module_in_memory(self):
        packed = next(item for item in PRODUCT.indexed_resources() if item.name == "native.multi")
        item = resource("made_up.multi", is_extension_module=True, in_memory_extension_module_shared_library=packed.in_memory_extension_module_shared_library)
        finder = finder_of(module("made_up", package=True), item)
        with OnPath(finder):
            made = importlib.import_module("made_up.multi")
            self.assertIs(made.__loader__, finder)
            self.assertEqual((made.VALUE, made.__name__), (7, "made_up.multi"))

    def test_an_extension_module_that_is_none(self):
        item = resource("made_up", is_extension_module=True, in_memory_extension_module_shared_library=b"no ELF")
        with OnPath(finder_of(item)):
            self.assertRaises(ImportError, importlib.import_module, "made_up")


class TestFiles(ImporterTest):
    """Relative paths begin at the finder's origin."""

    def setUp(self):
        super().setUp()
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        Path(self.folder, "lib/made_up").mkdir(parents=True)
        Path(self.folder, "lib/made_up/__init__.py").write_text("A = 'file'")
        Path(self.folder, "lib/made_up/x.txt").write_text("x")

    def finder(self, **attributes):
        return finder_of(module("made_up", None, package=True, relative_path_module_source="lib/made_up/__init__.py",
                                relative_path_package_resources={"x.txt": "lib/made_up/x.txt"}, **attributes), relative_path_origin=self.folder)

    def test_a_module_of_a_file_has_its_file_and_path(self):
        with OnPath(self.finder()) as finder:
            made = importlib.import_module("made_up")
            folder = f"{self.folder}/lib/made_up"
            self.assertEqual((made.A, made.__file__, list(made.__path__)), ("file", f"{folder}/__init__.py", [folder]))
            self.assertTrue(made.__cached__.startswith(f"{folder}/__pycache__/"))
            self.assertEqual((finder.get_source("made_up"), finder.get_filename("made_up"), finder.is_package("made_up")), ("A = 'file'", made.__file__, True))
            self.assertEqual(finder.get_code("made_up").co_filename, made.__file__)

    def test_what_is_in_memory_comes_before_files(self):
        item = module("made_up", b"A = 'memory'", package=True, relative_path_module_source="lib/made_up/__init__.py")
        with OnPath(finder_of(item, relative_path_origin=self.folder)):
            self.assertEqual(importlib.import_module("made_up").A, "memory")

    def test_resources_of_files_are_read(self):
        with OnPath(self.finder()) as finder:
            self.assertEqual(importlib.resources.files("made_up").joinpath("x.txt").read_text(), "x")
            self.assertEqual(finder.get_resource_reader("made_up").open_resource("x.txt").read(), b"x")

    def test_get_data_below_the_origin(self):
        self.assertEqual(self.finder().get_data(f"{self.folder}/lib/made_up/x.txt"), b"x")

    def test_get_data_of_a_file_that_is_not_registered(self):
        Path(self.folder, "lib/made_up/y.txt").write_text("y")
        with self.assertRaises(OSError) as caught:
            self.finder().get_data(f"{self.folder}/lib/made_up/y.txt")
        self.assertEqual((caught.exception.errno, caught.exception.filename), (2, f"{self.folder}/lib/made_up/y.txt"))

    def test_bytecode_of_a_file_of_whatever_level_there_is(self):
        import py_compile
        py_compile.compile(f"{self.folder}/lib/made_up/__init__.py", f"{self.folder}/lib/made_up.pyc", doraise=True)
        for level in ("", "_opt1", "_opt2"):
            with OnPath(finder_of(module("made_up", None, **{f"relative_path_module_bytecode{level}": "lib/made_up.pyc"}), relative_path_origin=self.folder)):
                self.assertEqual(importlib.import_module("made_up").A, "file")

    def test_distributions_of_files(self):
        Path(self.folder, "METADATA").write_text("Name: made-up\nVersion: 9\n")
        item = resource("made_up", relative_path_distribution_resources={"METADATA": "METADATA"})
        with OnPath(finder_of(item, relative_path_origin=self.folder)):
            self.assertEqual(importlib.metadata.version("made-up"), "9")


class TestSeen(ImporterTest):
    def setUp(self):
        super().setUp()
        self.finder = finder_of(module("made_up", package=True, in_memory_package_resources={"x.txt": b"x", "sub/y.txt": b"y"}), module("made_up.part"),
                                module("made_up_flat"))

    def test_iter_modules(self):
        self.assertEqual(self.finder.iter_modules(), [("made_up", True), ("made_up_flat", False)])
        self.assertEqual(self.finder.iter_modules("x."), [("x.made_up", True), ("x.made_up_flat", False)])
        self.assertIsInstance(self.finder.iter_modules(), list)

    def test_pkgutil_lists_them(self):
        with OnPath(self.finder, alone=True), patch.object(sys, "path", []):
            self.assertEqual([(item.name, item.ispkg, item.module_finder) for item in pkgutil.iter_modules(prefix="p.")],
                             [("p.made_up", True, self.finder), ("p.made_up_flat", False, self.finder)])

    def test_path_hooks_see_them(self):
        entry = self.finder.path_hook(f"{BASE}/made_up")
        self.assertEqual((entry.find_spec("made_up.part").loader, entry.iter_modules("made_up.")), (self.finder, [("made_up.part", False)]))

    def test_resource_readers_see_them(self):
        reader = self.finder.get_resource_reader("made_up")
        self.assertIsInstance(reader, OxidizedResourceReader)
        self.assertEqual((reader.open_resource("x.txt").read(), reader.is_resource("sub/y.txt")), (b"x", True))

    def test_importlib_resources_and_pkgutil_read_them(self):
        with OnPath(self.finder):
            importlib.import_module("made_up")
            self.assertEqual(importlib.resources.files("made_up").joinpath("sub", "y.txt").read_bytes(), b"y")
            self.assertEqual(sorted(item.name for item in importlib.resources.files("made_up").iterdir()), ["__init__.py", "part.py", "sub", "x.txt"])
            self.assertEqual(pkgutil.get_data("made_up", "x.txt"), b"x")

    def test_get_data_by_the_documented_paths(self):
        self.assertEqual(self.finder.get_data(f"{BASE}/made_up/sub/y.txt"), b"y")
        self.assertEqual(self.finder.get_data(f"{BASE}/made_up/part.py"), b"")
        for path in (f"{BASE}/made_up/none", f"{BASE}/x.txt", f"{BASE}/made_up/part/x.txt", "/etc/passwd", os.path.dirname(BASE) + "/x.txt"):
            with self.assertRaises(FileNotFoundError) as caught:
                self.finder.get_data(path)
            self.assertEqual((caught.exception.errno, caught.exception.filename), (2, path))

    def test_the_deepest_package_is_asked_alone(self):
        finder = finder_of(module("made_up", package=True, in_memory_package_resources={"sub/y.txt": b"y"}), module("made_up.sub", package=True))
        self.assertRaises(FileNotFoundError, finder.get_data, f"{BASE}/made_up/sub/y.txt")

    def test_distributions_see_them(self):
        self.finder.add_resource(resource("made_up_dist", in_memory_distribution_resources={"METADATA": b"Name: made-up.dist\nVersion: 1.0\n"}))
        self.assertEqual([item.version for item in self.finder.find_distributions()], ["1.0"])
