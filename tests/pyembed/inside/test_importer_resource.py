"""OxidizedResource: what its attributes take, and that they are copies."""

import os
import unittest
from pathlib import Path

from oxidized_importer import OxidizedResource

FLAGS = ("is_module", "is_builtin_extension_module", "is_frozen_module", "is_extension_module", "is_shared_library", "is_package", "is_namespace_package")
BYTES = ("in_memory_source", "in_memory_bytecode", "in_memory_bytecode_opt1", "in_memory_bytecode_opt2", "in_memory_extension_module_shared_library",
         "in_memory_shared_library")
MAPS = ("in_memory_package_resources", "in_memory_distribution_resources")
PATHS = ("relative_path_module_source", "relative_path_module_bytecode", "relative_path_module_bytecode_opt1", "relative_path_module_bytecode_opt2",
         "relative_path_extension_module_shared_library")
PATH_MAPS = ("relative_path_package_resources", "relative_path_distribution_resources")
ALL = ("name", *FLAGS, *BYTES, *MAPS, *PATHS, *PATH_MAPS, "shared_library_dependency_names")


class TestAttributes(unittest.TestCase):
    def each(self, names):
        for name in names:
            with self.subTest(name):
                yield name, OxidizedResource()

    def refuses(self, resource, name, *values):
        for value in values:
            with self.assertRaises(TypeError, msg=f"{name} = {value!r}"):
                setattr(resource, name, value)

    def test_a_new_one_has_an_empty_name_and_nothing_else(self):
        resource = OxidizedResource()
        self.assertEqual(resource.name, "")
        self.assertTrue(all(getattr(resource, name) is False for name in FLAGS))
        self.assertTrue(all(getattr(resource, name) is None for name in ALL if name not in ("name", *FLAGS)))

    def test_the_repr_has_the_name(self):
        resource = OxidizedResource()
        resource.name = "a.b"
        self.assertEqual(repr(resource), '<OxidizedResource name="a.b">')

    def test_it_takes_no_arguments(self):
        self.assertRaises(TypeError, OxidizedResource, "name")

    def test_there_are_no_other_attributes(self):
        self.assertRaises(AttributeError, setattr, OxidizedResource(), "in_memory_sauce", b"")

    def test_none_can_be_deleted(self):
        for name, resource in self.each(ALL):
            self.assertRaises(AttributeError, delattr, resource, name)

    def test_the_name_is_a_str(self):
        resource = OxidizedResource()
        resource.name = "foobar"
        self.assertEqual(resource.name, "foobar")
        self.refuses(resource, "name", None, b"x", 1)

    def test_flags_are_bools(self):
        for name, resource in self.each(FLAGS):
            setattr(resource, name, True)
            self.assertIs(getattr(resource, name), True)
            setattr(resource, name, False)
            self.assertIs(getattr(resource, name), False)
            self.refuses(resource, name, "foo", None, 1)

    def test_data_are_bytes_like_or_none(self):
        for name, resource in self.each(BYTES):
            for value in (b"data", bytearray(b"data"), memoryview(b"data")):
                setattr(resource, name, value)
                self.assertEqual((getattr(resource, name), type(getattr(resource, name))), (b"data", bytes))
            self.refuses(resource, name, "data", True, 3, [1])
            setattr(resource, name, None)
            self.assertIsNone(getattr(resource, name))

    def test_data_are_copied_in(self):
        for name, resource in self.each(BYTES):
            buffer = bytearray(b"abc")
            setattr(resource, name, buffer)
            buffer[0] = 0
            self.assertEqual(getattr(resource, name), b"abc")

    def test_files_are_a_dict_of_bytes_or_none(self):
        for name, resource in self.each(MAPS):
            setattr(resource, name, {"a/b.txt": bytearray(b"x"), "empty": b""})
            self.assertEqual(getattr(resource, name), {"a/b.txt": b"x", "empty": b""})
            self.refuses(resource, name, {1: b"x"}, {"a": "text"}, {"a": None}, [("a", b"x")], b"x", True)
            setattr(resource, name, None)
            self.assertIsNone(getattr(resource, name))

    def test_dicts_are_copied_in_and_out(self):
        for name, resource in self.each((*MAPS, *PATH_MAPS)):
            given = {"a": b"x"}
            setattr(resource, name, given)
            given["b"] = b"y"
            getattr(resource, name)["c"] = b"z"
            self.assertEqual(list(getattr(resource, name)), ["a"])

    def test_paths_take_what_is_a_path_and_give_pathlibs(self):
        for name, resource in self.each(PATHS):
            for value in ("lib/a.py", b"lib/a.py", Path("lib/a.py")):
                setattr(resource, name, value)
                self.assertEqual(getattr(resource, name), Path("lib/a.py"))
            self.refuses(resource, name, 1, True, ["a"], {})
            setattr(resource, name, None)
            self.assertIsNone(getattr(resource, name))

    def test_a_path_may_be_no_text(self):
        resource = OxidizedResource()
        resource.relative_path_module_source = b"lib/\xff.py"
        self.assertEqual(os.fsencode(resource.relative_path_module_source), b"lib/\xff.py")

    def test_paths_of_files_are_a_dict_of_paths(self):
        for name, resource in self.each(PATH_MAPS):
            setattr(resource, name, {"a": "lib/a", "b": b"lib/b", "c": Path("lib/c")})
            self.assertEqual(getattr(resource, name), {"a": Path("lib/a"), "b": Path("lib/b"), "c": Path("lib/c")})
            self.refuses(resource, name, {1: "x"}, {"a": 1}, {"a": None}, ["a"], "a")
            setattr(resource, name, None)
            self.assertIsNone(getattr(resource, name))

    def test_names_of_libraries_are_a_list_of_str(self):
        resource = OxidizedResource()
        resource.shared_library_dependency_names = ("libz.so.1", "libx.so")
        self.assertEqual(resource.shared_library_dependency_names, ["libz.so.1", "libx.so"])
        self.refuses(resource, "shared_library_dependency_names", [b"x"], [1], "libz.so.1", b"libz", 3, True)
        resource.shared_library_dependency_names = None
        self.assertIsNone(resource.shared_library_dependency_names)

    def test_the_list_of_libraries_is_copied_in_and_out(self):
        resource = OxidizedResource()
        given = ["liba.so"]
        resource.shared_library_dependency_names = given
        given.append("libb.so")
        resource.shared_library_dependency_names.append("libc.so")
        self.assertEqual(resource.shared_library_dependency_names, ["liba.so"])
