"""Writes a packed-resources blob by docs/formats/packed-resources.md, version 3.

A second writer, independent of the packager's: the reader is tested against what the document says, and not against what the
packager happens to write."""

import hashlib
import struct

MAGIC = b"\x89OXIRES\n"
PAGE = 4096
PACKAGE, NAMESPACE, BUILTIN, SHARED, LAZY, IN_FILESYSTEM, MAIN, EXECUTABLE = (1 << bit for bit in range(8))
EMPTY_FOLDER, LINK = 1 << 0, 1 << 1  # of an entry that is no module
SECTIONS = ("modules", "hash", "order", "resources", "dependencies", "distributions", "files", "libraries", "settings", "boot", "strings", "data")
ENTRY_SIZES = (96, 8, 4, 64, 4, 48, 64, 64, 16, 4, 1, 1)


def fnv1a(name):
    value = 2166136261
    for byte in name:
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value


def align(value, to):
    return -(-value // to) * to


def encode(data, codec):
    """A zlib stream (1), or a Zstandard frame with a checksum (2)."""
    if codec == 1:
        import zlib
        return zlib.compress(data)
    import ctypes
    library = ctypes.CDLL("libzstd.so.1")
    for name in ("ZSTD_createCCtx", "ZSTD_compressBound", "ZSTD_compress2"):
        getattr(library, name).restype = ctypes.c_void_p if name == "ZSTD_createCCtx" else ctypes.c_size_t
    context = ctypes.c_void_p(library.ZSTD_createCCtx())
    library.ZSTD_CCtx_setParameter(context, 201, 1)  # ZSTD_c_checksumFlag
    out = ctypes.create_string_buffer(library.ZSTD_compressBound(ctypes.c_size_t(len(data))))
    size = library.ZSTD_compress2(context, out, ctypes.c_size_t(len(out)), data, ctypes.c_size_t(len(data)))
    library.ZSTD_freeCCtx(context)
    return out.raw[:size]


class Pool:
    """Bytes with marks: where each one will lie is known when the section's offset is."""

    def __init__(self):
        self.bytes = bytearray(b"\0")
        self.places = {}

    def string(self, text):
        data = text.encode("utf-8", "surrogateescape")
        if data not in self.places:
            self.places[data] = len(self.bytes)
            self.bytes += data + b"\0"
        return self.places[data], len(data)

    def data(self, data, alignment=16):
        self.bytes += bytes(-len(self.bytes) % alignment)
        place = len(self.bytes)
        self.bytes += data or b"\0"
        return place


class Blob:
    """Modules, resources and settings, to be added in import order; `write()` gives the bytes."""

    def __init__(self):
        self.modules, self.resources, self.libraries = [], {}, {}
        self.plain_files, self.distributions, self.settings, self.boot = [], [], [], []

    def module(self, name, path="", *, flags=0, code=None, source=None, library=None, level=0, dependencies=(), root="", codecs=(0, 0, 0)):
        self.modules.append(dict(name=name, path=path, flags=flags | level << 8, code=code, source=source, library=library,
                                 dependencies=dependencies, root=root, codecs=codecs))

    def resource(self, package, name, path, data, *, codec=0, root="", flags=0):
        self.resources.setdefault(package, []).append(dict(name=name, path=path, data=data, codec=codec, root=root, flags=flags))

    def plain_file(self, path, data, *, codec=0, root="", flags=0, target=""):
        self.plain_files.append(dict(path=path, data=data, codec=codec, root=root, flags=flags, target=target))

    def link(self, path, target, data=None, *, root=""):
        """A symbolic link; `data` is what it leads to, if that is a file."""
        self.plain_file(path, data, root=root, flags=LINK | (IN_FILESYSTEM if root else 0), target=target)

    def shared_library(self, soname, data, dependencies=()):
        self.libraries[soname] = (data, dependencies)

    def distribution(self, name, version, folder, files):
        self.distributions.append((name, version, folder, sorted(files.items(), key=lambda item: item[0].encode())))

    def setting(self, name, value):
        self.settings.append((name, value))

    # ---- laying out ----

    def write(self):
        strings, data = Pool(), Pool()
        data.bytes = bytearray()
        self.fixups = []
        sections = dict.fromkeys(SECTIONS, b"")
        self.sonames = {soname: index for index, soname in enumerate(sorted(self.libraries, key=str.encode))}
        self.indexes = {module["name"]: index for index, module in enumerate(self.modules)}
        self.dependencies = bytearray()
        self.strings, self.data = strings, data
        sections["resources"], runs = self._resources()
        sections["modules"] = b"".join(self._module(module, runs) for module in self.modules)
        sections["distributions"], sections["files"] = self._distributions()
        sections["libraries"] = b"".join(self._library(soname) for soname in self.sonames)
        sections["hash"] = self._hash()
        names = sorted(self.indexes, key=str.encode)
        sections["order"] = struct.pack(f"<{len(names)}I", *(self.indexes[name] for name in names))
        sections["settings"] = b"".join(struct.pack("<4I", *self._string(name), *self._string(value))
                                        for name, value in sorted(self.settings, key=lambda item: item[0]))
        sections["boot"] = struct.pack(f"<{len(self.boot)}I", *(self.indexes[name] for name in self.boot))
        sections["dependencies"] = bytes(self.dependencies)
        sections["strings"] = bytes(strings.bytes)
        return self._join(sections)

    # References are written as marks, because offsets count from the blob's start: strings with bit 31 set, data with bit 63.
    def _string(self, text):
        if text == "":
            return 0, 0
        place, size = self.strings.string(text)
        return place | 1 << 31, size

    def _reference(self, stored, raw_size=None, alignment=16):
        if stored is None:
            return struct.pack("<QII", 0, 0, 0)
        return struct.pack("<QII", self.data.data(stored, alignment) | 1 << 63, len(stored), len(stored) if raw_size is None else raw_size)

    def _encoded(self, data, codec, alignment=16):
        if data is not None and codec:
            return self._reference(encode(data, codec), len(data), alignment)
        return self._reference(data, None, alignment)

    def _run_of(self, sonames):
        first = len(self.dependencies) // 4
        for soname in sonames:
            self.dependencies += struct.pack("<I", self.sonames[soname])
        return (first, len(sonames)) if sonames else (0, 0)

    def _resources(self):
        entries, runs = [], {}
        for package in sorted(self.resources, key=str.encode):
            items = sorted(self.resources[package], key=lambda item: item["name"].encode())
            runs[package] = (len(entries), len(items))
            for item in items:
                entries.append(self._file(item["name"], item["flags"] | item["codec"] << 12, self.indexes[package],
                                          self._encoded(item["data"], item["codec"]), item["root"], item["path"], ()))
        for item in sorted(self.plain_files, key=lambda item: item["path"].encode()):
            entries.append(self._file(item["path"], item["flags"] | item["codec"] << 12, 0xFFFFFFFF,
                                      self._encoded(item["data"], item["codec"]), item["root"], item["path"], (), item.get("target", "")))
        return b"".join(entries), runs

    def _file(self, name, flags, owner, reference, root, path, dependencies, target=""):
        return (struct.pack("<4I", *self._string(name), flags, owner) + reference
                + struct.pack("<8I", *self._string(root), *self._string(path), *self._run_of(dependencies), *self._string(target)))

    def _library(self, soname):
        data, dependencies = self.libraries[soname]
        return self._file(soname, 0, 0, self._reference(data, None, PAGE), "", "lib/" + soname, dependencies)

    def _module(self, module, runs):
        name, path = self._string(module["name"]), self._string(module["path"])
        codecs = module["codecs"]
        flags = module["flags"] | codecs[0] << 12 | codecs[1] << 16 | codecs[2] << 20
        return (struct.pack("<4I", *name, flags, path[1])
                + self._encoded(module["code"], codecs[0]) + self._encoded(module["source"], codecs[1])
                + self._encoded(module["library"], codecs[2], PAGE)
                + struct.pack("<4I", *runs.get(module["name"], (0, 0)), *self._run_of(module["dependencies"]))
                + struct.pack("<4I", path[0], 0, *self._string(module["root"])))

    def _distributions(self):
        distributions, files = [], []
        for index, (name, version, folder, contents) in enumerate(sorted(self.distributions, key=lambda item: item[0].encode())):
            first = len(files)
            for file_name, content in contents:
                files.append(self._file(file_name, 0, index, self._reference(content), "", f"{folder}/{file_name}", ()))
            distributions.append(struct.pack("<8I16x", *self._string(name), *self._string(version), *self._string(folder), first, len(contents)))
        return b"".join(distributions), b"".join(files)

    def _hash(self):
        count = 1
        while count < 2 * len(self.modules):
            count *= 2
        slots = [(0, 0)] * count
        for name, index in self.indexes.items():
            value = fnv1a(name.encode())
            slot = value & (count - 1)
            while slots[slot][1]:
                slot = (slot + 1) & (count - 1)
            slots[slot] = (value, index + 1)
        return b"".join(struct.pack("<2I", *slot) for slot in slots)

    def _join(self, sections):
        offset, offsets = 256, {}
        for name in SECTIONS:
            offset = align(offset, PAGE if name == "data" else 64)
            offsets[name] = offset
            offset += len(sections[name])
        sections["data"] = bytes(self.data.bytes)
        total = align(offsets["data"] + len(sections["data"]), PAGE)
        blob = bytearray(total)
        for name in SECTIONS:
            section = bytearray(sections[name])
            if name in STRING_FIELDS:
                self._resolve(section, ENTRY_SIZES[SECTIONS.index(name)], STRING_FIELDS[name], DATA_FIELDS.get(name, ()), offsets)
            blob[offsets[name]:offsets[name] + len(section)] = section
        for number, (name, entry_size) in enumerate(zip(SECTIONS, ENTRY_SIZES)):
            count = 0 if name == "data" else len(sections[name]) // entry_size
            struct.pack_into("<QII", blob, 64 + 16 * number, offsets[name], count, entry_size)
        struct.pack_into("<8sIIQ", blob, 0, MAGIC, 3, 256, total)
        struct.pack_into("<II", blob, 56, len(self.plain_files), len(SECTIONS))
        blob[24:56] = hashlib.sha256(blob[256:]).digest()
        return bytes(blob)

    @staticmethod
    def _resolve(section, entry_size, string_fields, data_fields, offsets):
        for start in range(0, len(section), entry_size):
            for field in string_fields:
                value, = struct.unpack_from("<I", section, start + field)
                if value >> 31:
                    struct.pack_into("<I", section, start + field, (value & 0x7FFFFFFF) + offsets["strings"])
            for field in data_fields:
                value, = struct.unpack_from("<Q", section, start + field)
                if value >> 63:
                    struct.pack_into("<Q", section, start + field, (value & (1 << 63) - 1) + offsets["data"])


STRING_FIELDS = {"modules": (0, 80, 88), "resources": (0, 32, 40, 56), "files": (0, 32, 40), "libraries": (0, 32, 40), "distributions": (0, 8, 16),
                 "settings": (0, 8)}
DATA_FIELDS = {"modules": (16, 32, 48), "resources": (16,), "files": (16,), "libraries": (16,)}
