"""Distributions of a finder: find_distributions() and OxidizedDistribution."""

import collections.abc
import email.message
import importlib.metadata
import tempfile
from pathlib import Path

from inside.importing import PRODUCT, ImporterTest, OnPath, finder_of, resource
from oxidized_importer import OxidizedDistribution, OxidizedFinder, OxidizedResourceCollector, find_resources_in_path

Context = importlib.metadata.DistributionFinder.Context
METADATA = "Name: my_package\nVersion: 1.0\n"


class MetadataTest(ImporterTest):
    def finder(self, folder="my_package-1.0.dist-info", **files):
        """One that has what was found in a folder."""
        with tempfile.TemporaryDirectory() as root:
            for name, text in (files or {"METADATA": METADATA}).items():
                path = Path(root, folder, name.replace("_txt", ".txt").replace("PKG_INFO", "PKG-INFO"))
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            collector = OxidizedResourceCollector(allowed_locations=["in-memory"])
            for item in find_resources_in_path(root):
                collector.add_in_memory(item)
            return finder_of(*collector.oxidize()[0])

    def only(self, *arguments, **files):
        found, = self.finder(**files).find_distributions(*arguments)
        return found


class TestFinding(MetadataTest):
    def test_an_empty_finder_gives_an_empty_iterator(self):
        found = OxidizedFinder().find_distributions()
        self.assertIsInstance(found, collections.abc.Iterator)
        self.assertEqual(list(found), [])

    def test_a_context_without_a_name_finds_all(self):
        for arguments in ((), (Context(),), (None,)):
            self.assertIsInstance(self.finder().find_distributions(*arguments), collections.abc.Iterator)
            self.assertIsInstance(self.only(*arguments), OxidizedDistribution)

    def test_a_context_with_an_unknown_name_finds_nothing(self):
        self.assertEqual(list(self.finder().find_distributions(Context(name="missing"))), [])

    def test_a_name_is_compared_in_its_normal_form(self):
        for name in ("my_package", "My-Package", "my.package", "MY__PACKAGE"):
            self.assertEqual(self.only(Context(name=name)).version, "1.0")

    def test_the_products_are_found(self):
        self.assertEqual([item.version for item in PRODUCT.find_distributions(Context(name="sample.dist"))], ["1.4"])

    def test_from_name(self):
        with OnPath(self.finder()):
            self.assertEqual(OxidizedDistribution.from_name("my_package").version, "1.0")
            self.assertRaises(importlib.metadata.PackageNotFoundError, OxidizedDistribution.from_name, "missing")

    def test_discover(self):
        with OnPath(self.finder(), alone=True):
            self.assertEqual([item.version for item in OxidizedDistribution.discover()], ["1.0"])
            self.assertEqual([item.version for item in OxidizedDistribution.discover(name="my-package")], ["1.0"])
            self.assertEqual(list(OxidizedDistribution.discover(name="missing")), [])
            self.assertRaises(ValueError, OxidizedDistribution.discover, context=Context(), name="x")

    def test_importlib_metadata_finds_them(self):
        with OnPath(self.finder()):
            self.assertEqual(importlib.metadata.metadata("my_package")["Name"], "my_package")
            self.assertEqual(importlib.metadata.version("my-package"), "1.0")

    def test_an_added_one_replaces_the_products(self):
        finder = finder_of(resource("sample.dist", in_memory_distribution_resources={"METADATA": b"Name: sample.dist\nVersion: 7\n"}))
        with OnPath(finder):
            self.assertEqual(importlib.metadata.version("sample.dist"), "7")


class TestDistribution(MetadataTest):
    def test_read_text(self):
        found = self.only()
        self.assertEqual(found.read_text("METADATA"), METADATA)
        self.assertIsNone(found.read_text("does_not_exist"))

    def test_metadata_is_a_message(self):
        self.assertIsInstance(self.only().metadata, email.message.Message)
        self.assertEqual((self.only().metadata["Name"], self.only().metadata["Version"]), ("my_package", "1.0"))

    def test_metadata_of_an_egg(self):
        found = self.only(folder="my_package-1.0.egg-info", PKG_INFO=METADATA)
        self.assertEqual((found.metadata["Name"], found.version), ("my_package", "1.0"))

    def test_name_and_version(self):
        self.assertEqual((self.only().name, self.only().version, self.only()._normalized_name), ("my_package", "1.0", "my_package"))

    def test_entry_points(self):
        point, = self.only(METADATA=METADATA, entry_points_txt="[console_scripts]\nscript = my_package:module\n").entry_points
        self.assertIsInstance(point, importlib.metadata.EntryPoint)
        self.assertEqual((point.name, point.value, point.group), ("script", "my_package:module", "console_scripts"))

    def test_no_entry_points(self):
        self.assertEqual(len(self.only().entry_points), 0)

    def test_requires(self):
        self.assertIsNone(self.only().requires)
        found = self.only(METADATA=METADATA + "Requires-Dist: foo\nRequires-Dist: bar; extra == 'all'\n")
        self.assertEqual(found.requires, ["foo", "bar; extra == 'all'"])

    def test_requires_of_an_egg(self):
        self.assertEqual(list(self.only(folder="my_package-1.0.egg-info", PKG_INFO=METADATA, requires_txt="foo\n").requires), ["foo"])

    def test_files_of_its_record(self):
        record = "my_package-1.0.dist-info/METADATA,,\nmy_package/__init__.py,,\n"
        self.assertEqual([str(file) for file in self.only(METADATA=METADATA, RECORD=record).files], ["my_package-1.0.dist-info/METADATA", "my_package/__init__.py"])

    def test_it_is_importlibs_distribution(self):
        self.assertIsInstance(self.only(), importlib.metadata.Distribution)
