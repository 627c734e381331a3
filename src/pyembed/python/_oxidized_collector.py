"""Resources found in folders, and their way into packed resources: what PyOxidizer's module of this name offers to build tools."""

import importlib.machinery
import importlib.util
import marshal
import os
import re
from pathlib import Path

from _oxidized_resource import OxidizedResource


class _Found:
    """A resource as it was found; read-only."""

    _fields = ()

    def __new__(cls, *args, **kwargs):
        raise TypeError(f"{cls.__name__}s are made by find_resources_in_path()")

    @classmethod
    def _of(cls, **values):
        self = object.__new__(cls)
        vars(self).update(values)
        return self

    def __setattr__(self, name, value):
        raise AttributeError(f"attribute {name!r} of {type(self).__name__} is read-only")

    def __delattr__(self, name):
        raise AttributeError(f"attribute {name!r} of {type(self).__name__} is read-only")

    def __repr__(self):
        return f"<{type(self).__name__} {', '.join(f'{name}={getattr(self, name)!r}' for name in self._fields)}>"


class PythonModuleSource(_Found):
    """module, source (bytes), is_package"""

    __module__ = "oxidized_importer"
    _fields = ("module", "is_package")


class PythonModuleBytecode(_Found):
    """module, bytecode (bytes, without a header), optimize_level, is_package"""

    __module__ = "oxidized_importer"
    _fields = ("module", "optimize_level")


class PythonExtensionModule(_Found):
    """name, data (bytes), is_package"""

    __module__ = "oxidized_importer"
    _fields = ("name",)


class PythonPackageResource(_Found):
    """package, name (relative to it), data (bytes)"""

    __module__ = "oxidized_importer"
    _fields = ("package", "name")


class PythonPackageDistributionResource(_Found):
    """package, version, name (relative to the dist-info folder), data (bytes)"""

    __module__ = "oxidized_importer"
    _fields = ("package", "version", "name")


def find_resources_in_path(path):
    """What lies below a folder that could stand on sys.path."""
    root = Path(os.fsdecode(path))
    if not root.is_dir():
        raise ValueError(f"path is not a directory: {root}")
    files = sorted(item for item in root.rglob("*") if item.is_file())
    packages = {".".join(_below_site(file.relative_to(root).parts[:-1])) for file in files if file.name == "__init__.py"}
    found = []
    for file in files:
        found.extend(_classify(file, _below_site(file.relative_to(root).parts), packages))
    return found


def _below_site(parts):
    """Folders of installed packages are on sys.path themselves: their modules are named relative to them."""
    for at in range(len(parts) - 1, -1, -1):
        if parts[at] in ("site-packages", "dist-packages"):
            return parts[at + 1:]
    return parts


def _classify(file, parts, packages):
    distribution = re.fullmatch(r"(.+?)-([^-]+)(?:-py[0-9.]+)?\.(?:dist|egg)-info", parts[0])
    if distribution:
        name = "/".join(parts[1:]) or "PKG-INFO"  # an `.egg-info` may be that one file
        return [PythonPackageDistributionResource._of(package=distribution[1], version=distribution[2], name=name, data=file.read_bytes())]
    if file.suffix == ".py":
        module, is_package = _module_of(parts, ".py")
        return [PythonModuleSource._of(module=module, source=file.read_bytes(), is_package=is_package)]
    if file.suffix == ".pyc":
        return _bytecode(parts, file)
    for suffix in importlib.machinery.EXTENSION_SUFFIXES:
        if file.name.endswith(suffix):
            module, is_package = _module_of(parts, suffix)
            return [PythonExtensionModule._of(name=module, data=file.read_bytes(), is_package=is_package)]
    for count in range(len(parts) - 1, 0, -1):
        package = ".".join(parts[:count])
        if package in packages:
            return [PythonPackageResource._of(package=package, name="/".join(parts[count:]), data=file.read_bytes())]
    return []


def _module_of(parts, suffix):
    names = [*parts[:-1], parts[-1][:-len(suffix)]]
    is_package = names[-1] == "__init__"
    return ".".join(names[:-1] if is_package else names), is_package


def _bytecode(parts, file):
    match = re.fullmatch(r"(.+?)\.[^.]+?(?:\.opt-([12]))?\.pyc", parts[-1])
    if len(parts) < 2 or parts[-2] != "__pycache__" or not match:
        return []
    module, is_package = _module_of((*parts[:-2], match[1] + ".py"), ".py")
    return [PythonModuleBytecode._of(module=module, bytecode=file.read_bytes()[16:], optimize_level=int(match[2] or 0), is_package=is_package)]


class OxidizedResourceCollector:
    """Gathers resources, and makes OxidizedResources and files of them."""

    __module__ = "oxidized_importer"

    def __init__(self, allowed_locations):
        for location in allowed_locations:
            if location not in ("in-memory", "filesystem-relative"):
                raise ValueError(f"unknown location {location!r}; use 'in-memory' or 'filesystem-relative'")
        self._allowed = tuple(allowed_locations)
        self._added = []

    @property
    def allowed_locations(self):
        return list(self._allowed)

    def add_in_memory(self, resource):
        self._add("in-memory", None, resource)

    add_in_memory_resource = add_in_memory

    def add_filesystem_relative(self, prefix, resource):
        self._add("filesystem-relative", prefix, resource)

    def _add(self, location, prefix, resource):
        if location not in self._allowed:
            raise ValueError(f"the location {location!r} is not allowed by this collector")
        if not isinstance(resource, _Found):
            raise TypeError(f"cannot collect {type(resource).__name__}; use what find_resources_in_path() returns")
        self._added.append((prefix, resource))

    def oxidize(self, python_exe=None):
        """(OxidizedResources, [(path, bytes, executable)]): what goes into memory, and files beside it. Bytecode is compiled by this interpreter;
        `python_exe` is accepted because PyOxidizer's method has it."""
        resources, files = {}, []
        for prefix, item in self._added:
            if prefix is None:
                _to_memory(resources, item)
            else:
                files.append(_to_file(resources, prefix, item))
        return [resources[name] for name in sorted(resources)], files


def _resource(resources, name):
    if name not in resources:
        resources[name] = OxidizedResource()
        resources[name].name = name
    return resources[name]


def _to_memory(resources, item):
    if isinstance(item, PythonModuleSource):
        resource = _resource(resources, item.module)
        resource.is_module, resource.is_package, resource.in_memory_source = True, item.is_package, item.source
        file = item.module.replace(".", "/") + ("/__init__.py" if item.is_package else ".py")
        resource.in_memory_bytecode = marshal.dumps(compile(item.source, file, "exec", dont_inherit=True, optimize=0))
    elif isinstance(item, PythonModuleBytecode):
        resource = _resource(resources, item.module)
        resource.is_module, resource.is_package = True, item.is_package
        setattr(resource, "in_memory_bytecode" + ("", "_opt1", "_opt2")[item.optimize_level], item.bytecode)
    elif isinstance(item, PythonExtensionModule):
        resource = _resource(resources, item.name)
        resource.is_extension_module, resource.is_package = True, item.is_package
        resource.in_memory_extension_module_shared_library = item.data
    elif isinstance(item, PythonPackageResource):
        resource = _resource(resources, item.package)
        resource.is_module = resource.is_package = True
        resource.in_memory_package_resources = {**(resource.in_memory_package_resources or {}), item.name: item.data}
    else:
        resource = _resource(resources, item.package)
        resource.in_memory_distribution_resources = {**(resource.in_memory_distribution_resources or {}), item.name: item.data}


def _to_file(resources, prefix, item):
    if isinstance(item, PythonModuleSource):
        path = _module_path(prefix, item.module, item.is_package, ".py")
        resource = _resource(resources, item.module)
        resource.is_module, resource.is_package, resource.relative_path_module_source = True, item.is_package, path
        return path, item.source, False
    if isinstance(item, PythonModuleBytecode):
        return _bytecode_to_file(resources, prefix, item)
    if isinstance(item, PythonExtensionModule):
        path = _module_path(prefix, item.name, item.is_package, importlib.machinery.EXTENSION_SUFFIXES[0])
        resource = _resource(resources, item.name)
        resource.is_extension_module, resource.is_package, resource.relative_path_extension_module_shared_library = True, item.is_package, path
        return path, item.data, True
    if isinstance(item, PythonPackageResource):
        path = Path(prefix, *item.package.split("."), item.name)
        resource = _resource(resources, item.package)
        resource.is_module = resource.is_package = True
        resource.relative_path_package_resources = {**(resource.relative_path_package_resources or {}), item.name: path}
        return path, item.data, False
    path = Path(prefix, f"{item.package}-{item.version}.dist-info", item.name)
    resource = _resource(resources, item.package)
    resource.relative_path_distribution_resources = {**(resource.relative_path_distribution_resources or {}), item.name: path}
    return path, item.data, False


def _module_path(prefix, name, is_package, suffix):
    *parents, last = name.split(".")
    return Path(prefix, *parents, last, "__init__" + suffix) if is_package else Path(prefix, *parents, last + suffix)


def _bytecode_to_file(resources, prefix, item):
    """With a header that makes importlib use it without checking its source."""
    level = item.optimize_level
    source = _module_path(prefix, item.module, item.is_package, ".py")
    path = Path(importlib.util.cache_from_source(str(source), optimization=level or ""))
    resource = _resource(resources, item.module)
    resource.is_module, resource.is_package = True, item.is_package
    setattr(resource, "relative_path_module_bytecode" + ("", "_opt1", "_opt2")[level], path)
    return path, importlib.util.MAGIC_NUMBER + b"\1\0\0\0" + bytes(8) + item.bytecode, False
