using System.Buffers.Binary;
using System.Text;

namespace Oxidizer.Packager.Resources;

/// <summary>
/// What the dynamic linker and the import system ask of a shared object: its SONAME, the libraries that it needs, and the modules that it can
/// initialise. Read from the dynamic section of an ELF64 little-endian file; every offset is checked, because packages come from anywhere.
/// </summary>
/// <param name="Soname"><c>DT_SONAME</c>, or <c>null</c>.</param>
/// <param name="Needed"><c>DT_NEEDED</c>, in order.</param>
/// <param name="InitializedModules">Names after <c>PyInit_</c> among the exported symbols.</param>
/// <param name="Machine"><c>e_machine</c>: 62 x86-64, 183 aarch64.</param>
/// <param name="SearchPath"><c>DT_RUNPATH</c>, else <c>DT_RPATH</c>, as written: folders with <c>:</c> between them; empty without either.</param>
internal sealed record ElfDynamic(string? Soname, IReadOnlyList<string> Needed, IReadOnlyList<string> InitializedModules, int Machine, string SearchPath = "")
{
    /// <summary><c>e_machine</c> of a target; -1 when it is not known.</summary>
    public static int MachineOf(TargetTriple target) => target.Architecture switch { "x86_64" => 62, "aarch64" => 183, _ => -1 };


    private const int TypeLoad = 1, TypeDynamic = 2;
    private const long TagNeeded = 1, TagHash = 4, TagStringTable = 5, TagSymbolTable = 6, TagStringSize = 10, TagSoname = 14, TagRpath = 15, TagRunpath = 29;

    /// <summary>Reads an image; false when it is no such file or its tables point outside of it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> image, out ElfDynamic dynamic)
    {
        dynamic = new ElfDynamic(null, [], [], 0);
        if (image.Length < 64 || !image[..6].SequenceEqual("\u007fELF\u0002\u0001"u8) || Half(image, 16) != 3)
            return false;
        var machine = Half(image, 18);
        var segments = Segments(image);
        if (segments is null)
            return false;
        if (segments.Find(segment => segment.Type == TypeDynamic) is not { Size: > 0 } section)
        {
            dynamic = new ElfDynamic(null, [], [], machine);
            return true;
        }
        return TryReadDynamic(image, segments, section, machine, out dynamic);
    }

    private static bool TryReadDynamic(ReadOnlySpan<byte> image, List<Segment> segments, Segment section, int machine, out ElfDynamic dynamic)
    {
        dynamic = new ElfDynamic(null, [], [], machine);
        var tags = new List<(long Tag, ulong Value)>();
        for (ulong at = 0; at + 16 <= section.Size; at += 16)
        {
            if (!TryRange(image, section.Offset + at, 16, out var entry))
                return false;
            var tag = BinaryPrimitives.ReadInt64LittleEndian(entry);
            if (tag == 0)
                break;
            tags.Add((tag, BinaryPrimitives.ReadUInt64LittleEndian(entry[8..])));
        }
        if (Value(tags, TagStringTable) is not { } address || Value(tags, TagStringSize) is not { } size
            || FileOffset(segments, address) is not { } offset || !TryRange(image, offset, size, out var strings))
            return tags.TrueForAll(tag => tag.Tag is not TagNeeded and not TagSoname);

        var needed = new List<string>();
        foreach (var (_, value) in tags.Where(tag => tag.Tag == TagNeeded))
        {
            if (!TryString(strings, value, out var name))
                return false;
            needed.Add(name);
        }
        string? soname = null;
        if (Value(tags, TagSoname) is { } sonameOffset && !TryString(strings, sonameOffset, out soname))
            return false;
        var searchPath = "";
        if ((Value(tags, TagRunpath) ?? Value(tags, TagRpath)) is { } pathOffset && !TryString(strings, pathOffset, out searchPath))
            return false;
        dynamic = new ElfDynamic(soname, needed, InitFunctions(image, segments, tags, strings), machine, searchPath);
        return true;
    }

    // The number of dynamic symbols stands in DT_HASH; files with only DT_GNU_HASH do not say it, but the string table follows the symbol
    // table in every linker's layout, and each name is checked anyhow.
    private static List<string> InitFunctions(ReadOnlySpan<byte> image, List<Segment> segments, List<(long Tag, ulong Value)> tags, ReadOnlySpan<byte> strings)
    {
        var modules = new List<string>();
        if (Value(tags, TagSymbolTable) is not { } address || FileOffset(segments, address) is not { } offset)
            return modules;
        var count = Value(tags, TagHash) is { } hash && FileOffset(segments, hash) is { } hashOffset && TryRange(image, hashOffset, 8, out var header)
            ? BinaryPrimitives.ReadUInt32LittleEndian(header[4..])
            : (Value(tags, TagStringTable)!.Value - address) / 24;
        for (ulong index = 1; index < count && TryRange(image, offset + index * 24, 24, out var symbol); index++)
        {
            var defined = BinaryPrimitives.ReadUInt16LittleEndian(symbol[6..]) != 0;
            var name = BinaryPrimitives.ReadUInt32LittleEndian(symbol);
            if (defined && name < (ulong)strings.Length && strings[(int)name..].StartsWith("PyInit_"u8) && TryString(strings, name, out var text))
                modules.Add(text["PyInit_".Length..]);
        }
        modules.Sort(StringComparer.Ordinal);
        return modules;
    }

    private sealed record Segment(uint Type, ulong Offset, ulong Address, ulong Size);

    private static List<Segment>? Segments(ReadOnlySpan<byte> image)
    {
        var offset = BinaryPrimitives.ReadUInt64LittleEndian(image[32..]);
        var (entrySize, count) = (Half(image, 54), Half(image, 56));
        var segments = new List<Segment>();
        for (var index = 0; index < count; index++)
        {
            if (entrySize < 56 || !TryRange(image, offset + (ulong)(index * entrySize), 56, out var header))
                return null;
            segments.Add(new Segment(
                BinaryPrimitives.ReadUInt32LittleEndian(header), BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(header[16..]), BinaryPrimitives.ReadUInt64LittleEndian(header[32..])));
        }
        return segments;
    }

    private static ulong? FileOffset(List<Segment> segments, ulong address) =>
        segments.Find(segment => segment.Type == TypeLoad && address >= segment.Address && address - segment.Address < segment.Size) is { } holder
            ? holder.Offset + (address - holder.Address)
            : null;

    private static ulong? Value(List<(long Tag, ulong Value)> tags, long tag) => tags.FindIndex(entry => entry.Tag == tag) is >= 0 and var index ? tags[index].Value : null;

    private static bool TryString(ReadOnlySpan<byte> strings, ulong offset, out string text)
    {
        text = "";
        if (offset >= (ulong)strings.Length)
            return false;
        var rest = strings[(int)offset..];
        var length = rest.IndexOf((byte)0);
        if (length < 0)
            return false;
        text = Encoding.UTF8.GetString(rest[..length]);
        return true;
    }

    private static bool TryRange(ReadOnlySpan<byte> image, ulong offset, ulong size, out ReadOnlySpan<byte> range)
    {
        var inside = offset <= (ulong)image.Length && size <= (ulong)image.Length - offset;
        range = inside ? image.Slice((int)offset, (int)size) : default;
        return inside;
    }

    private static int Half(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(image[offset..]);
}
