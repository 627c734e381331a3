"""The finder's answers for resources that the program added (added.c). The functions get the finder, the resource, and the requested name: that of the resource,
or `<package>.__init__`."""

import marshal
import os
import sys
from importlib.machinery import ModuleSpec
from importlib.util import decode_source, spec_from_file_location

import _oxidized_fixups
import oxidized_importer
from _oxidized_added_files import file_below, joined
from _oxidized_writer import write

_PACKAGE, _NAMESPACE, _BUILTIN, _SHARED, _APP_RELATIVE = 1, 2, 4, 8, 32


# ---- modules ----

def _is_package(resource, name):
    return name == resource.name and (resource.is_package or resource.is_namespace_package)


def _file(finder, resource):
    if resource.is_namespace_package or not finder._has_file:
        return None
    return f"{finder.path_hook_base_str}/{file_below(resource)}"


def _importer(name):
    return getattr(sys.modules["_frozen_importlib"], name)


def find_spec(finder, resource, name):
    if not resource._is_importable or (name != resource.name and not resource.is_package):
        return None
    if resource.is_builtin_extension_module:
        return _importer("BuiltinImporter").find_spec(name)
    if resource.is_frozen_module:
        return _importer("FrozenImporter").find_spec(name)
    if resource._app_relative is not None:
        return _app_relative_spec(finder, resource, name)
    file = _file(finder, resource)
    is_package = _is_package(resource, name)
    spec = ModuleSpec(name, finder, origin=file, is_package=is_package)
    spec.has_location = file is not None
    if is_package:
        spec.submodule_search_locations.append(f"{finder.path_hook_base_str}/{name.replace('.', '/')}")
    return spec


def _app_relative_spec(finder, resource, name):
    """The spec of a file, which importlib's own loaders load."""
    file = os.path.join(finder.origin, resource._app_relative)
    locations = [os.path.dirname(file)] if _is_package(resource, name) else None
    return spec_from_file_location(name, file, submodule_search_locations=locations)


def _delegate(finder, resource, name, method):
    """A method of the loader of a module that is not in memory, `_none` if the loader lacks it; None if the module is in memory."""
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
        return _importer("_call_with_frames_removed")(compile, source, file or file_below(resource), "exec", dont_inherit=True)
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
            found[name] = (name, resource.is_package or resource.is_namespace_package, file_below(resource), has_file)
    return [found[name] for name in sorted(found)]


def flags(finder, resource, name):
    if not resource._is_importable or (name != resource.name and not resource.is_package):
        return 0
    return ((_PACKAGE if resource.is_package and name == resource.name else 0) | (_NAMESPACE if resource.is_namespace_package else 0)
            | (_BUILTIN if resource.is_builtin_extension_module else 0) | (_SHARED if resource.is_extension_module else 0))


def file_name(finder, resource, name):
    has_file = resource._in_memory_source is not None or resource._in_memory_extension_module_shared_library is not None
    return file_below(resource).rpartition("/")[2] if has_file else None


def _resources(finder, resource):
    return joined(finder, resource._in_memory_package_resources, resource._relative_path_package_resources)


def resources(finder, resource, name):
    return sorted(_resources(finder, resource)) if name == resource.name else []


def resource(finder, resource, name, item):
    return _resources(finder, resource).get(item) if name == resource.name else None
