"""OxidizedResource: one thing that packed resources hold, with everything that is known of it."""

_FLAGS = ("is_module", "is_builtin_extension_module", "is_frozen_module", "is_extension_module", "is_shared_library", "is_package", "is_namespace_package")
_BYTES = ("in_memory_source", "in_memory_bytecode", "in_memory_bytecode_opt1", "in_memory_bytecode_opt2", "in_memory_extension_module_shared_library",
          "in_memory_shared_library")
_MAPS = ("in_memory_package_resources", "in_memory_distribution_resources")
_PATHS = ("relative_path_module_source", "relative_path_module_bytecode", "relative_path_module_bytecode_opt1", "relative_path_module_bytecode_opt2",
          "relative_path_extension_module_shared_library")
_PATH_MAPS = ("relative_path_package_resources", "relative_path_distribution_resources")


def _checked(kind, name, value):
    """The value as the attribute holds it, or a TypeError."""
    if kind == "flag":
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be a bool")
        return value
    if value is None:
        return None
    if kind == "bytes":
        return bytes(memoryview(value))
    if kind == "map":
        return {_text(name, key): bytes(memoryview(item)) for key, item in value.items()}
    if kind == "path_map":
        return {_text(name, key): _path(item) for key, item in value.items()}
    if kind == "names":
        return [_text(name, item) for item in value]
    return _path(value)


def _text(name, value):
    if not isinstance(value, str):
        raise TypeError(f"{name} must hold str, not {type(value).__name__}")
    return value


def _path(value):
    from pathlib import Path
    return Path(value)


def _attribute(kind, name):
    slot = "_" + name

    def get(self):
        return getattr(self, slot)

    def set(self, value):
        setattr(self, slot, _checked(kind, name, value))

    def delete(self):
        raise TypeError(f"cannot delete {name}")

    return property(get, set, delete)


class OxidizedResource:
    """A resource by name. Attributes that do not apply are None, flags False; each is checked when it is set."""

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

    @name.deleter
    def name(self):
        raise TypeError("cannot delete name")

    def __repr__(self):
        return f'<OxidizedResource name="{self._name}">'

    @property
    def _is_importable(self):
        return bool(self.is_module or self.is_builtin_extension_module or self.is_frozen_module or self.is_extension_module)

    @property
    def _beside(self):
        """The file that holds the module, relative to the executable's folder, or None."""
        return next((path for path in (self.relative_path_module_source, self.relative_path_module_bytecode, self.relative_path_module_bytecode_opt1,
                                       self.relative_path_module_bytecode_opt2, self.relative_path_extension_module_shared_library) if path is not None), None)

    @property
    def _bytecode(self):
        """(code, optimisation level), or None."""
        for level, code in enumerate((self.in_memory_bytecode, self.in_memory_bytecode_opt1, self.in_memory_bytecode_opt2)):
            if code is not None:
                return code, level
        return None


_ATTRIBUTES = {
    **dict.fromkeys(_FLAGS, "flag"), **dict.fromkeys(_BYTES, "bytes"), **dict.fromkeys(_MAPS, "map"), **dict.fromkeys(_PATHS, "path"),
    **dict.fromkeys(_PATH_MAPS, "path_map"), "shared_library_dependency_names": "names",
}
for _name, _kind in _ATTRIBUTES.items():
    setattr(OxidizedResource, _name, _attribute(_kind, _name))
del _name, _kind
