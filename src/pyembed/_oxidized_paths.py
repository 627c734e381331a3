"""Finders for single entries of a path, for pkgutil and for importlib's PathFinder."""

import sys
from importlib.machinery import ModuleSpec

_PACKAGE, _NAMESPACE, _BUILTIN, _IN_FILESYSTEM = 1, 2, 4, 32


def _below(finder, package, prefix):
    start = package + "." if package else ""
    for name, is_package, _, _ in finder._modules(start):
        tail = name[len(start):]
        if "." not in tail and not finder._flags(name) & (_NAMESPACE | _BUILTIN):
            yield prefix + tail, is_package


def iter_top_modules(finder, prefix):
    """(name, is_package) of the modules that are in no package."""
    return list(_below(finder, "", prefix))


class OxidizedPathEntryFinder:
    """Finds modules directly below one path: `<executable>`, or a package's `<executable>/<package>`."""

    def __new__(cls, *args, **kwargs):
        raise TypeError("use OxidizedFinder.path_hook()")

    @classmethod
    def _of(cls, finder, path):
        package = path[len(finder.path_hook_base_str):].strip("/").replace("/", ".")
        if package and not finder._flags(package) & (_PACKAGE | _NAMESPACE):
            raise ImportError(f"{path!r} is no package of the packed resources", path=path)
        self = object.__new__(cls)
        self._finder, self._package, self._entry = finder, package, path
        return self

    def find_spec(self, fullname, target=None):
        parent, _, tail = fullname.rpartition(".")
        if not tail or parent != self._package:
            return None
        if self._finder._flags(fullname) & _NAMESPACE:
            return self._portion(fullname, tail)
        return self._finder.find_spec(fullname, None, target)

    def _portion(self, fullname, tail):
        """As importlib's finder of a folder: a spec without a loader, from which its caller joins the package."""
        if self._finder._flags(fullname) & _IN_FILESYSTEM:
            return None
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [f"{self._entry.rstrip('/')}/{tail}"]
        return spec

    if sys.version_info < (3, 12):
        def find_loader(self, fullname):
            import warnings
            warnings.warn("OxidizedPathEntryFinder.find_loader() is deprecated and slated for removal in Python 3.12; use find_spec() instead", DeprecationWarning)
            spec = self.find_spec(fullname)
            return (None, []) if spec is None else (spec.loader, spec.submodule_search_locations or [])

        def find_module(self, fullname):
            return self.find_loader(fullname)[0]

    def iter_modules(self, prefix=""):
        return list(_below(self._finder, self._package, prefix))

    def find_distributions(self, context=None):
        from importlib.metadata import DistributionFinder
        if self._package:
            return []
        name = getattr(context, "name", None)
        return self._finder.find_distributions(DistributionFinder.Context(name=name))

    def invalidate_caches(self):
        self._finder.invalidate_caches()

    def __repr__(self):
        return f"OxidizedPathEntryFinder({self._entry!r})"
