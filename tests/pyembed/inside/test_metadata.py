"""importlib.metadata over packed distributions."""

import importlib.metadata as metadata
import os
import sys
import tempfile
import unittest
from unittest.mock import patch

from oxidized_importer import OxidizedDistribution


class TestMetadata(unittest.TestCase):
    def test_version_by_any_spelling_of_the_name(self):
        for name in ("sample.dist", "sample-dist", "sample_dist", "Sample.Dist"):
            self.assertEqual(metadata.version(name), "1.4")

    def test_an_unknown_distribution(self):
        with self.assertRaises(metadata.PackageNotFoundError):
            metadata.version("no-such-distribution")

    def test_entry_points(self):
        point, = metadata.entry_points(group="console_scripts")
        self.assertEqual((point.name, point.value), ("sample-command", "sample.entry:Commands.run"))
        self.assertEqual(point.load().__name__, "run")
        self.assertEqual(point.dist.version, "1.4")

    def test_metadata_and_requires(self):
        self.assertEqual(metadata.metadata("sample.dist")["Summary"], "Metadata for the tests")
        self.assertEqual([item.replace(" (>=1.0)", ">=1.0") for item in metadata.requires("sample.dist")], ["something>=1.0"])

    def test_files(self):
        files = {str(file): file for file in metadata.files("sample.dist")}
        self.assertIn("sample/data/table.csv", files)
        self.assertEqual(files["sample/data/table.csv"].read_text(), "name,value\na,1\n")

    def test_packages_distributions(self):
        self.assertEqual(metadata.packages_distributions()["sample"], ["sample.dist"])

    def test_all_distributions(self):
        self.assertEqual([item.metadata["Name"] for item in metadata.distributions()], ["sample.dist"])
        self.assertIsInstance(next(iter(metadata.distributions())), OxidizedDistribution)

    def test_each_is_found_once_along_sys_path_too(self):
        from importlib.machinery import PathFinder
        self.assertEqual([item.metadata["Name"] for item in metadata.distributions(path=sys.path)], ["sample.dist"])
        self.assertEqual(list(PathFinder.find_distributions()), [])
        self.assertEqual(len(metadata.entry_points(group="console_scripts")), 1)

    def test_distributions_of_folders_that_the_program_adds_are_found_too(self):
        with tempfile.TemporaryDirectory() as folder, patch.object(sys, "path", [*sys.path, folder]):
            os.mkdir(f"{folder}/other-2.0.dist-info")
            with open(f"{folder}/other-2.0.dist-info/METADATA", "w") as file:
                file.write("Metadata-Version: 2.1\nName: other\nVersion: 2.0\n")
            self.assertEqual(sorted(item.metadata["Name"] for item in metadata.distributions()), ["other", "sample.dist"])
            self.assertEqual(metadata.version("other"), "2.0")

    def test_a_path_that_is_not_ours_has_none(self):
        self.assertEqual(list(metadata.distributions(path=["/tmp"])), [])

    def test_a_file_that_is_not_there(self):
        self.assertIsNone(metadata.distribution("sample.dist").read_text("nothing"))
