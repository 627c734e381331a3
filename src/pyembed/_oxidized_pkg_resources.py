"""Teaches `pkg_resources` (of setuptools) to read packages and distributions of packed resources."""


def register_pkg_resources():
    """Imports pkg_resources, and registers this importer with it."""
    import pkg_resources
    register_pkg_resources_with_module(pkg_resources)


def register_pkg_resources_with_module(pkg_resources):
    """The same for a module that is imported already; twice does no harm."""
    from oxidized_importer import OxidizedFinder, OxidizedPathEntryFinder
    provider = _provider_class(pkg_resources)
    pkg_resources.register_loader_type(OxidizedFinder, provider)
    pkg_resources.register_finder(OxidizedPathEntryFinder, _find_distributions(pkg_resources))
    from oxidized_importer import _finder
    for distribution in _find_distributions(pkg_resources)(_finder(), _finder().path_hook_base_str):
        pkg_resources.working_set.add(distribution, entry=_finder().path_hook_base_str)


def _provider_class(pkg_resources):
    from importlib.resources import files

    class OxidizedPkgResourcesProvider(pkg_resources.NullProvider):
        """Resources of a module's package."""

        def _node(self, path):
            base = self.module_path
            node = files(self._package)
            rest = path[len(base):].strip("/") if path.startswith(base) else path
            return node.joinpath(rest) if rest else node

        def __init__(self, module):
            super().__init__(module)
            self._package = module.__name__ if hasattr(module, "__path__") else module.__package__

        def _has(self, path):
            node = self._node(path)
            return node.is_file() or node.is_dir()

        def _isdir(self, path):
            return self._node(path).is_dir()

        def _listdir(self, path):
            return [item.name for item in self._node(path).iterdir()]

        def _get(self, path):
            return self._node(path).read_bytes()

    return OxidizedPkgResourcesProvider


def _find_distributions(pkg_resources):
    class Metadata(pkg_resources.EmptyProvider):
        def __init__(self, distribution):
            self._distribution = distribution

        def has_metadata(self, name):
            return self._distribution.read_text(name) is not None

        def get_metadata(self, name):
            text = self._distribution.read_text(name)
            if text is None:
                raise KeyError(name)
            return text

        def get_metadata_lines(self, name):
            return pkg_resources.yield_lines(self.get_metadata(name))

    def find(importer, path_item, only=False):
        for distribution in importer.find_distributions():
            yield pkg_resources.DistInfoDistribution(location=path_item, metadata=Metadata(distribution), project_name=distribution.metadata["Name"],
                                                     version=distribution.version)

    return find
