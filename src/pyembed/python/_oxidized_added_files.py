"""Files of what was added when the program ran (_oxidized_added.py): distributions, and data by path."""

import os
import re

_PACKAGE, _NAMESPACE = 1, 2


def file_below(resource):
    """The path of a module's file below the executable."""
    tail = resource.name.replace(".", "/")
    if resource._in_memory_extension_module_shared_library is not None:
        return f"{tail}.so"
    return f"{tail}/__init__.py" if resource.is_package else f"{tail}.py"


def joined(finder, in_memory, relative):
    """One dictionary: bytes, or the path of a file."""
    return {**{name: os.path.join(finder.origin, path) for name, path in (relative or {}).items()}, **(in_memory or {})}


def key_of(name):
    """The form in which names of distributions are compared."""
    return re.sub(r"[-_.]+", "-", name).lower().replace("-", "_")


def _distribution(finder, key):
    for name, resource in finder._added().items():
        if key_of(name) == key and (resource._in_memory_distribution_resources is not None or resource._relative_path_distribution_resources is not None):
            return resource, joined(finder, resource._in_memory_distribution_resources, resource._relative_path_distribution_resources)
    return None, None


def _content(files, name):
    data = files.get(name)
    if isinstance(data, str):
        with open(data, "rb") as file:
            return file.read()
    return data


def _version(files):
    for name in ("METADATA", "PKG-INFO"):
        found = re.search(rb"^Version:[ \t]*(\S+)", _content(files, name) or b"", re.M | re.I)
        if found:
            return found[1].decode("utf-8", "replace")
    return ""


def distributions(finder, packed):
    found = {item[0]: item for item in packed}
    for name in finder._added():
        _, files = _distribution(finder, key_of(name))
        if files is not None:
            version = _version(files)
            ending = "egg-info" if "PKG-INFO" in files and "METADATA" not in files else "dist-info"
            found[key_of(name)] = (key_of(name), version, f"{name}-{version}.{ending}", None)
    return [found[key] for key in sorted(found)]


def distribution_files(finder, key):
    _, files = _distribution(finder, key)
    return None if files is None else sorted(files)


def distribution_file(finder, key, name):
    """None if nothing of that name was added; then the blob is asked."""
    _, files = _distribution(finder, key)
    return None if files is None else files.get(name)


# ---- by path ----

def get_data(finder, path):
    """What a path names of all that is not in a blob, or None."""
    path = os.fsdecode(path)
    base = finder.path_hook_base_str + "/"
    if path.startswith(base):
        return _data_in_memory(finder, path[len(base):])
    origin = finder.origin.rstrip("/") + "/"
    return _app_relative_data(finder, path, path[len(origin):]) if path.startswith(origin) else None


def _data_in_memory(finder, path):
    added = finder._added()
    for resource in added.values():
        if resource._in_memory_source is not None and file_below(resource) == path:
            return resource._in_memory_source
        if resource._in_memory_extension_module_shared_library is not None and file_below(resource) == path:
            return resource._in_memory_extension_module_shared_library
    parts = path.split("/")
    for count in range(len(parts) - 1, 0, -1):
        resource = added.get(".".join(parts[:count]))
        if resource is not None and (resource.is_package or resource.is_namespace_package):
            data = (resource._in_memory_package_resources or {}).get("/".join(parts[count:]))
            return data
    for key, _, folder, _ in finder._distributions():
        if folder == parts[0]:
            data = finder._distribution_file(key, "/".join(parts[1:]))
            return data if isinstance(data, bytes) else None
    return None


def _app_relative_data(finder, path, relative):
    """A resource of the deepest package whose folder is in the path; nothing else that lies there."""
    parts = relative.split("/")
    for count in range(len(parts) - 1, 0, -1):
        for first in range(count):
            package = ".".join(parts[first:count])
            if finder._flags(package) & (_PACKAGE | _NAMESPACE) and finder._resource(package, "/".join(parts[count:])) == path:
                with open(path, "rb") as file:
                    return file.read()
    return None
