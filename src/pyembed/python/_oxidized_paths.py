"""Finders for single entries of a path, for pkgutil and for importlib's PathFinder."""

import sys
from _frozen_importlib import ModuleSpec

_PACKAGE, _NAMESPACE, _BUILTIN, _APP_RELATIVE = 1, 2, 4, 32


def _below(finder, package, prefix):
    start = package + "." if package else ""
    for name, is_package, _, _ in finder._modules(start):
        tail = name[len(start):]
        if "." not in tail and not finder._flags(name) & (_NAMESPACE | _BUILTIN):
            yield prefix + tail, is_package


def iter_top_modules(finder, prefix):
    """(name, is_package) of the modules that are in no package."""
    return list(_below(finder, "", prefix))


def _package_of(path, base):
    """The package that a path below the executable stands for, None for all; a ValueError says why a path is refused."""
    if path == base:
        return None
    part = path[len(base) + 1:].replace("\\", "/")
    if part.startswith("/") or part.endswith("/"):
        raise ValueError(f"rejecting {path!r}: a directory separator begins or ends its package")
    if "//" in part:
        raise ValueError(f"rejecting {path!r}: it has consecutive directory separators")
    if any(name.startswith(".") or name.endswith(".") or ".." in name for name in part.split("/")):
        raise ValueError(f"rejecting {path!r}: it has dots where a package has none")
    return part.replace("/", ".") or None


def module_at(finder, path):
    """The name of the module whose source has this virtual path, `__main__` of the script's; else None."""
    if path == finder._main_file():
        return "__main__"
    base = finder.path_hook_base_str + "/"
    if not path.startswith(base) or not path.endswith(".py"):
        return None
    name = path[len(base):-3].replace("/", ".").removesuffix(".__init__")
    try:
        return name if finder.get_filename(name) == path else None
    except ImportError:
        return None


def _is_file(path):
    """A packed file: others look for a script or an archive there, as in runpy.run_path."""
    try:
        return sys.modules["posix"].stat(path).st_mode & 0o170000 == 0o100000
    except (OSError, ValueError):
        return False


def app_relative_finder(finder, path):
    """importlib's finder for the folder of a package that lies beside the product, else None."""
    origin = finder.origin.rstrip("/") + "/"
    parts = path[len(origin):].split("/") if path.startswith(origin) else []
    for first in range(len(parts)):
        flags = finder._flags(".".join(parts[first:]))
        if flags & _NAMESPACE or flags & _APP_RELATIVE and flags & _PACKAGE:
            external = sys.modules["_frozen_importlib_external"]
            try:
                return external.FileFinder.path_hook(*external._get_supported_file_loaders())(path)
            except ImportError:
                return None  # no folder
    return None


class OxidizedPathEntryFinder:
    """Finds modules directly below one path: `<executable>`, or a package's `<executable>/<package>`."""

    __module__ = "oxidized_importer"
    __slots__ = ("_finder", "_entry", "_name", "_files")

    def __new__(cls, *args, **kwargs):
        raise TypeError("use OxidizedFinder.path_hook()")

    @classmethod
    def _of(cls, finder, path):
        self = object.__new__(cls)
        self._finder, self._entry, self._name = finder, path, _package_of(path, finder.path_hook_base_str)
        if module_at(finder, path) is not None or self._name and _is_file(path):
            raise ValueError(f"rejecting {path!r}: it is a file")
        self._files = None
        return self

    @property
    def _package(self):
        return self._name

    def find_spec(self, fullname, target=None):
        parent, _, tail = fullname.rpartition(".")
        if tail and not parent and self._name:
            return self._top_level(fullname, target)
        if not tail or parent != (self._name or ""):
            return None
        if self._finder._flags(fullname) & _NAMESPACE:
            return self._portion(fullname, tail, self._finder._flags(fullname))
        return self._finder.find_spec(fullname, None, target)

    def _top_level(self, name, target):
        """A module of a packed folder that the program put on a path: packages bring others in folders of their own (`_vendor`)."""
        real = f"{self._name}.{name}"
        flags = self._finder._flags(real)
        if flags & _NAMESPACE:
            return self._portion(name, name, flags)
        packed = self._finder._module(real)
        if packed is not None and packed[3:5] != (None, None):
            from _oxidized_alias import find_spec
            return find_spec(self._finder, name, real)
        files = self._file_finder()
        return files and files.find_spec(name, target)

    def _file_finder(self):
        """importlib's own, for shared objects and for what is no package; False if the folder has no files (`virtual_files = false`)."""
        if self._files is None:
            from oxidized_importer import _finder
            external = sys.modules["_frozen_importlib_external"]
            try:
                self._files = self._finder is _finder() and external.FileFinder.path_hook(*external._get_supported_file_loaders())(self._entry)
            except ImportError:
                self._files = False
        return self._files or None

    def _portion(self, fullname, tail, flags):
        """As importlib's finder of a folder: a spec without a loader, from which its caller joins the package."""
        if flags & _APP_RELATIVE:
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
        return list(_below(self._finder, self._name or "", prefix))

    def find_distributions(self, context=None):
        from importlib.metadata import DistributionFinder
        if self._name:
            return iter(())
        name = getattr(context, "name", None)
        return self._finder.find_distributions(DistributionFinder.Context(name=name))

    def invalidate_caches(self):
        self._finder.invalidate_caches()
        self._files = None

    def __repr__(self):
        return f"OxidizedPathEntryFinder({self._entry!r})"
