"""What a finder answers for resources that were added when the program ran (added.c). The functions get the finder, the resource, and the name that was asked
for: that of the resource, or `<package>.__init__`."""

import marshal
import os
import re
import sys
from importlib.machinery import ModuleSpec
from importlib.util import decode_source, spec_from_file_location

import _oxidized_fixups
import oxidized_importer
from _oxidized_writer import write

_PACKAGE, _NAMESPACE, _BUILTIN, _SHARED, _BESIDE = 1, 2, 4, 8, 32


# ---- modules ----

def _is_package(resource, name):
    return name == resource.name and (resource.is_package or resource.is_namespace_package)


def _path(resource):
    """Of the module's file below the executable; what is linked in or frozen, and a namespace package, have none."""
    tail = resource.name.replace(".", "/")
    if resource._in_memory_extension_module_shared_library is not None:
        return f"{tail}.so"
    return f"{tail}/__init__.py" if resource.is_package else f"{tail}.py"


def _file(finder, resource):
    if resource.is_namespace_package or not finder._has_file:
        return None
    return f"{finder.path_hook_base_str}/{_path(resource)}"


def _importer(name):
    return getattr(sys.modules["_frozen_importlib"], name)


def find_spec(finder, resource, name):
    if not resource._is_importable or (name != resource.name and not resource.is_package):
        return None
    if resource.is_builtin_extension_module:
        return _importer("BuiltinImporter").find_spec(name)
    if resource.is_frozen_module:
        return _importer("FrozenImporter").find_spec(name)
    if resource._beside is not None:
        return _spec_beside(finder, resource, name)
    file = _file(finder, resource)
    is_package = _is_package(resource, name)
    spec = ModuleSpec(name, finder, origin=file, is_package=is_package)
    spec.has_location = file is not None
    if is_package:
        spec.submodule_search_locations.append(f"{finder.path_hook_base_str}/{name.replace('.', '/')}")
    return spec


def _spec_beside(finder, resource, name):
    """Of a file: importlib's own loaders have it."""
    file = os.path.join(finder.origin, resource._beside)
    locations = [os.path.dirname(file)] if _is_package(resource, name) else None
    return spec_from_file_location(name, file, submodule_search_locations=locations)


def _delegate(finder, resource, name, method):
    """Asks the loader of what is not in memory; `_none` if it has no such method."""
    spec = find_spec(finder, resource, name)
    if spec is None:
        raise ImportError(f"unknown module: {name!r}", name=name)
    if spec.loader is finder:
        return None
    return getattr(spec.loader, method, _none)


def _none(name):
    return None


def create_module(finder, resource, name, spec):
    if resource._in_memory_extension_module_shared_library is None:
        return None
    bare = resource._copy()
    bare.shared_library_dependency_names = None
    carrier = oxidized_importer.OxidizedFinder()
    carrier.index_bytes(write([bare]))
    module = carrier.create_module(spec)
    if not finder._has_file:
        vars(module).pop("__file__", None)
    return module


def code_to_run(finder, resource, name, module):
    """What `exec_module` runs; None if there is nothing to run."""
    if resource._in_memory_extension_module_shared_library is not None:
        sys.modules["_imp"].exec_dynamic(module)
        return None
    return get_code(finder, resource, name)


def after_run(finder, resource, name, module):
    if name in ("multiprocessing", "pkg_resources"):
        getattr(_oxidized_fixups, name)(finder, module)


def get_code(finder, resource, name):
    ask = _delegate(finder, resource, name, "get_code")
    if ask is not None:
        return ask(name)
    if resource.is_namespace_package:
        return compile("", "<string>", "exec", dont_inherit=True)
    file, source, bytecode = _file(finder, resource), resource._in_memory_source, resource._bytecode
    if bytecode is None and source is not None:
        return _importer("_call_with_frames_removed")(compile, source, file or _path(resource), "exec", dont_inherit=True)
    bytecode = bytecode or next((code for code in resource._levels if code is not None), None)
    if bytecode is None:
        return None
    code = marshal.loads(bytecode)
    if file is not None:
        sys.modules["_imp"]._fix_co_filename(code, file)
    return code


def get_source(finder, resource, name):
    ask = _delegate(finder, resource, name, "get_source")
    if ask is not None:
        return ask(name)
    if resource.is_namespace_package:
        return ""
    source = resource._in_memory_source
    return None if source is None else decode_source(source)


def get_filename(finder, resource, name):
    ask = _delegate(finder, resource, name, "get_filename")
    file = _file(finder, resource) if ask is None else ask(name)
    if file is None:
        raise ImportError(f"module {name!r} has no file name", name=name)
    return file


def is_package(finder, resource, name):
    ask = _delegate(finder, resource, name, "is_package")
    return bool(_is_package(resource, name) if ask is None else ask(name))


def get_resource_reader(finder, resource, name):
    if not resource._is_importable or not _is_package(resource, name):
        return None
    return oxidized_importer.OxidizedResourceReader(finder, name)


# ---- the inventory: in the form of inventory.c ----

def modules(finder, packed, prefix):
    added = finder._added()
    found = {item[0]: item for item in packed if item[0] not in added}
    for name, resource in added.items():
        if name.startswith(prefix) and resource._is_importable:
            has_file = resource._in_memory_source is not None or resource._in_memory_extension_module_shared_library is not None
            found[name] = (name, resource.is_package or resource.is_namespace_package, _path(resource), has_file)
    return [found[name] for name in sorted(found)]


def flags(finder, resource, name):
    if not resource._is_importable or (name != resource.name and not resource.is_package):
        return 0
    return ((_PACKAGE if resource.is_package and name == resource.name else 0) | (_NAMESPACE if resource.is_namespace_package else 0)
            | (_BUILTIN if resource.is_builtin_extension_module else 0) | (_SHARED if resource.is_extension_module else 0))


def file_name(finder, resource, name):
    has_file = resource._in_memory_source is not None or resource._in_memory_extension_module_shared_library is not None
    return _path(resource).rpartition("/")[2] if has_file else None


def _joined(finder, in_memory, relative):
    """One dictionary: bytes, or the path of a file."""
    return {**{name: os.path.join(finder.origin, path) for name, path in (relative or {}).items()}, **(in_memory or {})}


def _resources(finder, resource):
    return _joined(finder, resource._in_memory_package_resources, resource._relative_path_package_resources)


def resources(finder, resource, name):
    return sorted(_resources(finder, resource)) if name == resource.name else []


def resource(finder, resource, name, item):
    return _resources(finder, resource).get(item) if name == resource.name else None


# ---- distributions ----

def key_of(name):
    """The form in which names of distributions are compared."""
    return re.sub(r"[-_.]+", "-", name).lower().replace("-", "_")


def _distribution(finder, key):
    for name, resource in finder._added().items():
        if key_of(name) == key and (resource._in_memory_distribution_resources is not None or resource._relative_path_distribution_resources is not None):
            return resource, _joined(finder, resource._in_memory_distribution_resources, resource._relative_path_distribution_resources)
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
    return _data_beside(finder, path, path[len(origin):]) if path.startswith(origin) else None


def _data_in_memory(finder, path):
    added = finder._added()
    for resource in added.values():
        if resource._in_memory_source is not None and _path(resource) == path:
            return resource._in_memory_source
        if resource._in_memory_extension_module_shared_library is not None and _path(resource) == path:
            return resource._in_memory_extension_module_shared_library
    parts = path.split("/")
    for count in range(len(parts) - 1, 0, -1):
        resource = added.get(".".join(parts[:count]))
        if resource is not None and _is_package(resource, resource.name):
            data = (resource._in_memory_package_resources or {}).get("/".join(parts[count:]))
            return data
    for key, _, folder, _ in finder._distributions():
        if folder == parts[0]:
            data = finder._distribution_file(key, "/".join(parts[1:]))
            return data if isinstance(data, bytes) else None
    return None


def _data_beside(finder, path, relative):
    """A resource of the deepest package whose folder is in the path; nothing else that lies there."""
    parts = relative.split("/")
    for count in range(len(parts) - 1, 0, -1):
        for first in range(count):
            package = ".".join(parts[first:count])
            if finder._flags(package) & (_PACKAGE | _NAMESPACE) and finder._resource(package, "/".join(parts[count:])) == path:
                with open(path, "rb") as file:
                    return file.read()
    return None
