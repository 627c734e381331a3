"""All that a finder can be asked, of packed resources in which a byte was changed: an exception at most. Bytecode is not loaded: CPython does not check it."""

import unittest

from oxidized_importer import OxidizedFinder, OxidizedResource

MASKS = (0x01, 0x80, 0xFF, 0x10)


def blob():
    finder = OxidizedFinder()
    for name, flag in (("made", "is_package"), ("made.inner", "is_package"), ("made.inner.leaf", None), ("made.space", "is_namespace_package"), ("other", None)):
        resource = OxidizedResource()
        resource.name, resource.is_module = name, True
        if flag:
            setattr(resource, flag, True)
        if name != "made.space":
            resource.in_memory_source = b"VALUE = 1\n"
        if name == "made":
            resource.in_memory_package_resources = {"data/table.txt": b"table", "empty": b""}
            resource.in_memory_distribution_resources = {"METADATA": b"Name: made\nVersion: 1\n", "RECORD": b""}
        finder.add_resource(resource)
    native = OxidizedResource()
    native.name, native.is_module = "made._native", True
    native.in_memory_extension_module_shared_library, native.shared_library_dependency_names = b"no ELF", ["liba.so"]
    finder.add_resource(native)
    return bytearray(finder.serialize_indexed_resources())


def ask(finder):
    """Everything; returns how many questions had an answer."""
    answered = 0
    names = ("made", "made.inner", "made.inner.leaf", "made.space", "made._native", "other", "nothing")
    questions = [lambda name=name, method=method: getattr(finder, method)(name)
                 for name in names for method in ("get_filename", "is_package", "get_source", "get_resource_reader")]
    questions += [lambda name=name: finder.find_spec(name, None) for name in names]
    questions += [lambda: list(finder.iter_modules()), lambda: finder.indexed_resources(), lambda: [list(d.files or ()) for d in finder.find_distributions()],
                  lambda: list(finder.get_resource_reader("made").contents()), lambda: finder.get_resource_reader("made").open_resource("empty").read(),
                  lambda: __import__("_imp").create_dynamic and finder.create_module(finder.find_spec("made._native", None)), lambda: finder.serialize_indexed_resources()]
    for question in questions:
        try:
            question()
            answered += 1
        except (ImportError, ValueError, OSError, AttributeError, MemoryError, TypeError, KeyError):
            pass
    return answered


class TestDamage(unittest.TestCase):
    def test_a_whole_blob_answers(self):
        finder = OxidizedFinder()
        finder.index_bytes(blob())
        self.assertGreater(ask(finder), 25)

    def test_each_changed_byte_of_the_index_is_survived(self):
        whole = blob()
        data = int.from_bytes(whole[64 + 16 * 11:64 + 16 * 11 + 8], "little")
        opened = refused = 0
        for at in range(data):
            changed = bytearray(whole)
            changed[at] ^= MASKS[at % len(MASKS)]
            finder = OxidizedFinder()
            try:
                finder.index_bytes(changed)
            except ValueError:
                refused += 1
                continue
            opened += 1
            ask(finder)
        self.assertGreater(opened, 1000)
        self.assertGreater(refused, 50)

    def test_each_length_is_refused(self):
        whole = blob()
        for length in range(0, len(whole), 1):
            with self.assertRaises(ValueError):
                OxidizedFinder().index_bytes(memoryview(whole)[:length])
