"""importlib.resources over the packed resources: a package's folder holds what it holds on disk, sources and subpackages included."""

import contextlib
import errno
import io
import os
import pathlib
import sys
import tempfile
from importlib.resources import as_file
from importlib.resources.abc import Traversable, TraversableResources

_PACKAGE, _NAMESPACE, _APP_RELATIVE = 1, 2, 32


class OxidizedTraversable(Traversable):
    """A file or folder below the executable. `path` is relative to it (`pkg/data`), and empty for the root."""

    def __init__(self, finder, path, portions=()):
        self._finder = finder
        self._path = path
        self._portions = portions  # folders on disk of a namespace package

    # ---- what there is ----

    def _owner(self):
        """The deepest package above this path, and the rest of the path below it."""
        package, rest = self._path, []
        while package:
            if self._finder._flags(package.replace("/", ".")) & (_PACKAGE | _NAMESPACE):
                return package.replace("/", "."), "/".join(rest)
            package, _, last = package.rpartition("/")
            rest.insert(0, last)
        return None, "/".join(rest)

    def _modules(self, prefix):
        """Names of the files and folders of modules that stand directly below a prefix, True for folders."""
        found = {}
        for name, is_package, path, has_file in self._finder._modules(prefix):
            if "." not in name[len(prefix):]:
                if is_package:
                    found[path.rpartition("/")[0].rpartition("/")[2] if path.endswith("__init__.py") else name[len(prefix):]] = True
                elif has_file:
                    found[path.rpartition("/")[2]] = False
        return found

    def _children(self):
        package, rest = self._owner()
        found = {}
        if package is None:
            if self._path == "":
                found = self._modules("")
                found.update({folder: True for _, _, folder, _ in self._finder._distributions()})
            else:
                found = self._distribution_children()
            return found
        prefix = rest + "/" if rest else ""
        for name in self._finder._resources(package):
            if name.startswith(prefix):
                head, slash, _ = name[len(prefix):].partition("/")
                found[head] = bool(slash)
        if not rest:
            found.update(self._modules(package + "."))
            own = self._finder._file_name(package)
            if own:
                found[own] = False
        return found

    def _distribution_children(self):
        found = {}
        folder, _, rest = self._path.partition("/")
        prefix = rest + "/" if rest else ""
        for name, _, dist_folder, _ in self._finder._distributions():
            if dist_folder == folder:
                for file in self._finder._distribution_files(name):
                    if file.startswith(prefix) and not file.startswith("../"):
                        head, slash, _ = file[len(prefix):].partition("/")
                        found[head] = bool(slash)
        return found

    def _kind(self):
        """True for a folder, False for a file, None for nothing."""
        if self._path == "":
            return True
        if self._finder._flags(self._path.replace("/", ".")) & (_PACKAGE | _NAMESPACE):
            return True
        parent, _, name = self._path.rpartition("/")
        kind = OxidizedTraversable(self._finder, parent)._children().get(name)
        return True if kind is None and self._portions else kind

    # ---- Traversable ----

    @property
    def name(self):
        return self._path.rpartition("/")[2]

    def is_dir(self):
        return self._kind() is True

    def is_file(self):
        return self._kind() is False

    def exists(self):
        return self._kind() is not None

    def iterdir(self):
        if not self.is_dir():
            kind, error = (NotADirectoryError, errno.ENOTDIR) if self.exists() else (FileNotFoundError, errno.ENOENT)
            raise kind(error, os.strerror(error), str(self))
        names = dict.fromkeys(sorted(self._children()))
        for portion in self._portions:
            if portion.is_dir():
                names.update(dict.fromkeys(item.name for item in portion.iterdir()))
        for name in names:
            yield self._child(name)

    def _child(self, name):
        """The entry directly below of this name: here, or in the portions on disk. A folder in several portions is merged."""
        path = f"{self._path}/{name}" if self._path else name
        flags = self._finder._flags(path.replace("/", "."))
        disk = [portion / name for portion in self._portions if (portion / name).exists()]
        folders = [item for item in disk if item.is_dir()]
        child = OxidizedTraversable(self._finder, path)
        is_app_relative = flags & _APP_RELATIVE and flags & (_PACKAGE | _NAMESPACE)  # all of it is beside the product
        if not disk or not (is_app_relative or child._kind() is None):
            return OxidizedTraversable(self._finder, path, folders)
        return disk[0] if len(folders) < 2 or folders[0] != disk[0] else OxidizedTraversable(self._finder, path, folders)

    def joinpath(self, *descendants):
        trail = [self]
        for part in (part for path in descendants for part in os.fspath(path).split("/")):
            node = trail[-1]
            if part == "..":
                trail = trail[:-1] or [node.parent]
            elif part not in ("", "."):
                trail.append(node._child(part) if isinstance(node, OxidizedTraversable) else node.joinpath(part))
        return trail[-1]

    __truediv__ = joinpath

    @property
    def parent(self):
        return OxidizedTraversable(self._finder, self._path.rpartition("/")[0])

    def open(self, mode="r", *args, **kwargs):
        if mode not in ("r", "rb", "rt"):
            raise ValueError(f"packed resources are read-only; mode {mode!r} is not supported")
        stream = io.BytesIO(self.read_bytes())
        return stream if mode == "rb" else io.TextIOWrapper(stream, *args, **kwargs)

    def read_bytes(self):
        package, rest = self._owner()
        if package is not None:
            data = self._finder._resource(package, rest)
            if isinstance(data, str):
                with open(data, "rb") as file:
                    return file.read()
            if data is not None:
                return data
        if self.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(self))
        try:
            return self._finder.get_data(str(self))
        except OSError:
            raise FileNotFoundError(errno.ENOENT, "No such file in the packed resources", str(self)) from None

    def read_text(self, encoding=None, errors=None):
        with self.open("r", encoding=encoding, errors=errors) as stream:
            return stream.read()

    def __str__(self):
        return f"{self._finder.path_hook_base_str}/{self._path}" if self._path else self._finder.path_hook_base_str

    def __repr__(self):
        return f"OxidizedTraversable({str(self)!r})"

    def __eq__(self, other):
        return isinstance(other, OxidizedTraversable) and str(self) == str(other)

    def __hash__(self):
        return hash(str(self))


@as_file.register(OxidizedTraversable)
@contextlib.contextmanager
def _as_file(traversable):
    """The temporary file keeps its name: `ensurepip` reads pip's version from it. CPython's own function adds a prefix."""
    if traversable.is_dir():
        with as_file.dispatch(object)(traversable) as path:
            yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, traversable.name)
        path.write_bytes(traversable.read_bytes())
        yield path


class OxidizedResourceReader(TraversableResources):
    """The reader of one package."""

    __module__ = "oxidized_importer"

    def __init__(self, finder, package):
        self._finder = finder
        self._package = package

    def files(self):
        portions = ()
        module = sys.modules.get(self._package)
        namespace = self._finder._flags(self._package) & _NAMESPACE
        base = self._finder.path_hook_base_str
        if not namespace and base != sys.executable:  # module_file = "filesystem"
            from pathlib import Path
            folder = Path(base, *self._package.split("."))
            if folder.is_dir():
                return folder
        if namespace and module is not None:
            from pathlib import Path
            portions = tuple(Path(item) for item in module.__path__ if item != base and not item.startswith(base + "/"))
            if portions and self._finder._flags(self._package) & _APP_RELATIVE:
                from importlib.resources.readers import MultiplexedPath
                return MultiplexedPath(*portions)
        return OxidizedTraversable(self._finder, self._package.replace(".", "/"), portions)

    def open_resource(self, resource):
        return self._file(resource).open("rb")

    def is_resource(self, path):
        return self.files().joinpath(path).is_file()

    def contents(self):
        return [item.name for item in self.files().iterdir()]

    def _file(self, resource):
        item = self.files().joinpath(resource)
        if not item.is_file():
            raise FileNotFoundError(errno.ENOENT, "resource not found", resource)
        return item
