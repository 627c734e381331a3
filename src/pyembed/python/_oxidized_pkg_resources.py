"""Teaches `pkg_resources` (of setuptools) to read packages and distributions of packed resources."""

import importlib.resources
import os
import sys

import pkg_resources
from _oxidized_added_files import key_of
from _oxidized_metadata import OxidizedDistribution
from _oxidized_paths import OxidizedPathEntryFinder
from _oxidized_resources import OxidizedTraversable
from oxidized_importer import OxidizedFinder, _finder


def register_pkg_resources():
    """Registers this importer with pkg_resources; may be called again."""
    register_pkg_resources_with_module(pkg_resources)


def register_pkg_resources_with_module(module):
    """The same for another module object of that name."""
    module.register_loader_type(OxidizedFinder, OxidizedPkgResourcesProvider)
    module.register_finder(OxidizedPathEntryFinder, pkg_resources_find_distributions)
    # pkg_resources made the working set while it was imported, before this finder was registered.
    base = _finder().path_hook_base_str
    for distribution in _distributions(_finder(), base, None, False):
        module.working_set.add(distribution, entry=base)


def pkg_resources_find_distributions(importer, path_item, only=False):
    """The distributions of an OxidizedPathEntryFinder: with `only` those of its package's own level, else those below it too."""
    if not isinstance(importer, OxidizedPathEntryFinder) or path_item != importer._entry:
        return []
    return _distributions(importer._finder, path_item, importer._package, only)


def _distributions(finder, path_item, package, only):
    return [_distribution(item, path_item) for item in finder.find_distributions()
            if isinstance(item, OxidizedDistribution) and (package is None or _is_below(item.metadata["Name"] or "", package, only))]


def _is_below(name, package, only):
    below = name.removeprefix(package + ".")
    return below != name and not (only and "." in below)


def _distribution(found, path_item):
    return pkg_resources.Distribution.from_location(path_item, found._folder, _PackedMetadata(found), precedence=pkg_resources.DEVELOP_DIST)


def _root_of(finder):
    return OxidizedTraversable(finder, "")


class _PackedFiles(pkg_resources.NullProvider):
    """What NullProvider asks about paths, answered by a Traversable that stands for `module_path`."""

    _root = None

    def _node(self, path):
        base = self.module_path.rstrip("/")
        rest = path[len(base):].strip("/") if path == base or path.startswith(base + "/") else path
        return self._root.joinpath(rest) if rest else self._root

    def _has(self, path):
        return self._isdir(path) or self._node(path).is_file()

    def _isdir(self, path):
        return self._node(path).is_dir()

    def _listdir(self, path):
        node = self._node(path)
        return [item.name for item in node.iterdir()] if node.is_dir() else []

    def _get(self, path):
        return self._node(path).read_bytes()

    def get_resource_filename(self, manager, resource_name):
        path = super().get_resource_filename(manager, resource_name)
        if path.startswith(sys.executable + "/") and self.has_resource(resource_name) and not os.path.exists(path):
            raise NotImplementedError(f"resource_filename() needs a file, and {path!r} is in memory; use resource_string() or resource_stream(), "
                                      "or leave virtual_files = false out of [python_config]")
        return path


class OxidizedPkgResourcesProvider(_PackedFiles):
    """Resources of a module's package, and the metadata of the distribution of its name."""

    __module__ = "oxidized_importer"

    def __init__(self, module):
        self.loader = module.__loader__
        package = module.__name__ if hasattr(module, "__path__") else module.__package__
        # Not from `__file__`, which is not there with module_file = "none", nor for a namespace package.
        self.module_path = "/".join([self.loader.path_hook_base_str, *package.split(".")] if package else [self.loader.path_hook_base_str])
        self._root = importlib.resources.files(package) if package else _root_of(self.loader)
        self._metadata = _metadata_of(self.loader, package)

    def has_metadata(self, name):
        return self._metadata and self._metadata.has_metadata(name)  # None without any, as NullProvider says

    def get_metadata(self, name):
        if not self.has_metadata(name):
            raise FileNotFoundError(2, "metadata does not exist", name)
        return self._metadata.get_metadata(name)

    def get_metadata_lines(self, name):
        return pkg_resources.yield_lines(self.get_metadata(name))

    def metadata_isdir(self, name):
        return self._metadata is not None and self._metadata.metadata_isdir(name)

    def metadata_listdir(self, name):
        return [] if self._metadata is None else self._metadata.metadata_listdir(name)


def _metadata_of(finder, package):
    for found in finder.find_distributions():
        if isinstance(found, OxidizedDistribution) and found._normalized_name == key_of(package or ""):
            return _PackedMetadata(found)
    return None


class _PackedMetadata(_PackedFiles):
    """A distribution's metadata, and what lies beside its packages."""

    def __init__(self, distribution):
        self.module_path = distribution._finder.path_hook_base_str
        self.egg_info = f"{self.module_path}/{distribution._folder}"
        self._root = _root_of(distribution._finder)
