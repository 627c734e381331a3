"""OxidizedZipFinder: imports from a zip archive that lies in memory or in a file."""

import importlib.machinery
import importlib.util
import io
import marshal
import os
import sys
import zipfile


class OxidizedZipFinder:
    """A meta path finder and loader over one archive. Bytecode counts only where its header is of this Python."""

    __module__ = "oxidized_importer"

    def __init__(self, *args, **kwargs):
        raise TypeError("use OxidizedZipFinder.from_path() or from_zip_data()")

    @classmethod
    def from_path(cls, path):
        """A finder for a file; a module is read when it is imported."""
        return cls._of(os.fsdecode(path), path)

    @classmethod
    def from_zip_data(cls, source, path=None):
        """A finder for a bytes-like object, which it keeps. `__file__` begins with `path`; by default with the executable's path."""
        return cls._of(io.BytesIO(source), sys.executable if path is None else path)

    @classmethod
    def _of(cls, source, path):
        self = object.__new__(cls)
        try:
            self._archive = zipfile.ZipFile(source)
        except zipfile.BadZipFile as error:
            raise ValueError(f"error indexing zip data: {error}") from error
        self._names = set(self._archive.namelist())
        self._path = os.fsdecode(path)
        return self

    def _locate(self, fullname):
        """(path in the archive, is_package), or None."""
        tail = fullname.replace(".", "/")
        for path, is_package in ((f"{tail}/__init__.py", True), (f"{tail}/__init__.pyc", True), (f"{tail}.py", False), (f"{tail}.pyc", False)):
            if path in self._names:
                return path, is_package
        return None

    def _require(self, fullname):
        located = self._locate(fullname)
        if located is None:
            raise ImportError(f"module {fullname!r} is not in the zip archive", name=fullname)
        return located

    def find_spec(self, fullname, path=None, target=None):
        located = self._locate(fullname)
        if located is None:
            return None
        file, is_package = located
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=f"{self._path}/{file}", is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations.append(f"{self._path}/{fullname.replace('.', '/')}")
        return spec

    if sys.version_info < (3, 12):
        def find_module(self, fullname, path=None):
            import warnings
            warnings.warn("OxidizedZipFinder.find_module() is deprecated and slated for removal in Python 3.12; use find_spec() instead", DeprecationWarning, stacklevel=2)
            return None if self._locate(fullname) is None else self

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, fullname):
        """Uses bytecode beside a source if it is for this Python, even if it is older than the source."""
        file, _ = self._require(fullname)
        bytecode = file if file.endswith(".pyc") else file + "c"
        if bytecode in self._names:
            data = self._archive.read(bytecode)
            if data[:4] == importlib.util.MAGIC_NUMBER:
                return marshal.loads(memoryview(data)[16:])
            if bytecode == file:
                raise ImportError(f"the bytecode of {fullname!r} in the zip archive is of another Python", name=fullname)
        return compile(self._archive.read(file), f"{self._path}/{file}", "exec", dont_inherit=True)

    def get_source(self, fullname):
        file, _ = self._require(fullname)
        return importlib.util.decode_source(self._archive.read(file)) if file.endswith(".py") else None

    def get_filename(self, fullname):
        return f"{self._path}/{self._require(fullname)[0]}"

    def is_package(self, fullname):
        return self._require(fullname)[1]

    def get_data(self, path):
        if not path.startswith(self._path + "/") or path[len(self._path) + 1:] not in self._names:
            raise OSError(2, "No such file in the zip archive", path)
        return self._archive.read(path[len(self._path) + 1:])

    def invalidate_caches(self):
        pass
