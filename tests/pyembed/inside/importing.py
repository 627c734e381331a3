"""What the tests of `oxidized_importer` share: finders and resources of a test's own."""

import marshal
import sys
import unittest

from oxidized_importer import OxidizedFinder, OxidizedResource

PRODUCT = next(item for item in sys.meta_path if isinstance(item, OxidizedFinder))


class OnPath:
    """A finder on sys.meta_path for the length of a test, first or alone. What it imported of `made_up...` is forgotten."""

    def __init__(self, finder, alone=False):
        self.finder, self.alone = finder, alone

    def __enter__(self):
        self.before = sys.meta_path[:]
        sys.meta_path[:] = [self.finder] if self.alone else [self.finder, *self.before]
        return self.finder

    def __exit__(self, *exception):
        sys.meta_path[:] = self.before
        forget()


def forget():
    for name in [name for name in sys.modules if name.startswith("made_up")]:
        del sys.modules[name]


def module(name, source=b"", package=False, **attributes):
    resource = OxidizedResource()
    resource.name, resource.is_module, resource.is_package, resource.in_memory_source = name, True, package, source
    for attribute, value in attributes.items():
        setattr(resource, attribute, value)
    return resource


def resource(name, **attributes):
    """One without a kind, unless an attribute says it."""
    made = OxidizedResource()
    made.name = name
    for attribute, value in attributes.items():
        setattr(made, attribute, value)
    return made


def finder_of(*resources, **arguments):
    finder = OxidizedFinder(**arguments)
    finder.add_resources(resources)
    return finder


def code(source, name="made_up", level=0):
    return marshal.dumps(compile(source, name, "exec", dont_inherit=True, optimize=level))


class ImporterTest(unittest.TestCase):
    def setUp(self):
        self.addCleanup(forget)
