"""Memory that is out, at every single allocation of what the importer does: a MemoryError, or the answer; never another error, and everything works afterwards."""

import _thread
import functools
import importlib
import importlib.metadata
import importlib.resources
import io
import os
import sys
import traceback
import types
import unittest
import unittest.mock

import native.nomemory
from oxidized_importer import OxidizedFinder, OxidizedResource

FINDER = sys.meta_path[0]
ENTRY = FINDER.path_hook(f"{sys.executable}/sample")
LIMIT = 20_000


def spec_of(name, path=None):
    spec = FINDER.find_spec(name, path)
    return spec and (spec.name, spec.origin, spec.cached, spec.has_location, spec.submodule_search_locations and list(spec.submodule_search_locations))


def executed(name):
    module = types.ModuleType(name)
    module.__spec__ = FINDER.find_spec(name)
    FINDER.exec_module(module)
    return sorted(vars(module))


def created(name):
    return FINDER.create_module(FINDER.find_spec(name)).__name__


def imported(name):
    sys.modules.pop(name, None)
    return importlib.import_module(name).__name__


def made(name="made", **attributes):
    resource = OxidizedResource()
    resource.name, resource.is_module = name, True
    for key, value in attributes.items():
        setattr(resource, key, value)
    return resource


def finder_with_source(source):
    finder = OxidizedFinder()
    finder.add_resource(made(in_memory_source=source))
    blob = finder.serialize_indexed_resources()
    indexed = OxidizedFinder()
    indexed.index_bytes(blob)
    return indexed


def displayed():
    stream, sys.stderr = sys.stderr, io.StringIO()
    try:
        sys.excepthook(ValueError, ValueError("shown"), None)
        return sys.stderr.getvalue()
    finally:
        sys.stderr = stream


def fail_as_importlib():
    try:
        functools.partial(importlib._bootstrap._call_with_frames_removed, int, "no number")()
    except ValueError as error:
        return str(error)


def opened():
    with open("/proc/self/comm", "rb") as file:
        return file.read(1)


class TestMemory(unittest.TestCase):
    @staticmethod
    def errors_of_cpython(action):
        """What CPython itself raises in place of a MemoryError ("can't allocate lock"): text by type."""
        errors = set()
        for number in range(1, LIMIT):
            was_reached, _, error = native.nomemory.call(number, action)
            if not was_reached:
                return errors
            if error is not None and not isinstance(error, MemoryError):
                errors.add((type(error), str(error)))

    def at_every_allocation(self, action, errors=frozenset()):
        """Returns how many allocations there are."""
        expected = action()
        for number in range(1, LIMIT):
            was_reached, result, error = native.nomemory.call(number, action)
            if not was_reached:
                self.assertEqual(result, expected)
                return number - 1
            good = result == expected if error is None else isinstance(error, MemoryError) or (type(error), str(error)) in errors
            if not good:
                self.fail(f"allocation {number}: {result!r}, {error and ''.join(traceback.format_exception(error))}")
            del error, result
            self.assertEqual(action(), expected, f"after allocation {number}")
        self.fail("it never ends")

    def check(self, *actions, like=()):
        """`like`: what CPython's own functions below raise, these may raise too."""
        errors = set().union(*map(self.errors_of_cpython, like))
        for action in actions:
            with self.subTest(action=(action.__code__.co_names, action.__code__.co_consts)):
                self.assertGreater(self.at_every_allocation(action, errors), 0)

    def test_memory_that_is_out_while_code_is_loaded_is_no_damage(self):
        self.check(lambda: FINDER.get_code("sample.one").co_names, lambda: executed("sample.one"), lambda: executed("sample"))

    def test_memory_that_is_out_while_modules_are_found(self):
        self.check(lambda: spec_of("sample"), lambda: spec_of("sample.one"), lambda: spec_of("sample.one", [f"{sys.executable}/sample"]), lambda: spec_of("space"),
                   lambda: spec_of("space.part"), lambda: spec_of("sample.one", ["/elsewhere", f"{sys.executable}/sample"]), lambda: spec_of("native.multi"),
                   lambda: spec_of("beside_pkg.inner"), lambda: spec_of("halves"))

    def test_memory_that_is_out_while_a_source_is_compiled(self):
        good, bad = finder_with_source(b"VALUE = 1\n"), finder_with_source(b"VALUE = \n")

        def text_of_error():
            try:
                bad.get_code("made")
            except SyntaxError as error:
                return error.text
        # CPython's compiler dies of some failures (3.11)
        with unittest.mock.patch("builtins.compile", functools.partial(native.nomemory.spare, compile)):
            self.check(lambda: good.get_code("made").co_names, lambda: good.get_source("made"), text_of_error, like=[fail_as_importlib])

    def test_memory_that_is_out_while_a_loader_is_asked(self):
        self.check(lambda: FINDER.get_source("sample.one"), lambda: FINDER.get_filename("sample.one"), lambda: FINDER.get_data(f"{sys.executable}/sample/one.py"),
                   lambda: FINDER.get_data(f"{sys.executable}/sample/data/table.csv"), lambda: type(FINDER.get_resource_reader("sample")),
                   lambda: FINDER.get_source("beside"), like=[opened])

    def test_memory_that_is_out_while_extension_modules_are_loaded(self):
        self.check(lambda: created("native.multi"), lambda: created("native.needs"), lambda: created("native.single"))

    def test_memory_that_is_out_while_modules_are_imported(self):
        self.check(lambda: imported("sample.one"), lambda: imported("native.multi"), like=[_thread.allocate_lock])

    def test_memory_that_is_out_while_resources_are_read(self):
        root = importlib.resources.files("sample")
        self.check(lambda: root.joinpath("data/table.csv").read_bytes(), lambda: [item.name for item in root.iterdir()],
                   lambda: root.joinpath("nothing").is_file(), lambda: [item.name for item in importlib.resources.files("space").iterdir()])

    def test_memory_that_is_out_while_metadata_is_read(self):
        self.check(lambda: FINDER._distributions(), lambda: FINDER._distribution_files("sample_dist"), lambda: FINDER._distribution_file("sample_dist", "METADATA"),
                   lambda: [item.read_text("METADATA") for item in FINDER.find_distributions()])

    def test_memory_that_is_out_while_the_inventory_is_asked(self):
        small = finder_with_source(b"")
        self.check(lambda: FINDER._modules("sample."), lambda: FINDER._module("sample.one"), lambda: FINDER._module("native.needs"), lambda: FINDER._file_name("sample.one"),
                   lambda: FINDER._resources("sample"), lambda: FINDER._resource("sample", "data/table.csv"), lambda: FINDER._resource("sample", "x\udce9"),
                   lambda: ENTRY.iter_modules(), lambda: repr(FINDER.path_hook(f"{sys.executable}/sample")),
                   lambda: small.iter_modules(), lambda: FINDER.origin, lambda: FINDER.path_hook_base_str)

    def test_memory_that_is_out_while_resources_are_added(self):
        blob = bytes(finder_with_source(b"VALUE = 1\n").serialize_indexed_resources())

        def indexed():
            finder = OxidizedFinder()
            finder.index_bytes(blob)
            finder.add_resources([made("first"), made("second", in_memory_source=b"")])
            return [item.name for item in finder.indexed_resources()]
        self.check(indexed, lambda: finder_with_source(b"").get_source("made"))

    def test_memory_that_is_out_while_the_interpreters_own_modules_and_aliases_are_found(self):
        self.check(lambda: spec_of("_io"), lambda: spec_of("wsgiref.util", [f"{sys.executable}/ctypes"]),
                   lambda: spec_of("wsgiref.nothing", [f"{sys.executable}/ctypes"]))

    def test_memory_that_is_out_while_a_path_or_a_file_is_refused(self):
        def refused(call, argument):
            try:
                return call(argument)
            except (ImportError, ValueError) as error:
                return str(error), str(error.__cause__)
        self.check(lambda: refused(FINDER.path_hook, "/elsewhere"), lambda: refused(FINDER.path_hook, 5),
                   lambda: refused(OxidizedFinder().index_file_memory_mapped, "/no/such/file"))

    def test_memory_that_is_out_while_added_resources_are_asked(self):
        finder = OxidizedFinder()
        finder.add_resources([made(in_memory_source=b"VALUE = 1\n"), made("package", is_package=True, in_memory_source=b"", in_memory_package_resources={"a": b"b"})])
        self.check(lambda: finder.find_spec("made").name, lambda: finder.get_filename("made"), lambda: finder.is_package("package"),
                   lambda: finder.get_data(f"{sys.executable}/package/a"), lambda: finder.iter_modules(), lambda: finder._resource("package", "a"))

    def test_the_finder_that_is_lent_to_meta_path_is_taken_back_without_memory_too(self):
        finder, own = OxidizedFinder(), OxidizedFinder()
        finder.add_resource(made())

        def listed():
            return [item.name for item in finder.indexed_resources()]
        with unittest.mock.patch.object(sys, "meta_path", [own]):
            for number in range(1, LIMIT):
                was_reached, names, error = native.nomemory.call(number, listed)
                self.assertTrue(names == ["made"] if error is None else isinstance(error, MemoryError), f"allocation {number}: {names!r} {error!r}")
                self.assertEqual(sys.meta_path, [own], f"allocation {number}")
                if not was_reached:
                    break
            self.assertGreater(number, 5)

    def test_memory_that_is_out_while_an_exception_is_shown(self):
        self.assertEqual(displayed(), "ValueError: shown\n")
        self.addCleanup(os.dup2, os.dup(2), 2)
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 2)  # CPython's own words for an exception that it could not show
        for number in range(1, LIMIT):
            was_reached, shown, error = native.nomemory.call(number, displayed)
            if not was_reached:
                break
            self.assertTrue(error is None or isinstance(error, MemoryError), f"allocation {number}: {error!r}")
            self.assertEqual(displayed(), "ValueError: shown\n")
            self.assertIs(io.open, open)
        self.assertGreater(number, 1)

    def test_failures_of_memory_leave_nothing_behind(self):
        def action():
            # nothing that calls functions in Python: CPython 3.11 loses references where those fail
            return (FINDER.get_code("sample.one").co_names, FINDER._module("native.needs"), FINDER.get_data(f"{sys.executable}/sample/one.py"),
                    FINDER._distributions(), FINDER._resource("sample", "data/table.csv"), FINDER.get_filename("sample"))
        self.at_every_allocation(action)
        blocks = sys.getallocatedblocks()
        rounds = self.at_every_allocation(action)
        self.assertGreater(rounds, 30)
        self.assertLess(sys.getallocatedblocks() - blocks, rounds / 10)
