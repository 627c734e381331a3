"""Teaches `pkg_resources` (of setuptools) to read packages and distributions of packed resources."""


def register_pkg_resources():
    """Imports pkg_resources, and registers this importer with it."""
    import pkg_resources
    register_pkg_resources_with_module(pkg_resources)


def register_pkg_resources_with_module(pkg_resources):
    """The same for a module that is imported already; twice does no harm."""
    from oxidized_importer import OxidizedFinder, OxidizedPathEntryFinder, _finder
    files = _packed_files(pkg_resources)
    find = _find_distributions(pkg_resources, files)
    pkg_resources.register_loader_type(OxidizedFinder, _provider(files))
    pkg_resources.register_finder(OxidizedPathEntryFinder, find)
    # The working set was made while pkg_resources was imported: then nobody could find these.
    for distribution in find(_finder(), _finder().path_hook_base_str):
        pkg_resources.working_set.add(distribution, entry=_finder().path_hook_base_str)


def _packed_files(pkg_resources):
    import sys

    class PackedFiles(pkg_resources.NullProvider):
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
            return [item.name for item in self._node(path).iterdir()]

        def _get(self, path):
            return self._node(path).read_bytes()

        def get_resource_filename(self, manager, resource_name):
            path = super().get_resource_filename(manager, resource_name)
            if path.startswith(sys.executable + "/"):
                raise NotImplementedError(f"resource_filename() needs a file, and {path!r} is in memory; use resource_string() or resource_stream(), "
                                          "or package with module_file = \"filesystem\"")
            return path

    return PackedFiles


def _provider(files):
    class OxidizedPkgResourcesProvider(files):
        """Resources of a module's package."""

        def __init__(self, module):
            from importlib.resources import files as files_of
            self.loader = module.__loader__
            package = module.__name__ if hasattr(module, "__path__") else module.__package__
            # Not from `__file__`, which is not there with module_file = "none", nor for a namespace package.
            self.module_path = "/".join([self.loader.path_hook_base_str, *package.split(".")] if package else [self.loader.path_hook_base_str])
            self._root = files_of(package) if package else _root_of(self.loader)

    return OxidizedPkgResourcesProvider


def _find_distributions(pkg_resources, files):
    class PackedMetadata(files):
        """A distribution's metadata, and what lies beside its packages."""

        def __init__(self, distribution):
            self.module_path = distribution._finder.path_hook_base_str
            self.egg_info = f"{self.module_path}/{distribution._folder}"
            self._root = _root_of(distribution._finder)

    def find(importer, path_item, only=False):
        for distribution in importer.find_distributions():
            yield pkg_resources.Distribution.from_location(path_item, distribution._folder, PackedMetadata(distribution), precedence=pkg_resources.DEVELOP_DIST)

    return find


def _root_of(finder):
    from _oxidized_resources import OxidizedTraversable
    return OxidizedTraversable(finder, "")
