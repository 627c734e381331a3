"""The finder's methods that look at, add and write resources as OxidizedResource objects."""

import os

from _oxidized_added_files import key_of
from _oxidized_resource import _ATTRIBUTES, OxidizedResource
from _oxidized_writer import can_hold, write

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
    resource.in_memory_package_resources, resource.relative_path_package_resources = _by_place(finder, files)
    return resource


def _by_place(finder, files):
    """(those in memory, the paths of the others), each None if there are none."""
    in_memory = {name: data for name, data in files.items() if isinstance(data, bytes)}
    return in_memory or None, {name: os.path.relpath(path, finder.origin) for name, path in files.items() if isinstance(path, str)} or None


def _add_distribution(finder, found, added, name):
    if name not in added:
        resource = found.setdefault(name, OxidizedResource())
        resource.name = name
        files = {item: finder._distribution_file(name, item) for item in finder._distribution_files(name)}
        resource.in_memory_distribution_resources, resource.relative_path_distribution_resources = _by_place(finder, files)


def _add_library(found, name, data, needed):
    resource = found.setdefault(name, OxidizedResource())
    resource.name, resource.is_shared_library = name, True
    resource.in_memory_shared_library = data if isinstance(data, bytes) else None
    resource.shared_library_dependency_names = needed or None


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
    """Everything that the finder knows, in the order of names. Changes of what is returned do not change the finder."""
    added = finder._added()
    keys = {key_of(name) for name, resource in added.items() if resource.in_memory_distribution_resources or resource.relative_path_distribution_resources}
    found = {name: _of_module(finder, name) for name, *_ in finder._modules("") if name not in added}
    for name, *_ in finder._distributions():
        if name not in keys:
            _add_distribution(finder, found, added, name)
    for name, data, needed in finder._libraries():
        if name not in added:
            _add_library(found, name, data, needed)
    found.update((name, resource._copy()) for name, resource in added.items())
    return [found[name] for name in sorted(found)]


def checked(resource):
    """A copy of a resource that can be added."""
    if not isinstance(resource, OxidizedResource):
        raise TypeError(f"an OxidizedResource is needed, not {type(resource).__name__}")
    if not resource.name:
        raise ValueError("the resource has no name")
    return resource._copy()


# ---- serialized ----

def serialize(finder, ignore_builtin=True, ignore_frozen=True):
    """A packed-resources blob of everything that the finder knows; `index_bytes` reads it."""
    resources = [resource for resource in indexed_resources(finder)
                 if not (ignore_builtin and resource.is_builtin_extension_module or ignore_frozen and resource.is_frozen_module)]
    others = [resource for resource in resources if not can_hold(resource)]
    return write([resource for resource in resources if can_hold(resource)], _to_text(others) if others else None)


def _to_text(resources):
    """JSON, in ASCII: an object for each resource, with the attributes that it has; bytes in base64."""
    import json
    from base64 import b64encode
    encode = {
        "flag": lambda value: value, "names": lambda value: value, "path": str, "bytes": lambda value: b64encode(value).decode(),
        "map": lambda value: {key: b64encode(item).decode() for key, item in value.items()},
        "path_map": lambda value: {key: str(item) for key, item in value.items()},
    }
    values = [{"name": resource.name, **{name: encode[kind](getattr(resource, name)) for name, kind in _ATTRIBUTES.items()
                                         if getattr(resource, name) not in (None, False)}} for resource in resources]
    return json.dumps(values, sort_keys=True)


def restore(finder, text):
    """Adds what `_to_text` wrote."""
    import json
    from base64 import b64decode
    decode = {"bytes": b64decode, "map": lambda value: {key: b64decode(item) for key, item in value.items()}}
    try:
        for values in json.loads(text):
            resource = OxidizedResource()
            resource.name = values.pop("name")
            for name, value in values.items():
                setattr(resource, name, decode.get(_ATTRIBUTES[name], lambda value: value)(value))
            finder.add_resource(resource)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"these are no packed resources: what they say of their resources cannot be read ({error})") from error
