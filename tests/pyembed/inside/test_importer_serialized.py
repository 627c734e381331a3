"""What goes into serialize_indexed_resources() comes out of index_bytes()."""

import importlib
import importlib.metadata
import sys
import unittest
from pathlib import Path

from inside.importing import PRODUCT, ImporterTest, OnPath, code, finder_of, module, resource
from inside.test_importer_resource import ALL, BYTES, FLAGS, MAPS, PATH_MAPS, PATHS
from oxidized_importer import OxidizedFinder


def values(item):
    return {name: getattr(item, name) for name in ALL}


def again(finder, **arguments):
    other = OxidizedFinder()
    other.index_bytes(finder.serialize_indexed_resources(**arguments))
    return other


class TestRoundTrip(ImporterTest):
    def keeps(self, *items, **arguments):
        before = {item.name: values(item) for item in items}
        after = {item.name: values(item) for item in again(finder_of(*items), **arguments).indexed_resources()}
        self.assertEqual(after, before)

    def test_each_attribute_alone(self):
        examples = {**dict.fromkeys(BYTES, b"\0data\xff"), **dict.fromkeys(MAPS, {"a": b"x", "b/c": b""}), **dict.fromkeys(PATHS, Path("lib/x")),
                    **dict.fromkeys(PATH_MAPS, {"a": Path("lib/a")}), "shared_library_dependency_names": ["libb.so", "liba.so"]}
        self.assertEqual(set(examples) | {"name"} | set(FLAGS), set(ALL))
        for name, value in examples.items():
            with self.subTest(name):
                self.keeps(resource("made_up", is_module=True, **{name: value}))
                self.keeps(resource("made_up", **{name: value}))

    def test_each_flag_alone(self):
        for name in FLAGS:
            with self.subTest(name):
                self.keeps(resource("made_up", **{name: True}), ignore_builtin=False, ignore_frozen=False)

    def test_each_pair_of_flags(self):
        for first in FLAGS:
            for second in FLAGS:
                self.keeps(resource("made_up", in_memory_source=b"", **{first: True, second: True}), ignore_builtin=False, ignore_frozen=False)

    def test_all_attributes_at_once(self):
        self.keeps(resource("made_up", is_module=True, is_package=True, is_shared_library=True, **dict.fromkeys(BYTES, b"data"),
                            **dict.fromkeys(MAPS, {"a": b"x"}), **dict.fromkeys(PATHS, "lib/x"), **dict.fromkeys(PATH_MAPS, {"a": "lib/a"}),
                            shared_library_dependency_names=["liba.so"]))

    def test_bytecode_of_each_level(self):
        for level in BYTES[1:4]:
            self.keeps(module("made_up", None, **{level: b"code"}))
        self.keeps(module("made_up", b"A", in_memory_bytecode=b"0", in_memory_bytecode_opt1=b"1", in_memory_bytecode_opt2=b"2"))

    def test_a_relative_path_beside_data_in_memory(self):
        self.keeps(module("made_up", b"A = 1", relative_path_module_source="lib/made_up.py", relative_path_module_bytecode="lib/made_up.pyc"))

    def test_empty_is_not_missing(self):
        self.keeps(module("made_up", b"", in_memory_bytecode=b"", in_memory_package_resources={}, shared_library_dependency_names=[]))
        self.keeps(module("made_up", b"", in_memory_package_resources={"empty": b""}))

    def test_strange_names(self):
        self.keeps(module("made_up_\u06f3", b"", package=True, in_memory_package_resources={"\u05e9 \n.txt": b"x"}))
        self.keeps(module("made_up_\udc80"), module("made\0up"), module("made_up", package=True, in_memory_package_resources={"\udcff": b"x", "a\0b": b"y"}))
        self.keeps(resource("made_up", is_module=True, relative_path_module_source=b"lib/\xff.py"))

    def test_many_at_once_in_the_order_of_names(self):
        items = [module(f"made_up_{number}", str(number).encode(), relative_path_module_source=None if number % 2 else "x") for number in range(200)]
        self.keeps(*items)
        self.assertEqual([item.name for item in again(finder_of(*items)).indexed_resources()], sorted(item.name for item in items))

    def test_nothing(self):
        self.keeps()

    def test_the_bytes_depend_on_the_resources_alone(self):
        first, second = module("made_up_a", b"1", in_memory_distribution_resources={"x": b"1", "y": b"2"}), module("made_up_b")
        self.assertEqual(finder_of(first, second).serialize_indexed_resources(), finder_of(second, first).serialize_indexed_resources())
        self.assertIsInstance(finder_of(first).serialize_indexed_resources(), bytes)


class TestIgnored(unittest.TestCase):
    def names(self, **arguments):
        finder = OxidizedFinder()
        finder.index_interpreter_builtins()
        return {item.name for item in again(finder, **arguments).indexed_resources()}

    def test_built_in_and_frozen_modules_are_left_out(self):
        self.assertEqual(self.names(), set())

    def test_built_in_modules_are_kept_on_demand(self):
        self.assertEqual(self.names(ignore_builtin=False), set(sys.builtin_module_names))

    def test_frozen_modules_are_kept_on_demand(self):
        self.assertIn("zipimport", self.names(ignore_frozen=False))

    def test_what_was_kept_is_found(self):
        finder = OxidizedFinder()
        finder.index_interpreter_builtins()
        other = again(finder, ignore_builtin=False, ignore_frozen=False)
        self.assertEqual((other.find_spec("_io").loader.__name__, other.find_spec("zipimport").loader.__name__), ("BuiltinImporter", "FrozenImporter"))


class TestServed(ImporterTest):
    def test_what_was_serialized_is_imported(self):
        finder = again(finder_of(module("made_up", b"A = 1", package=True, in_memory_package_resources={"x.txt": b"x"}),
                                 module("made_up.part", None, in_memory_bytecode=code("B = 2"), in_memory_bytecode_opt1=code("B = 3", level=1))))
        with OnPath(finder):
            part = importlib.import_module("made_up.part")
            self.assertEqual((part.B, sys.modules["made_up"].A), ((2, 3, 3)[sys.flags.optimize], 1))
            self.assertIs(part.__loader__, finder)
            self.assertEqual(finder.get_resource_reader("made_up").open_resource("x.txt").read(), b"x")

    def test_distributions_that_were_serialized_are_found(self):
        finder = again(finder_of(resource("Made-Up", in_memory_distribution_resources={"METADATA": b"Name: Made-Up\nVersion: 2.5\n"})))
        with OnPath(finder):
            self.assertEqual(importlib.metadata.version("made_up"), "2.5")

    def test_the_product_serializes_its_own(self):
        found = {item.name: item for item in PRODUCT.indexed_resources()}
        self.assertIn(b"Name: sample.dist", found["sample_dist"].in_memory_distribution_resources["METADATA"])
        self.assertTrue(found["libouter.so"].is_shared_library)
        self.assertEqual(found["libouter.so"].in_memory_shared_library[:4], b"\x7fELF")
        self.assertEqual(found["native.needs"].shared_library_dependency_names, ["libinner.so", "libouter.so"])
        some = [found[name] for name in ("sample", "sample.one", "sample_dist", "libouter.so", "native.needs", "beside_pkg", "beside_pkg.inner", "space")]
        self.assertEqual([values(item) for item in again(finder_of(*some)).indexed_resources()],
                         [values(item) for item in sorted(some, key=lambda item: item.name)])
