"""path_hook(): which paths it takes and refuses, and what the finders of paths find."""

import inspect
import os
import pkgutil
import sys
import unittest
import warnings
from importlib.machinery import PathFinder
from pathlib import Path
from unittest.mock import patch

import inside
from inside.importing import PRODUCT, ImporterTest, OnPath, finder_of, module
from oxidized_importer import OxidizedFinder, OxidizedPathEntryFinder

BASE = OxidizedFinder().path_hook_base_str


class TestPaths(unittest.TestCase):
    def refuses(self, path, kind=ValueError):
        with self.assertRaisesRegex(ImportError, "error running OxidizedFinder.path_hook") as caught:
            OxidizedFinder().path_hook(path)
        self.assertIsInstance(caught.exception.__cause__, kind, path)
        self.assertTrue(caught.exception.__suppress_context__)

    def test_the_base_is_taken(self):
        self.assertIsInstance(OxidizedFinder().path_hook(BASE), OxidizedPathEntryFinder)

    def test_a_path_must_be_a_str(self):
        for path in (os.fsencode(BASE), b"foo", Path(BASE), Path("foo"), None, 1):
            self.refuses(path, TypeError)

    def test_paths_elsewhere_are_refused(self):
        for path in ("", "/", "foo", os.path.dirname(BASE), BASE + "x", BASE[:-1], "/usr/lib", BASE.upper() + "/foo", "\udc80"):
            self.refuses(path)

    def test_the_cause_names_the_path(self):
        with self.assertRaises(ImportError) as caught:
            OxidizedFinder().path_hook("/usr/lib")
        self.assertIn("/usr/lib is not prefixed by " + BASE, str(caught.exception.__cause__))

    def test_dots_are_refused(self):
        for part in (".", "..", ".foo", "foo.", "foo..bar", "../../etc/passwd", "..\\..\\etc\\passwd", "foo/.bar", "foo/bar."):
            self.refuses(f"{BASE}/{part}")
            self.refuses(f"{BASE}\\{part}")

    def test_separators_in_wrong_places_are_refused(self):
        for suffix in ("//foo", "/foo//bar", "/foo\\\\bar", "\\\\foo", "/foo//", "/foo\\\\", "/\\foo", "/foo/", "/foo\\"):
            self.refuses(BASE + suffix)

    def test_paths_become_packages(self):
        for suffix, package in (("/foo", "foo"), ("/foo/bar", "foo.bar"), ("\\foo", "foo"), ("\\foo\\bar", "foo.bar"), ("/foo\\bar", "foo.bar"), ("\\foo/bar", "foo.bar"),
                                ("/foo.bar", "foo.bar"), ("\\foo.bar", "foo.bar"), ("/foo.bar/baz", "foo.bar.baz"), ("/t\u05e9o", "t\u05e9o"), ("\\t\u05e9o", "t\u05e9o")):
            self.assertEqual(OxidizedFinder().path_hook(BASE + suffix)._package, package, suffix)

    def test_the_base_is_no_package(self):
        self.assertIsNone(OxidizedFinder().path_hook(BASE)._package)

    def test_the_package_is_read_only(self):
        self.assertRaises(AttributeError, setattr, OxidizedFinder().path_hook(BASE), "_package", "x")


class TestEntryFinder(ImporterTest):
    def setUp(self):
        super().setUp()
        self.finder = finder_of(*(module(name, package=package) for name, package in (
            ("a", True), ("a.b", True), ("a.b.c", False), ("one", True), ("one.two", True), ("one.two.three", False),
            ("on", True), ("on.t\u05e9o", True), ("on.t\u05e9o.\u06f3", False))))

    def test_it_is_not_made_by_hand(self):
        self.assertRaises(TypeError, OxidizedPathEntryFinder)

    def test_of_the_base_it_finds_the_top_level(self):
        entry = self.finder.path_hook(BASE)
        for name in ("a", "one", "on"):
            self.assertEqual((entry.find_spec(name).name, entry.find_spec(name).loader), (name, self.finder))
        for name in ("a.b", "a.b.c", "on.t\u05e9o", "none"):
            self.assertIsNone(entry.find_spec(name))

    def test_of_a_package_it_finds_its_own_level(self):
        entry = self.finder.path_hook(f"{BASE}/on")
        self.assertEqual(entry.find_spec("on.t\u05e9o").name, "on.t\u05e9o")
        for name in ("one.two", "on", "on.t\u05e9o.\u06f3", "a"):  # longer names with the same beginning, less deep, deeper
            self.assertIsNone(entry.find_spec(name))

    def test_names_may_be_of_any_script(self):
        entry = self.finder.path_hook(f"{BASE}/on/t\u05e9o")
        self.assertEqual((entry.find_spec("on.t\u05e9o.\u06f3").name, entry.iter_modules()), ("on.t\u05e9o.\u06f3", [("\u06f3", False)]))

    def test_iter_modules_lists_the_level(self):
        self.assertEqual(sorted(self.finder.path_hook(BASE).iter_modules()), [("a", True), ("on", True), ("one", True)])
        self.assertEqual(self.finder.path_hook(f"{BASE}/on").iter_modules("on."), [("on.t\u05e9o", True)])

    def test_of_what_is_no_package_it_finds_nothing(self):
        entry = self.finder.path_hook(f"{BASE}/foo/bar")
        self.assertEqual((entry.find_spec("foo.bar.baz"), entry.iter_modules()), (None, []))

    def test_of_an_empty_finder_it_finds_nothing(self):
        self.assertIsNone(OxidizedFinder().path_hook(BASE).find_spec("a"))

    def test_find_spec_takes_no_path(self):
        entry = self.finder.path_hook(f"{BASE}/a")
        self.assertEqual(entry.find_spec("a.b", None).name, "a.b")
        self.assertRaises(TypeError, entry.find_spec, "a.b", None, None)
        self.assertRaises(TypeError, entry.find_spec, "a.b", path=None)

    def test_invalidate_caches_is_the_finders(self):
        class Own(OxidizedFinder):
            calls = 0

            def invalidate_caches(self):
                Own.calls += 1
        self.assertIsNone(Own().path_hook(BASE).invalidate_caches())
        self.assertEqual(Own.calls, 1)

    @unittest.skipIf(sys.version_info >= (3, 12), "CPython's own finders have no find_loader any more")
    def test_find_loader_of_old_programs(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.assertEqual(self.finder.path_hook(BASE).find_loader("a"), (self.finder, [f"{BASE}/a"]))

    def test_distributions_are_found_at_the_base_alone(self):
        self.assertEqual([item.name for item in PRODUCT.path_hook(BASE).find_distributions()], ["sample.dist"])
        self.assertEqual(list(PRODUCT.path_hook(f"{BASE}/sample").find_distributions()), [])


class TestInstalled(ImporterTest):
    def test_the_products_hook_is_the_first(self):
        self.assertEqual(sys.path_hooks[0], PRODUCT.path_hook)

    def test_pkgutil_finds_it(self):
        self.assertIsInstance(pkgutil.get_importer(f"{BASE}/sample"), OxidizedPathEntryFinder)
        self.assertNotIsInstance(pkgutil.get_importer("/usr/lib"), OxidizedPathEntryFinder)

    def test_pkgutil_lists_a_packages_path(self):
        self.assertIn(("inside.importing", False), [(item.name, item.ispkg) for item in pkgutil.iter_modules(inside.__path__, "inside.")])

    def test_the_path_finder_uses_it(self):
        with patch("sys.path", []):
            sys.path_importer_cache.clear()
            self.assertIsNone(PathFinder.find_spec("sample"))
            sys.path.append(BASE)
            self.assertIs(PathFinder.find_spec("sample").loader, PRODUCT)
            self.assertEqual(PathFinder.find_spec("pwd").origin, "built-in")

    def test_a_packed_folder_on_sys_path_has_its_modules_as_top_level_ones(self):
        names = ("one", "sub", "sub.leaf", "multi")
        before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
        try:
            with patch("sys.path", [*sys.path, f"{BASE}/sample", f"{BASE}/native"]):
                import multi
                import one
                import sub.leaf
                self.assertRaises(ModuleNotFoundError, __import__, "no_such_module_here")
            self.assertEqual((one.__name__, one.__file__, one.VALUE), ("one", f"{BASE}/sample/one.py", 41))
            self.assertEqual((sub.leaf.__file__, sub.leaf.__package__, sub.__path__), (f"{BASE}/sample/sub/leaf.py", "sub", [f"{BASE}/sample/sub"]))
            self.assertEqual((multi.__name__, multi.__file__), ("multi", f"{BASE}/native/multi.abi3.so"))
            self.assertIn("VALUE", inspect.getsource(one))
        finally:
            for name in names:
                sys.modules.pop(name, None)
            sys.modules.update(before)

    def test_a_folder_of_another_finder_has_no_files(self):
        self.assertIsNone(finder_of(module("made_up", package=True)).path_hook(f"{BASE}/sample").find_spec("one"))

    def test_a_program_may_install_the_hook_of_its_own_finder(self):
        finder = finder_of(module("made_up", package=True), module("made_up.part"))
        with patch("sys.path_hooks", [finder.path_hook]), OnPath(finder):
            sys.path_importer_cache.clear()
            self.assertEqual([item.name for item in pkgutil.iter_modules([f"{BASE}/made_up"])], ["part"])
        sys.path_importer_cache.clear()

    def test_pkgutil_walks_packages_beside_the_product(self):
        import beside_pkg
        self.assertIn("inner", [item.name for item in pkgutil.iter_modules(beside_pkg.__path__)])
        self.assertNotIsInstance(pkgutil.get_importer(beside_pkg.__path__[0]), OxidizedPathEntryFinder)
        self.assertNotIsInstance(pkgutil.get_importer(os.path.dirname(BASE)), OxidizedPathEntryFinder)

    def test_a_packed_file_is_no_folder(self):
        with self.assertRaises(ImportError) as caught:
            PRODUCT.path_hook(f"{BASE}/inside/importing.py")
        self.assertIn("it is a file", str(caught.exception.__cause__))
        self.assertIsNone(pkgutil.get_importer(f"{BASE}/inside/importing.py"))

    def test_pkgutil_lists_the_products_modules_once(self):
        names = [item.name for item in pkgutil.iter_modules()]
        self.assertEqual(len(names), len(set(names)))
        self.assertTrue({"json", "sample", "inside", "os"} <= set(names))
        self.assertEqual(sorted(names), sorted(item.name for item in pkgutil.iter_modules([sys.path[0]])))

    def test_other_folders_beside_the_product_are_refused(self):
        folder = os.path.dirname(BASE)
        for path in (f"{folder}/lib", f"{folder}/lib/beside_pkg/data", f"{folder}/space", f"{folder}x/lib/beside_pkg"):
            with self.assertRaisesRegex(ImportError, "error running OxidizedFinder.path_hook"):
                PRODUCT.path_hook(path)
