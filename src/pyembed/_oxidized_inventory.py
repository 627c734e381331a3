"""The finder's methods that look at, add and write resources as OxidizedResource objects."""

import os
import sys

from _oxidized_resource import OxidizedResource

_PACKAGE, _NAMESPACE, _BUILTIN, _SHARED, _IN_FILESYSTEM = 1, 2, 4, 8, 32


def _of_module(finder, name):
    flags, path, root, code, source, library, needed = finder._module(name)
    resource = OxidizedResource()
    resource.name = name
    resource.is_builtin_extension_module = bool(flags & _BUILTIN)
    resource.is_extension_module = bool(flags & _SHARED)
    resource.is_module = not flags & (_BUILTIN | _SHARED)
    resource.is_package = bool(flags & (_PACKAGE | _NAMESPACE))
    resource.is_namespace_package = bool(flags & _NAMESPACE)
    resource.in_memory_source = source
    if code is not None:
        suffix = ("", "_opt1", "_opt2")[flags >> 8 & 3]
        setattr(resource, "in_memory_bytecode" + suffix, code)
    resource.in_memory_extension_module_shared_library = library
    resource.shared_library_dependency_names = needed or None
    if flags & _IN_FILESYSTEM and not flags & _NAMESPACE:
        _set_relative_paths(resource, f"{root}/{path}", flags)
    files = {item: finder._resource(name, item) for item in finder._resources(name)}
    resource.in_memory_package_resources = {item: data for item, data in files.items() if isinstance(data, bytes)} or None
    beside = {item: os.path.relpath(data, finder.origin) for item, data in files.items() if isinstance(data, str)}
    resource.relative_path_package_resources = beside or None
    return resource


def _set_relative_paths(resource, path, flags):
    """Where a module's files lie, relative to the executable's folder."""
    suffix = ("", "_opt1", "_opt2")[flags >> 8 & 3]
    if flags & _SHARED:
        resource.relative_path_extension_module_shared_library = path
    elif path.endswith(".pyc"):
        setattr(resource, "relative_path_module_bytecode" + suffix, path)
    else:
        from importlib.util import cache_from_source
        resource.relative_path_module_source = path
        setattr(resource, "relative_path_module_bytecode" + suffix, cache_from_source(path))


def indexed_resources(finder):
    """Everything that the finder knows, in the order of names."""
    added = finder._added()
    found = {name: _of_module(finder, name) for name, *_ in finder._modules("")}
    found.update(added)
    return [found[name] for name in sorted(found)]


def added_spec(finder, name, resource):
    """The spec of a module that was added when the program ran."""
    if resource.is_builtin_extension_module:
        return sys.modules["_frozen_importlib"].BuiltinImporter.find_spec(name)
    if resource.is_frozen_module:
        return sys.modules["_frozen_importlib"].FrozenImporter.find_spec(name)
    from importlib.machinery import ModuleSpec
    beside = resource._beside
    if beside is not None and resource.in_memory_source is None and resource._bytecode is None:
        from importlib.util import spec_from_file_location
        file = os.path.join(finder.origin, beside)
        return spec_from_file_location(name, file, submodule_search_locations=[os.path.dirname(file)] if resource.is_package else None)
    tail = name.replace(".", "/")
    path = f"{tail}/__init__.py" if resource.is_package else f"{tail}.py"
    spec = ModuleSpec(name, AddedLoader(finder, resource), origin=None if resource.is_namespace_package else f"{finder.path_hook_base_str}/{path}",
                      is_package=resource.is_package or resource.is_namespace_package)
    if spec.submodule_search_locations is not None:
        spec.submodule_search_locations.append(f"{finder.path_hook_base_str}/{tail}")
    spec.has_location = not resource.is_namespace_package
    return spec


class AddedLoader:
    """Loads a module from an OxidizedResource."""

    def __init__(self, finder, resource):
        self._finder, self._resource = finder, resource

    def create_module(self, spec):
        if self._resource.in_memory_extension_module_shared_library is not None:
            raise ImportError(f"the extension module {spec.name!r} was added when the program ran, and must be packed to be loaded", name=spec.name)
        return None

    def exec_module(self, module):
        code = self.get_code(module.__name__)
        if code is not None:
            exec(code, module.__dict__)

    def get_code(self, fullname):
        import marshal
        bytecode = self._resource._bytecode
        if bytecode is not None:
            return marshal.loads(bytecode[0])
        source = self._resource.in_memory_source
        if source is None:
            return None
        return compile(source, self.get_filename(fullname), "exec", dont_inherit=True)

    def get_source(self, fullname):
        from importlib.util import decode_source
        source = self._resource.in_memory_source
        return None if source is None else decode_source(source)

    def get_filename(self, fullname):
        tail = fullname.replace(".", "/")
        return f"{self._finder.path_hook_base_str}/{tail}/__init__.py" if self._resource.is_package else f"{self._finder.path_hook_base_str}/{tail}.py"

    def is_package(self, fullname):
        return self._resource.is_package


def check(resource):
    if not isinstance(resource, OxidizedResource):
        raise TypeError(f"an OxidizedResource is needed, not {type(resource).__name__}")
    if not resource.name:
        raise ValueError("the resource has no name")
    return resource.name


def serialize(finder, ignore_builtin=True, ignore_frozen=True):
    """A packed-resources blob of everything that the finder knows; `index_bytes` reads it."""
    from _oxidized_writer import write
    return write([resource for resource in indexed_resources(finder)
                  if not (ignore_builtin and resource.is_builtin_extension_module or ignore_frozen and resource.is_frozen_module)])
