using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Packing;

/// <summary>A blob is damaged, or the bytes are not a blob.</summary>
/// <param name="offset">Where in the blob.</param>
/// <param name="message">What was found there, and what expected.</param>
internal sealed class PackedResourcesException(long offset, string message) : Exception($"packed resources, offset {offset}: {message}")
{
    /// <summary>Where in the blob.</summary>
    public long Offset { get; } = offset;
}

/// <summary>A reference to bytes of a blob.</summary>
/// <param name="Offset">0: there are none.</param>
/// <param name="StoredSize">In the blob.</param>
/// <param name="RawSize">Unpacked.</param>
/// <param name="Codec">How they are stored.</param>
internal readonly record struct PackedData(long Offset, uint StoredSize, uint RawSize, PackedCodec Codec)
{
    /// <summary>Whether there are bytes; an empty item counts.</summary>
    public bool Exists => Offset != 0;
}

/// <summary>A module of a blob.</summary>
internal sealed record PackedModuleEntry(
    string Name,
    string Path,
    PackedFlags Flags,
    int OptimizeLevel,
    PackedData Code,
    PackedData Source,
    PackedData Library,
    int FirstResource,
    int ResourceCount,
    int FirstDependency,
    int DependencyCount,
    int Distribution,
    string Root
);

/// <summary>A resource, a file of a distribution, or a shared library of a blob. The owner of a plain file is -1; only a link has a
/// target.</summary>
internal sealed record PackedFileEntry(
    string Name,
    string Path,
    PackedFlags Flags,
    int Owner,
    PackedData Data,
    string Root,
    int FirstDependency,
    int DependencyCount,
    string Target
);

/// <summary>A package distribution of a blob.</summary>
internal sealed record PackedDistributionEntry(string Name, string Version, string Folder, int FirstFile, int FileCount);

/// <summary>
/// Reads a packed-resources blob, for tests and reports; products read it in C. Every offset is checked where it is used, so that a damaged
/// blob is an exception that says where, and nothing else. docs/formats/packed-resources.md has the drawings.
/// </summary>
internal sealed class PackedResourcesReader
{
    private readonly ReadOnlyMemory<byte> _blob;
    private readonly (long Offset, int Count)[] _sections = new (long, int)[PackedFormat.SectionCount];

    private PackedResourcesReader(ReadOnlyMemory<byte> blob) => _blob = blob;

    private ReadOnlySpan<byte> Bytes => _blob.Span;

    /// <summary>Checks the header.</summary>
    /// <exception cref="PackedResourcesException">It is no blob of this version, or not of this length.</exception>
    public static PackedResourcesReader Open(ReadOnlyMemory<byte> blob)
    {
        var reader = new PackedResourcesReader(blob);
        reader.CheckHeader();
        return reader;
    }

    /// <summary>Entries of a section.</summary>
    public int Count(PackedSection section) => _sections[(int)section].Count;

    /// <summary>Entries at the end of the resources that belong to no package: files, and folders with nothing in them.</summary>
    public int PlainFiles { get; private set; }

    /// <summary>Where a section begins.</summary>
    public long OffsetOf(PackedSection section) => _sections[(int)section].Offset;

    /// <summary>A module by its index.</summary>
    public PackedModuleEntry Module(int index)
    {
        var at = EntryAt(PackedSection.Modules, index);
        var flags = U32(at + 8);
        return new PackedModuleEntry(
            Text(U32(at), U32(at + 4), at),
            Text(U32(at + 80), U32(at + 12), at + 80),
            (PackedFlags)(flags & 0xff),
            (int)(flags >> PackedFormat.LevelShift & 3),
            Data(at + 16, flags >> PackedFormat.CodeCodecShift),
            Data(at + 32, flags >> PackedFormat.SourceCodecShift),
            Data(at + 48, flags >> PackedFormat.LibraryCodecShift),
            Index(at + 64),
            Index(at + 68),
            Index(at + 72),
            Index(at + 76),
            Index(at + 84),
            Text(U32(at + 88), U32(at + 92), at + 88)
        );
    }

    /// <summary>The index of a module, by the hash table as products find it; -1 if there is none.</summary>
    public int Find(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var hash = PackedFormat.Hash(bytes);
        var count = Count(PackedSection.ModuleHash);
        for (int probe = 0, slot = (int)(hash & (uint)(count - 1)); probe < count; probe++, slot = (slot + 1) & (count - 1))
        {
            var at = EntryAt(PackedSection.ModuleHash, slot);
            var module = U32(at + 4);
            if (module == 0)
                return -1;
            // An index beyond the modules is refused by Module, negative ones too.
            if (U32(at) == hash && Module(unchecked((int)(module - 1))).Name == name)
                return (int)module - 1;
        }
        return -1;
    }

    /// <summary>All modules, in the order of the blob.</summary>
    public IEnumerable<PackedModuleEntry> Modules => Enumerable.Range(0, Count(PackedSection.Modules)).Select(Module);

    /// <summary>A resource, a distribution's file or a library, by its index.</summary>
    public PackedFileEntry File(PackedSection section, int index)
    {
        var at = EntryAt(section, index);
        var flags = U32(at + 8);
        return new PackedFileEntry(
            Text(U32(at), U32(at + 4), at),
            Text(U32(at + 40), U32(at + 44), at + 40),
            (PackedFlags)(flags & 0xff),
            U32(at + 12) == PackedFormat.NoOwner ? -1 : Index(at + 12),
            Data(at + 16, flags >> PackedFormat.CodeCodecShift),
            Text(U32(at + 32), U32(at + 36), at + 32),
            Index(at + 48),
            Index(at + 52),
            Text(U32(at + 56), U32(at + 60), at + 56)
        );
    }

    /// <summary>A package distribution by its index.</summary>
    public PackedDistributionEntry Distribution(int index)
    {
        var at = EntryAt(PackedSection.Distributions, index);
        return new PackedDistributionEntry(
            Text(U32(at), U32(at + 4), at),
            Text(U32(at + 8), U32(at + 12), at + 8),
            Text(U32(at + 16), U32(at + 20), at + 16),
            Index(at + 24),
            Index(at + 28)
        );
    }

    /// <summary>The settings, in order.</summary>
    public IEnumerable<(string Name, string Value)> Settings =>
        Enumerable
            .Range(0, Count(PackedSection.Settings))
            .Select(index => EntryAt(PackedSection.Settings, index))
            .Select(at => (Text(U32(at), U32(at + 4), at), Text(U32(at + 8), U32(at + 12), at + 8)));

    /// <summary>An entry of one of the sections that hold indexes.</summary>
    public int IndexAt(PackedSection section, int index) => Index(EntryAt(section, index));

    /// <summary>The bytes behind a reference, unpacked.</summary>
    /// <exception cref="PackedResourcesException">They are outside of the blob, or do not unpack to what the reference says.</exception>
    public byte[] Read(PackedData data)
    {
        var stored = Range(data.Offset, data.StoredSize, 16);
        var raw = data.Codec switch
        {
            PackedCodec.None => stored.ToArray(),
            PackedCodec.Zlib => Inflate(stored, data),
            PackedCodec.Zstd => Unpack(stored, data),
            _ => throw new PackedResourcesException(data.Offset, $"codec {(int)data.Codec}, expected 0, 1 or 2"),
        };
        return raw.Length == data.RawSize
            ? raw
            : throw new PackedResourcesException(data.Offset, $"{raw.Length} bytes, expected {data.RawSize}");
    }

    /// <summary>Checks everything: the digest, every section's place, every entry and every reference.</summary>
    /// <exception cref="PackedResourcesException">Something is wrong.</exception>
    public void Verify()
    {
        if (
            !SHA256
                .HashData(Bytes[PackedFormat.HeaderSize..])
                .AsSpan()
                .SequenceEqual(Bytes.Slice(PackedFormat.DigestOffset, Sha256Digest.Size))
        )
            throw new PackedResourcesException(PackedFormat.DigestOffset, "the digest is not that of the bytes");
        new PackedResourcesVerification(this, _blob).Run();
    }

    private void CheckHeader()
    {
        if (Bytes.Length < PackedFormat.HeaderSize)
            throw new PackedResourcesException(0, $"{Bytes.Length} bytes, expected at least {PackedFormat.HeaderSize}");
        if (!Bytes.StartsWith(PackedFormat.Magic))
            throw new PackedResourcesException(
                0,
                $"magic {Convert.ToHexString(Bytes[..8])}, expected {Convert.ToHexString(PackedFormat.Magic)}"
            );
        Expect(8, U32(8), PackedFormat.Version, "version");
        Expect(12, U32(12), PackedFormat.HeaderSize, "header_size");
        Expect(16, BinaryPrimitives.ReadInt64LittleEndian(Bytes[16..]), Bytes.Length, "total_size");
        Expect(60, U32(60), PackedFormat.SectionCount, "section_count");
        if (Bytes.Length % PackedFormat.PageSize != 0)
            throw new PackedResourcesException(16, $"total_size {Bytes.Length}, expected a multiple of {PackedFormat.PageSize}");
        for (var section = 0; section < PackedFormat.SectionCount; section++)
            CheckSection(section);
        var (plain, resources) = (U32(PackedFormat.PlainFilesOffset), Count(PackedSection.Resources));
        if (plain > resources)
            throw new PackedResourcesException(PackedFormat.PlainFilesOffset, $"{plain} plain files among {resources} resources");
        PlainFiles = (int)plain;
    }

    private void CheckSection(int section)
    {
        var at = PackedFormat.SectionsOffset + section * PackedFormat.SectionSize;
        var entrySize = PackedFormat.EntrySize((PackedSection)section);
        Expect(at + 12, U32(at + 12), entrySize, $"entry_size of section {section}");
        var (offset, count) = (BinaryPrimitives.ReadInt64LittleEndian(Bytes[at..]), U32(at + 8));
        if (offset < PackedFormat.HeaderSize || offset > Bytes.Length || count > (Bytes.Length - offset) / entrySize)
            throw new PackedResourcesException(
                at,
                $"section {section} at {offset} with {count} entries of {entrySize} bytes, outside of {Bytes.Length} bytes"
            );
        _sections[section] = (offset, (int)count);
    }

    private static void Expect(long offset, long found, long expected, string field)
    {
        if (found != expected)
            throw new PackedResourcesException(offset, $"{field} {found}, expected {expected}");
    }

    private int EntryAt(PackedSection section, int index)
    {
        var (offset, count) = _sections[(int)section];
        if ((uint)index >= (uint)count)
            throw new PackedResourcesException(
                PackedFormat.SectionsOffset + (int)section * PackedFormat.SectionSize,
                $"entry {index} of section {(int)section}, which has {count}"
            );
        return (int)offset + index * PackedFormat.EntrySize(section);
    }

    private PackedData Data(int at, uint codec) =>
        new(BinaryPrimitives.ReadInt64LittleEndian(Bytes[at..]), U32(at + 8), U32(at + 12), (PackedCodec)(codec & 15));

    private string Text(uint offset, uint size, long at) =>
        offset == 0 && size == 0 ? "" : Encoding.UTF8.GetString(Range(offset, size, at));

    private ReadOnlySpan<byte> Range(long offset, long size, long at) =>
        offset >= PackedFormat.HeaderSize && offset <= Bytes.Length && size <= Bytes.Length - offset
            ? Bytes.Slice((int)offset, (int)size)
            : throw new PackedResourcesException(at, $"bytes [{offset}, {offset + size}) of {Bytes.Length}");

    private int Index(int at) =>
        U32(at) <= int.MaxValue
            ? (int)U32(at)
            : throw new PackedResourcesException(at, $"index {U32(at)}, expected at most {int.MaxValue}");

    private uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes[at..]);

    // Never more than the reference says: a hostile stream could unpack to any size.
    private static byte[] Inflate(ReadOnlySpan<byte> stored, PackedData data)
    {
        var raw = new byte[
            data.RawSize <= int.MaxValue && data.RawSize / 1100 <= data.StoredSize
                ? data.RawSize
                : throw new PackedResourcesException(data.Offset, $"{data.StoredSize} bytes cannot unpack to {data.RawSize}")
        ];
        using var stream = new System.IO.Compression.ZLibStream(
            new MemoryStream(stored.ToArray()),
            System.IO.Compression.CompressionMode.Decompress
        );
        try
        {
            var count = stream.ReadAtLeast(raw, raw.Length, throwOnEndOfStream: false);
            return stream.ReadByte() < 0
                ? raw[..count]
                : throw new PackedResourcesException(data.Offset, $"more than {data.RawSize} bytes");
        }
        catch (InvalidDataException exception)
        {
            throw new PackedResourcesException(data.Offset, $"no zlib stream: {exception.Message}");
        }
    }

    private static byte[] Unpack(ReadOnlySpan<byte> stored, PackedData data)
    {
        try
        {
            using var decompressor = new ZstdSharp.Decompressor();
            return decompressor.Unwrap(stored, (int)Math.Min(data.RawSize, int.MaxValue)).ToArray();
        }
        catch (ZstdSharp.ZstdException exception)
        {
            throw new PackedResourcesException(data.Offset, $"no Zstandard frame of {data.RawSize} bytes: {exception.Message}");
        }
    }
}
