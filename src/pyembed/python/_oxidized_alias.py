"""Modules that are found along the path of a package under another name (aliases.c): setuptools' `distutils`."""

from importlib.machinery import ModuleSpec


class AliasLoader:
    """Loads the packed module `real` as a module of another name."""

    def __init__(self, finder, name, real):
        self._finder, self._name, self._real = finder, name, real

    def _real_name(self, fullname):
        if fullname != self._name:
            raise ImportError(f"loader for {self._name} cannot handle {fullname}", name=fullname)
        return self._real

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(self._finder.get_code(self._real), module.__dict__)

    def get_code(self, fullname):
        return self._finder.get_code(self._real_name(fullname))

    def get_source(self, fullname):
        return self._finder.get_source(self._real_name(fullname))

    def get_filename(self, fullname):
        return self._finder.get_filename(self._real_name(fullname))

    def is_package(self, fullname):
        return self._finder.is_package(self._real_name(fullname))

    def get_resource_reader(self, fullname):
        return self._finder.get_resource_reader(self._real_name(fullname))

    def get_data(self, path):
        return self._finder.get_data(path)


def find_spec(finder, name, real):
    found = finder.find_spec(real)
    if found is None:
        return None
    spec = ModuleSpec(name, AliasLoader(finder, name, real), origin=found.origin, is_package=found.submodule_search_locations is not None)
    spec.has_location = found.has_location
    if found.submodule_search_locations is not None:
        spec.submodule_search_locations = list(found.submodule_search_locations)
    return spec
