"""get_resource_reader(), OxidizedResourceReader and get_data()."""

import importlib.resources
import io
import os
import sys

from inside.importing import PRODUCT, ImporterTest, OnPath, finder_of, module
from oxidized_importer import OxidizedFinder, OxidizedResourceReader

BASE, FOLDER = sys.executable, os.path.dirname(sys.executable)


class TestReader(ImporterTest):
    def setUp(self):
        super().setUp()
        self.finder = finder_of(module("made_up", package=True, in_memory_package_resources={"resource.txt": b"my resource", "child0/a.txt": b"a", "child1/b.txt": b"b"}),
                                module("made_up_flat"))
        self.reader = self.finder.get_resource_reader("made_up")

    def test_an_unknown_name_has_none(self):
        self.assertIsNone(OxidizedFinder().get_resource_reader("made_up"))
        self.assertIsNone(PRODUCT.get_resource_reader("no_such_module"))
        self.assertIsNone(PRODUCT.get_resource_reader("no\udc80such"))

    def test_a_name_must_be_a_str(self):
        self.assertRaises(TypeError, PRODUCT.get_resource_reader, 1)

    def test_what_is_no_package_has_none(self):
        self.assertIsNone(self.finder.get_resource_reader("made_up_flat"))
        self.assertIsNone(PRODUCT.get_resource_reader("sample.one"))

    def test_a_package_has_one(self):
        self.assertIsInstance(self.reader, OxidizedResourceReader)
        self.assertIsInstance(PRODUCT.get_resource_reader("sample"), OxidizedResourceReader)

    def test_open_resource_gives_a_stream_of_bytes(self):
        stream = self.reader.open_resource("resource.txt")
        self.assertIsInstance(stream, io.BytesIO)
        self.assertEqual(stream.getvalue(), b"my resource")

    def test_open_resource_of_what_is_missing(self):
        self.assertRaises(FileNotFoundError, self.reader.open_resource, "missing")

    def test_resource_path_of_what_is_in_memory(self):
        self.assertRaises(FileNotFoundError, self.reader.resource_path, "resource.txt")

    def test_is_resource(self):
        self.assertEqual([self.reader.is_resource(name) for name in ("resource.txt", "child0/a.txt", "child1/b.txt", "missing", "child0")],
                         [True, True, True, False, False])

    def test_names_with_a_slash_can_be_opened(self):
        self.assertEqual((self.reader.open_resource("child0/a.txt").read(), self.reader.open_resource("child1/b.txt").read()), (b"a", b"b"))

    def test_contents_are_the_folders_as_on_disk(self):
        self.assertEqual(sorted(self.reader.contents()), ["__init__.py", "child0", "child1", "resource.txt"])

    def test_importlib_resources_open_and_read(self):
        with OnPath(self.finder):
            import made_up
            with importlib.resources.files(made_up).joinpath("child0/a.txt").open("rb") as stream:
                self.assertEqual(stream.read(), b"a")
            self.assertEqual(importlib.resources.files("made_up").joinpath("resource.txt").read_text(), "my resource")


class TestData(ImporterTest):
    def fails(self, path, finder=PRODUCT):
        with self.assertRaises(OSError) as caught:
            finder.get_data(path)
        self.assertEqual((type(caught.exception), caught.exception.errno, caught.exception.filename), (FileNotFoundError, 2, path))

    def test_below_the_executable_resources_in_memory_are_meant(self):
        self.assertEqual(PRODUCT.get_data(f"{BASE}/sample/data/table.csv"), b"name,value\na,1\n")

    def test_beside_the_executable_resources_in_files_are_meant(self):
        self.assertEqual(PRODUCT.get_data(f"{FOLDER}/lib/beside_pkg/data/table.csv"), b"beside")

    def test_files_beside_the_executable_that_are_no_resources_are_errors(self):
        self.fails(f"{FOLDER}/lib/beside_pkg/inner.py")  # a module's own file
        self.fails(f"{FOLDER}/lib/beside_pkg/data")
        self.fails(f"{BASE}/lib/beside_pkg/data/table.csv")
        self.fails(f"{FOLDER}/beside_pkg/data/table.csv")

    def test_other_paths_are_errors_even_if_there_is_a_file(self):
        for path in ("/etc/passwd", BASE, FOLDER, f"{FOLDER}/{os.path.basename(BASE)}", "sample/data/table.csv", ""):
            self.fails(path)

    def test_a_missing_resource_of_a_known_package(self):
        self.fails(f"{BASE}/sample/data/none.csv")
        self.fails(f"{BASE}/sample/sub/data/table.csv")

    def test_paths_of_any_kind(self):
        from pathlib import Path
        self.assertEqual(PRODUCT.get_data(Path(f"{BASE}/sample/data/table.csv")), PRODUCT.get_data(os.fsencode(f"{BASE}/sample/data/table.csv")))
        self.assertRaises(TypeError, PRODUCT.get_data, 1)

    def test_an_own_finder_has_its_own_alone(self):
        self.fails(f"{BASE}/sample/data/table.csv", OxidizedFinder())
