"""OxidizedResource: one thing that packed resources hold, with everything that is known of it."""

import os
import sys
from pathlib import Path

_FLAGS = ("is_module", "is_builtin_extension_module", "is_frozen_module", "is_extension_module", "is_shared_library", "is_package", "is_namespace_package")
_BYTES = ("in_memory_source", "in_memory_bytecode", "in_memory_bytecode_opt1", "in_memory_bytecode_opt2", "in_memory_extension_module_shared_library",
          "in_memory_shared_library")
_MAPS = ("in_memory_package_resources", "in_memory_distribution_resources")
_PATHS = ("relative_path_module_source", "relative_path_module_bytecode", "relative_path_module_bytecode_opt1", "relative_path_module_bytecode_opt2",
          "relative_path_extension_module_shared_library")
_PATH_MAPS = ("relative_path_package_resources", "relative_path_distribution_resources")
_ATTRIBUTES = {
    **dict.fromkeys(_FLAGS, "flag"), **dict.fromkeys(_BYTES, "bytes"), **dict.fromkeys(_MAPS, "map"), **dict.fromkeys(_PATHS, "path"),
    **dict.fromkeys(_PATH_MAPS, "path_map"), "shared_library_dependency_names": "names",
}


def _checked(kind, name, value):
    """A copy of the value, as the attribute holds it, or a TypeError."""
    if kind == "flag":
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be a bool, not {type(value).__name__}")
        return value
    if value is None:
        return None
    if kind == "bytes":
        return _bytes(name, value)
    if kind == "map":
        return {_text(name, key): _bytes(name, item) for key, item in _items(name, value)}
    if kind == "path_map":
        return {_text(name, key): _path(name, item) for key, item in _items(name, value)}
    if kind == "names":
        return _names(name, value)
    return _path(name, value)


def _text(name, value):
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, or hold such, not {type(value).__name__}")
    return value


def _bytes(name, value):
    try:
        return bytes(memoryview(value))
    except TypeError:
        raise TypeError(f"{name} must be bytes-like, or hold such, not {type(value).__name__}") from None


def _items(name, value):
    if not isinstance(value, dict):
        raise TypeError(f"{name} must be a dict or None, not {type(value).__name__}")
    return value.items()


def _names(name, value):
    if isinstance(value, (str, bytes)) or not hasattr(type(value), "__iter__"):
        raise TypeError(f"{name} must be a list of str or None, not {type(value).__name__}")
    return [_text(name, item) for item in value]


def _path(name, value):
    try:
        return Path(os.fsdecode(value))
    except TypeError:
        raise TypeError(f"{name} must be a path (str, bytes or os.PathLike), or hold such, not {type(value).__name__}") from None


def _attribute(kind, name):
    slot = "_" + name

    def get(self):
        value = getattr(self, slot)
        return type(value)(value) if isinstance(value, (dict, list)) else value

    def set(self, value):
        setattr(self, slot, _checked(kind, name, value))

    return property(get, set)  # without a deleter: AttributeError


class OxidizedResource:
    """A resource by name. Attributes that do not apply are None, flags False; each is checked and copied when it is set, and copied when it is read."""

    __module__ = "oxidized_importer"
    __slots__ = ("_name", *("_" + name for name in _ATTRIBUTES))

    def __init__(self):
        self._name = ""
        for name, kind in _ATTRIBUTES.items():
            setattr(self, "_" + name, False if kind == "flag" else None)

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, value):
        self._name = _text("name", value)

    def __repr__(self):
        return f'<OxidizedResource name="{self._name}">'

    def _copy(self):
        other = OxidizedResource()
        for name in OxidizedResource.__slots__:
            value = getattr(self, name)
            setattr(other, name, type(value)(value) if isinstance(value, (dict, list)) else value)
        return other

    @property
    def _is_importable(self):
        return self._is_module or self._is_builtin_extension_module or self._is_frozen_module or self._is_extension_module

    @property
    def _app_relative(self):
        """The file that holds the module, relative to the finder's origin, or None; what is in memory comes first."""
        if any(value is not None for value in (self._in_memory_source, *self._levels, self._in_memory_extension_module_shared_library)):
            return None
        levels = _BYTECODE_PATHS[sys.flags.optimize], *_BYTECODE_PATHS
        order = "_relative_path_module_source", *levels, "_relative_path_extension_module_shared_library"
        return next((path for path in (getattr(self, name) for name in order) if path is not None), None)

    @property
    def _levels(self):
        return self._in_memory_bytecode, self._in_memory_bytecode_opt1, self._in_memory_bytecode_opt2

    @property
    def _bytecode(self):
        """The code of the level that this interpreter has, or None."""
        return self._levels[sys.flags.optimize]


_BYTECODE_PATHS = ("_relative_path_module_bytecode", "_relative_path_module_bytecode_opt1", "_relative_path_module_bytecode_opt2")
for _name, _kind in _ATTRIBUTES.items():
    setattr(OxidizedResource, _name, _attribute(_kind, _name))
del _name, _kind
