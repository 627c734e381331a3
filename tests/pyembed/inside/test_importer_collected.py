"""find_resources_in_path(), OxidizedResourceCollector, and a frozen application made with them."""

import importlib
import importlib.machinery
import importlib.metadata
import importlib.resources
import importlib.util
import marshal
import os
import stat
import sys
import tempfile
from pathlib import Path

import oxidized_importer
from inside.importing import PRODUCT, ImporterTest, OnPath, code, finder_of
from oxidized_importer import (OxidizedFinder, OxidizedResource, OxidizedResourceCollector, PythonExtensionModule, PythonModuleBytecode, PythonModuleSource,
                               PythonPackageDistributionResource, PythonPackageResource, find_resources_in_path)

SUFFIX = importlib.machinery.EXTENSION_SUFFIXES[0]


class FolderTest(ImporterTest):
    def setUp(self):
        super().setUp()
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)

    def put(self, name, data=b""):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def found(self):
        return find_resources_in_path(self.root)


class TestScanning(FolderTest):
    def test_a_path_is_of_any_kind_and_a_folder(self):
        self.put("foo.py", b"import io\n")
        for path in (self.root, str(self.root), os.fsencode(self.root)):
            self.assertEqual(len(find_resources_in_path(path)), 1)
        for path in (self.root / "missing", self.root / "foo.py"):
            with self.assertRaisesRegex(ValueError, "path is not a directory"):
                find_resources_in_path(path)
        self.assertRaises(TypeError, find_resources_in_path, 1)

    def test_an_empty_folder(self):
        self.assertEqual(self.found(), [])

    def test_a_source(self):
        self.put("foo.py", b"import io\n")
        item, = self.found()
        self.assertIsInstance(item, PythonModuleSource)
        self.assertEqual((item.module, item.source, item.is_package), ("foo", b"import io\n", False))

    def test_bytecode_without_its_header(self):
        tag = sys.implementation.cache_tag
        self.put(f"__pycache__/foo.{tag}.pyc", b"h" * 16 + b"dummy")
        self.put(f"pkg/__pycache__/__init__.{tag}.opt-1.pyc", b"h" * 16 + b"one")
        self.put(f"pkg/__pycache__/bar.{tag}.opt-2.pyc", b"h" * 16 + b"two")
        items = self.found()
        self.assertTrue(all(isinstance(item, PythonModuleBytecode) for item in items))
        self.assertEqual([(item.module, item.bytecode, item.optimize_level, item.is_package) for item in items],
                         [("foo", b"dummy", 0, False), ("pkg", b"one", 1, True), ("pkg.bar", b"two", 2, False)])

    def test_an_extension_module(self):
        self.put(f"foo{SUFFIX}", b"dummy")
        item, = self.found()
        self.assertIsInstance(item, PythonExtensionModule)
        self.assertEqual(item.name, "foo")

    def test_a_resource_of_the_deepest_package(self):
        self.put("package/__init__.py")
        self.put("package/resource.txt", b"resource file")
        self.put("package/child/foo.png", b"png")
        items = self.found()
        self.assertEqual([type(item) for item in items if not isinstance(item, PythonModuleSource)], [PythonPackageResource] * 2)
        self.assertEqual({(item.package, item.name, item.data) for item in items if isinstance(item, PythonPackageResource)},
                         {("package", "resource.txt", b"resource file"), ("package", "child/foo.png", b"png")})

    def test_files_of_a_distribution(self):
        self.put("foo/__init__.py")
        self.put("foo-1.0.dist-info/METADATA", b"Name: foo\nVersion: 1.0\n")
        self.put("foo-1.0.dist-info/licenses/A", b"a")
        self.put("bar-2.0-py3.11.egg-info", b"Name: bar\n")
        items = [item for item in self.found() if isinstance(item, PythonPackageDistributionResource)]
        self.assertEqual([(item.package, item.version, item.name, item.data[:9]) for item in items],
                         [("bar", "2.0", "PKG-INFO", b"Name: bar"), ("foo", "1.0", "METADATA", b"Name: foo"), ("foo", "1.0", "licenses/A", b"a")])

    def test_installed_packages_below_are_named_from_their_own_folder(self):
        self.put("site-packages/foo/__init__.py", b"A")
        self.put("lib/site-packages/foo/x.txt", b"x")
        self.assertEqual([getattr(item, "module", None) or item.package for item in self.found()], ["foo", "foo"])

    def test_what_was_found_is_read_only(self):
        self.put("foo.py")
        item, = self.found()
        self.assertRaises(AttributeError, setattr, item, "module", "bar")
        self.assertRaises(AttributeError, delattr, item, "module")

    def test_the_types_are_not_made_by_hand(self):
        for kind in (PythonModuleSource, PythonModuleBytecode, PythonExtensionModule, PythonPackageResource, PythonPackageDistributionResource):
            self.assertRaises(TypeError, kind)


class TestCollecting(FolderTest):
    def collector(self, *locations):
        return OxidizedResourceCollector(allowed_locations=list(locations))

    def test_locations_are_required_and_known(self):
        self.assertRaises(TypeError, OxidizedResourceCollector)
        self.assertRaises(ValueError, self.collector, "somewhere")

    def test_locations_are_exposed_as_a_copy(self):
        collector = self.collector("in-memory", "filesystem-relative")
        collector.allowed_locations.append("x")
        self.assertEqual(collector.allowed_locations, ["in-memory", "filesystem-relative"])

    def test_other_locations_are_refused(self):
        self.put("foo.py")
        item, = self.found()
        self.assertRaises(ValueError, self.collector("in-memory").add_filesystem_relative, "", item)
        self.assertRaises(ValueError, self.collector("filesystem-relative").add_in_memory, item)

    def test_only_what_was_found_is_collected(self):
        self.assertRaises(TypeError, self.collector("in-memory").add_in_memory, "text")
        self.assertRaises(TypeError, self.collector("in-memory").add_in_memory, OxidizedResource())

    def test_oxidize_gives_resources_and_files(self):
        self.assertEqual(self.collector("in-memory").oxidize(), ([], []))

    def test_a_source_in_memory_has_bytecode_too(self):
        self.put("foo.py", b"A = 1")
        collector = self.collector("in-memory")
        self.assertIsNone(collector.add_in_memory(*self.found()))
        (item,), files = collector.oxidize()
        self.assertEqual((item.name, item.is_module, item.in_memory_source, files), ("foo", True, b"A = 1", []))
        self.assertEqual(marshal.loads(item.in_memory_bytecode), compile("A = 1", "foo.py", "exec"))

    def test_both_names_of_the_method(self):
        self.put("foo.py", b"A = 1")
        collector = self.collector("in-memory")
        collector.add_in_memory_resource(*self.found())
        self.assertEqual([item.name for item in collector.oxidize()[0]], ["foo"])

    def everything(self):
        self.put("made_up/__init__.py", b"A = 1")
        self.put("made_up/part.py", b"B = 2")
        self.put("made_up/x.txt", b"x")
        self.put("made_up-1.5.dist-info/METADATA", b"Name: made_up\nVersion: 1.5\n")
        native = next(item for item in PRODUCT.indexed_resources() if item.name == "native.multi")
        self.put(f"made_up/multi{SUFFIX}", native.in_memory_extension_module_shared_library)
        return self.found()

    def check(self, finder):
        with OnPath(finder):
            self.assertEqual((importlib.import_module("made_up").A, importlib.import_module("made_up.part").B), (1, 2))
            self.assertEqual(importlib.resources.files("made_up").joinpath("x.txt").read_bytes(), b"x")
            self.assertEqual(importlib.metadata.version("made_up"), "1.5")
            self.assertEqual(importlib.import_module("made_up.multi").VALUE, 7)

    def test_everything_in_memory(self):
        collector = self.collector("in-memory")
        for item in self.everything():
            collector.add_in_memory(item)
        resources, files = collector.oxidize()
        self.assertEqual(files, [])
        self.check(finder_of(*resources))

    def install(self, files, folder):
        for path, data, executable in files:
            self.assertFalse(path.is_absolute())
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
            if executable:
                (folder / path).chmod((folder / path).stat().st_mode | stat.S_IEXEC)

    def test_everything_in_files(self):
        collector = self.collector("filesystem-relative")
        for item in self.everything():
            collector.add_filesystem_relative("lib", item)
        resources, files = collector.oxidize()
        self.assertEqual({str(path): executable for path, _, executable in files}, {
            "lib/made_up/__init__.py": False, "lib/made_up/part.py": False, "lib/made_up/x.txt": False, f"lib/made_up/multi{SUFFIX}": True,
            "lib/made_up-1.5.dist-info/METADATA": False})
        target = self.root / "target"
        self.install(files, target)
        self.check(finder_of(*resources, relative_path_origin=target))

    def test_an_empty_prefix_is_beside_the_origin(self):
        self.put("foo.py", b"A = 1")
        collector = self.collector("filesystem-relative")
        collector.add_filesystem_relative("", *self.found())
        (item,), ((path, data, executable),) = collector.oxidize()
        self.assertEqual((path, data, executable, item.relative_path_module_source), (Path("foo.py"), b"A = 1", False, Path("foo.py")))

    def test_bytecode_in_files_is_imported(self):
        tag = sys.implementation.cache_tag
        level = ("", ".opt-1", ".opt-2")[sys.flags.optimize]
        self.put(f"__pycache__/made_up.{tag}{level}.pyc", b"h" * 16 + code("A = 6"))
        collector = self.collector("filesystem-relative")
        collector.add_filesystem_relative("lib", *self.found())
        resources, files = collector.oxidize()
        self.install(files, self.root / "target")
        self.assertEqual(files[0][0], Path(f"lib/__pycache__/made_up.{tag}{level}.pyc"))
        with OnPath(finder_of(*resources, relative_path_origin=self.root / "target")):
            self.assertEqual(importlib.import_module("made_up").A, 6)

    def test_extension_modules_to_files_and_the_rest_to_memory(self):
        collector = self.collector("in-memory", "filesystem-relative")
        for item in self.everything():
            if isinstance(item, PythonExtensionModule):
                collector.add_filesystem_relative("lib", item)
            else:
                collector.add_in_memory(item)
        resources, files = collector.oxidize()
        self.install(files, self.root / "target")
        self.assertEqual(len(files), 1)
        self.check(finder_of(*resources, relative_path_origin=self.root / "target"))


class TestFreezing(FolderTest):
    """The documented way: scan, collect, index, serialize; then load the file in another finder."""

    def freeze(self):
        self.put("in/made_up/__init__.py", b"from .part import B\n")
        self.put("in/made_up/part.py", b"B = 2")
        self.put("in/made_up/x.txt", b"x")
        self.put("in/made_up-1.5.dist-info/METADATA", b"Name: made_up\nVersion: 1.5\n")
        collector = OxidizedResourceCollector(allowed_locations=["in-memory"])
        for item in oxidized_importer.find_resources_in_path(self.root / "in"):
            collector.add_in_memory(item)
        finder = OxidizedFinder()
        finder.add_resources(collector.oxidize()[0])
        self.put("oxidized_resources", finder.serialize_indexed_resources())

    def test_a_frozen_application_is_loaded_from_its_file(self):
        self.freeze()
        finder = OxidizedFinder(relative_path_origin=self.root)
        finder.index_file_memory_mapped(self.root / "oxidized_resources")
        with OnPath(finder):
            self.assertEqual((importlib.import_module("made_up").B, importlib.metadata.version("made-up")), (2, "1.5"))
            self.assertEqual(importlib.resources.files("made_up").joinpath("x.txt").read_bytes(), b"x")
            self.assertEqual(importlib.util.find_spec("made_up.part").loader, finder)
