using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.Elf;

/// <summary>
/// What the dynamic linker and the import system ask of a shared object: its SONAME, the libraries that it needs, and the modules that it
/// can
/// initialise. Read from the dynamic section of an ELF64 little-endian file; every offset is checked, because packages are not trusted.
/// </summary>
/// <param name="Soname"><c>DT_SONAME</c>, or <c>null</c>.</param>
/// <param name="Needed"><c>DT_NEEDED</c>, in order.</param>
/// <param name="InitializedModules">Names after <c>PyInit_</c> among the exported symbols.</param>
/// <param name="Machine"><c>e_machine</c>: 62 x86-64, 183 aarch64.</param>
/// <param name="SearchPath"><c>DT_RUNPATH</c>, else <c>DT_RPATH</c>, as written: folders with <c>:</c> between them; empty without
/// either.</param>
internal sealed record ElfDynamic(
    string? Soname,
    IReadOnlyList<string> Needed,
    IReadOnlyList<string> InitializedModules,
    int Machine,
    string SearchPath = ""
)
{
    // More than any linker writes: a table of gigabytes is a hostile one.
    private const int MaxTags = 1 << 16;
    private const int HeaderSize = 64,
        SegmentSize = 56,
        TagSize = 16,
        TypeSharedObject = 3,
        TypeLoad = 1,
        TypeDynamic = 2;
    private const long TagNeeded = 1,
        TagHash = 4,
        TagStringTable = 5,
        TagSymbolTable = 6,
        TagStringSize = 10,
        TagSoname = 14,
        TagRpath = 15,
        TagRunpath = 29;

    /// <summary><c>e_machine</c> of a target; -1 when it is not known.</summary>
    public static int MachineOf(TargetTriple target) =>
        target.Architecture switch
        {
            "x86_64" => 62,
            "aarch64" => 183,
            _ => -1,
        };

    /// <summary>Reads the headers and tables of an image; false when it is no such file or its tables point outside of it.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static bool TryRead(SafeFileHandle handle, out ElfDynamic dynamic)
    {
        dynamic = new ElfDynamic(null, [], [], 0);
        var file = new ElfFile(handle);
        Span<byte> header = stackalloc byte[HeaderSize];
        if (
            !file.TryRead(0, header)
            || !header[..6].SequenceEqual("\u007fELF\u0002\u0001"u8)
            || ElfFile.Half(header, 16) != TypeSharedObject
        )
            return false;
        dynamic = dynamic with { Machine = ElfFile.Half(header, 18) };
        if (ReadSegments(file, header) is not { } segments)
            return false;
        return segments.Find(segment => segment.Type == TypeDynamic) is not { Size: > 0 } section
            || TryReadDynamic(file, segments, section, ref dynamic);
    }

    private static bool TryReadDynamic(ElfFile file, List<Segment> segments, Segment section, ref ElfDynamic dynamic)
    {
        if (ReadTags(file, section) is not { } tags)
            return false;
        if (
            Value(tags, TagStringTable) is not { } address
            || Value(tags, TagStringSize) is not { } size
            || FileOffset(segments, address) is not { } offset
            || !file.Holds(offset, size)
        )
            return tags.TrueForAll(tag => tag.Tag is not TagNeeded and not TagSoname);

        var needed = new List<string>();
        foreach (var (_, value) in tags.Where(tag => tag.Tag == TagNeeded))
        {
            if (!file.TryString(offset, size, value, out var name))
                return false;
            needed.Add(name);
        }
        string? soname = null;
        if (Value(tags, TagSoname) is { } sonameOffset && !file.TryString(offset, size, sonameOffset, out soname))
            return false;
        var searchPath = "";
        if (
            (Value(tags, TagRunpath) ?? Value(tags, TagRpath)) is { } pathOffset
            && !file.TryString(offset, size, pathOffset, out searchPath)
        )
            return false;
        dynamic = dynamic with { Soname = soname, Needed = needed, SearchPath = searchPath };
        // The number of dynamic symbols stands in DT_HASH; files with only DT_GNU_HASH do not say it, but the string table follows the
        // symbol
        // table in every linker's layout, and each name is checked anyhow.
        if (Value(tags, TagSymbolTable) is { } symbols && FileOffset(segments, symbols) is { } symbolsOffset)
        {
            var count = SymbolCount(file, segments, tags) ?? (address - symbols) / InitFunctions.SymbolSize;
            dynamic = dynamic with { InitializedModules = InitFunctions.Find(file, (symbolsOffset, count), (offset, size)) };
        }
        return true;
    }

    private static List<(long Tag, ulong Value)>? ReadTags(ElfFile file, Segment section)
    {
        var tags = new List<(long, ulong)>();
        Span<byte> entry = stackalloc byte[TagSize];
        for (ulong at = 0; at + TagSize <= section.Size; at += TagSize)
        {
            if (tags.Count == MaxTags || !file.TryRead(section.Offset + at, entry))
                return null;
            var tag = BinaryPrimitives.ReadInt64LittleEndian(entry);
            if (tag == 0)
                break;
            tags.Add((tag, BinaryPrimitives.ReadUInt64LittleEndian(entry[8..])));
        }
        return tags;
    }

    private static ulong? SymbolCount(ElfFile file, List<Segment> segments, List<(long Tag, ulong Value)> tags)
    {
        Span<byte> header = stackalloc byte[8];
        return Value(tags, TagHash) is { } hash && FileOffset(segments, hash) is { } offset && file.TryRead(offset, header)
            ? BinaryPrimitives.ReadUInt32LittleEndian(header[4..])
            : null;
    }

    private sealed record Segment(uint Type, ulong Offset, ulong Address, ulong Size);

    private static List<Segment>? ReadSegments(ElfFile file, ReadOnlySpan<byte> image)
    {
        var offset = BinaryPrimitives.ReadUInt64LittleEndian(image[32..]);
        var (entrySize, count) = (ElfFile.Half(image, 54), ElfFile.Half(image, 56));
        var segments = new List<Segment>();
        Span<byte> header = stackalloc byte[SegmentSize];
        for (var index = 0; index < count; index++)
        {
            if (entrySize < SegmentSize || !file.TryRead(offset + ((ulong)index * (ulong)entrySize), header))
                return null;
            segments.Add(
                new Segment(
                    BinaryPrimitives.ReadUInt32LittleEndian(header),
                    BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
                    BinaryPrimitives.ReadUInt64LittleEndian(header[16..]),
                    BinaryPrimitives.ReadUInt64LittleEndian(header[32..])
                )
            );
        }
        return segments;
    }

    private static ulong? FileOffset(List<Segment> segments, ulong address) =>
        segments.Find(segment => segment.Type == TypeLoad && address >= segment.Address && address - segment.Address < segment.Size)
            is { } holder
            ? holder.Offset + (address - holder.Address)
            : null;

    private static ulong? Value(List<(long Tag, ulong Value)> tags, long tag) =>
        tags.FindIndex(entry => entry.Tag == tag) is >= 0 and var index ? tags[index].Value : null;
}
