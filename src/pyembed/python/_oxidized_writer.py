"""Writes packed resources at run time (docs/formats/packed-resources.md, version 3): modules and resources in memory, and a text for the rest."""

import struct

from _oxidized_resource import _ATTRIBUTES

_SECTIONS = 12
_ENTRY_SIZES = (96, 8, 4, 64, 4, 48, 64, 64, 16, 4, 1, 1)
_PACKAGE, _NAMESPACE, _BUILTIN, _SHARED = 1, 2, 4, 8


def _hash(name):
    value = 2166136261
    for byte in name:
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value


def _align(value, to):
    return -(-value // to) * to


class _Layout:
    """Collects strings and data at their final offsets in the blob."""

    def __init__(self, strings_at):
        self.strings, self.data, self.strings_at, self.data_at = bytearray(b"\0"), bytearray(), strings_at, 0

    def string(self, text):
        raw = text.encode("utf-8", "surrogateescape")
        place = len(self.strings)
        self.strings += raw + b"\0"
        return (self.strings_at + place, len(raw)) if raw else (0, 0)

    def reference(self, raw):
        if raw is None:
            return struct.pack("<QII", 0, 0, 0)
        self.data += bytes(-len(self.data) % 16)
        place = len(self.data)
        self.data += raw or b"\0"
        return struct.pack("<QII", self.data_at + place, len(raw), len(raw))


def _is_plain(name):
    return "\0" not in name and not any("\ud800" <= letter <= "\udfff" for letter in name)


def can_hold(resource):
    """Whether one entry of a blob can hold all attributes of the resource."""
    shared = resource.in_memory_extension_module_shared_library
    levels = [code for code in resource._levels if code is not None]
    code = resource.in_memory_source is not None or levels
    plain = [name for name in _ATTRIBUTES if name.startswith("relative_path_") or name in (
        "is_frozen_module", "is_shared_library", "in_memory_distribution_resources", "in_memory_shared_library", "shared_library_dependency_names")]
    if any(getattr(resource, name) not in (None, False) for name in plain) or resource.in_memory_package_resources == {}:
        return False
    if not all(_is_plain(name) for name in (resource.name, *(resource.in_memory_package_resources or ()))):
        return False
    kinds = resource.is_module, resource.is_builtin_extension_module, resource.is_extension_module
    if sum(kinds) != 1 or len(levels) > 1 or (shared is not None) != resource.is_extension_module:
        return False
    if resource.is_namespace_package or not resource.is_module:
        return not code and resource.is_package == resource.is_namespace_package and resource.is_module >= resource.is_namespace_package
    return True


def _code_of(resource):
    """(code, optimisation level); None if there is none."""
    return next(((code, level) for level, code in enumerate(resource._levels) if code is not None), (None, 0))


def _flags_of(resource):
    return ((_PACKAGE if resource.is_package and not resource.is_namespace_package else 0) | (_NAMESPACE if resource.is_namespace_package else 0)
            | (_BUILTIN if resource.is_builtin_extension_module else 0) | (_SHARED if resource.is_extension_module else 0) | _code_of(resource)[1] << 8)


def _path_of(resource):
    tail = resource.name.replace(".", "/")
    if resource.is_namespace_package or resource.is_builtin_extension_module:
        return tail
    return f"{tail}/__init__.py" if resource.is_package else f"{tail}.so" if resource.is_extension_module else f"{tail}.py"


def _entries(resources, layout):
    files, modules = [], []
    for index, resource in enumerate(resources):
        first, held = len(files), sorted((resource.in_memory_package_resources or {}).items(), key=lambda item: item[0].encode("utf-8", "surrogateescape"))
        folder = resource.name.replace(".", "/")
        for name, data in held:
            files.append(struct.pack("<4I", *layout.string(name), 0, index) + layout.reference(data)
                         + struct.pack("<6I8x", 0, 0, *layout.string(f"{folder}/{name}"), 0, 0))
        name, path = layout.string(resource.name), layout.string(_path_of(resource))
        modules.append(struct.pack("<4I", *name, _flags_of(resource), path[1]) + layout.reference(_code_of(resource)[0])
                       + layout.reference(resource.in_memory_source) + layout.reference(resource.in_memory_extension_module_shared_library)
                       + struct.pack("<4I", first if held else 0, len(held), 0, 0) + struct.pack("<4I", path[0], 0, 0, 0))
    return b"".join(modules), b"".join(files)


def _settings(text, layout):
    return b"" if text is None else struct.pack("<4I", *layout.string("oxidized_importer.resources"), *layout.string(text))


def _index(names):
    count = 1
    while count < 2 * len(names):
        count *= 2
    slots = [(0, 0)] * count
    for index, name in enumerate(names):
        value = _hash(name)
        slot = value & count - 1
        while slots[slot][1]:
            slot = slot + 1 & count - 1
        slots[slot] = (value, index + 1)
    return b"".join(struct.pack("<2I", *slot) for slot in slots)


def write(resources, text=None):
    """A blob: entries for the resources that entries can hold, and one text for the others."""
    names = [resource.name.encode("utf-8", "surrogateescape") for resource in resources]
    count = sum(len(resource.in_memory_package_resources or {}) for resource in resources)
    sections = {1: _index(names), 2: _order(names)}
    sizes = {0: 96 * len(resources), 1: len(sections[1]), 2: len(sections[2]), 3: 64 * count, 8: 0 if text is None else 16}
    places, offset = {}, 256
    for number in range(10):
        places[number] = offset
        offset = _align(offset + sizes.get(number, 0), 64)
    places[10] = offset
    layout = _Layout(offset)
    _entries(resources, layout)  # once for the size of the strings, and again when it is known where the data begin
    _settings(text, layout)
    places[11] = _align(offset + len(layout.strings), 4096)
    layout = _Layout(offset)
    layout.data_at = places[11]
    sections[0], sections[3] = _entries(resources, layout)
    sections[8] = _settings(text, layout)
    sections[10], sections[11] = bytes(layout.strings), bytes(layout.data)
    return _join(sections, places)


def _order(names):
    places = {name: index for index, name in enumerate(names)}
    return b"".join(struct.pack("<I", places[name]) for name in sorted(names))


def _join(sections, places):
    import hashlib
    total = _align(places[11] + len(sections[11]), 4096)
    blob = bytearray(total)
    for number in range(_SECTIONS):
        content = sections.get(number, b"")
        blob[places[number]:places[number] + len(content)] = content
        struct.pack_into("<QII", blob, 64 + 16 * number, places[number], 0 if number == 11 else len(content) // _ENTRY_SIZES[number], _ENTRY_SIZES[number])
    struct.pack_into("<8sIIQ", blob, 0, b"\x89OXIRES\n", 3, 256, total)
    struct.pack_into("<II", blob, 56, 0, _SECTIONS)
    blob[24:56] = hashlib.sha256(blob[256:]).digest()
    return bytes(blob)
