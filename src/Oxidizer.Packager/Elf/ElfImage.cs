using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Oxidizer.Packager.Elf;

/// <summary>A program header.</summary>
/// <param name="At">Its own offset in the file.</param>
/// <param name="Type"><c>PT_LOAD</c> and so on.</param>
/// <param name="Offset">Of what it describes, in the file.</param>
/// <param name="Address">Of the same, in memory.</param>
/// <param name="FileSize">In bytes.</param>
/// <param name="MemorySize">In bytes; what the file does not have of it are zeros.</param>
/// <param name="Alignment">Of the address.</param>
internal sealed record ElfSegment(long At, uint Type, long Offset, long Address, long FileSize, long MemorySize, long Alignment)
{
    /// <summary>The first address behind it.</summary>
    public long End => Address + MemorySize;

    /// <summary>The first address of which the file has nothing.</summary>
    public long EndInFile => Address + FileSize;

    /// <summary>Whether the file has what is at an address.</summary>
    public bool Holds(long address) => (ulong)(address - Address) < (ulong)FileSize;
}

/// <summary>A section header.</summary>
/// <param name="At">Its own offset in the file.</param>
/// <param name="Name">Where its name begins among the names.</param>
/// <param name="Address">In memory.</param>
/// <param name="Offset">In the file.</param>
/// <param name="Size">In bytes.</param>
internal sealed record ElfSection(long At, uint Name, long Address, long Offset, long Size)
{
    /// <summary>The first address behind it.</summary>
    public long End => Address + Size;
}

/// <summary>An entry of the dynamic section.</summary>
/// <param name="Tag"><c>DT_NEEDED</c> and so on.</param>
/// <param name="Value">A number, an address, or an offset among the strings.</param>
/// <param name="ValueAt">The offset of the value in the file.</param>
internal readonly record struct ElfTag(long Tag, long Value, long ValueAt);

/// <summary>
/// The tables of an ELF64 little-endian file: the one reader of what a linker made, and of what packages bring. Every read is checked
/// against the file, because packages are not trusted. What does not fit is an <see cref="InvalidDataException"/> that names it.
/// <code>
/// header (64)                      program header (56)          section header (64)
///   4  class 2, data 1               0  type      4  flags        0  name   4  type   8  flags
///  16  type  18  machine             8  offset   16  address     16  address  24  offset
///  32  program headers' offset      32  size in the file         32  size     48  alignment
///  40  section headers' offset      40  size in memory
///  54  entry size, 56  count        48  alignment
///  58  entry size, 60  count
///  62  index of the names           dynamic entry (16): 0  tag  8  value
/// </code>
/// </summary>
internal sealed class ElfImage
{
    public const int HeaderSize = 64,
        SegmentSize = 56,
        SectionSize = 64;
    public const uint LoadSegment = 1,
        DynamicSegment = 2,
        InterpreterSegment = 3,
        NoteSegment = 4,
        ThreadLocalSegment = 7,
        RelroSegment = 0x6474e552;

    // More than any linker writes: a table of gigabytes is a hostile one.
    private const int MaxTags = 1 << 16,
        TagSize = 16;
    private readonly string _what;
    private IReadOnlyList<ElfSection>? _sections;

    /// <summary>What a linker made: all of its tables are read at once.</summary>
    public ElfImage(byte[] bytes)
        : this(new ElfBytes(bytes), "what the linker made") => _ = NamesSection;

    /// <summary>What a package brought: only the tables that are asked for are read, because a file for the loader need have no
    /// others.</summary>
    public ElfImage(SafeFileHandle handle)
        : this(new ElfBytes(handle), "the file") { }

    private ElfImage(ElfBytes bytes, string what)
    {
        (Bytes, _what) = (bytes, what);
        if (bytes.Length < HeaderSize || !Range(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException($"{what} is no 64-bit little-endian ELF file");
        Segments = Table("program headers", U64(32), U16(54), U16(56), SegmentSize, SegmentOf);
    }

    /// <summary>All of the file.</summary>
    public ElfBytes Bytes { get; }

    /// <summary><c>e_type</c>: 2 an executable, 3 a shared object, or an executable that is one.</summary>
    public int Type => U16(16);

    /// <summary><c>e_machine</c>: 62 x86-64, 183 aarch64.</summary>
    public int Machine => U16(18);

    /// <summary>The program headers.</summary>
    public IReadOnlyList<ElfSegment> Segments { get; }

    /// <summary>The section headers.</summary>
    public IReadOnlyList<ElfSection> Sections => _sections ??= Table("section headers", U64(40), U16(58), U16(60), SectionSize, SectionOf);

    /// <summary>The section that holds the sections' names.</summary>
    public ElfSection NamesSection =>
        U16(62) is var index && index < Sections.Count
            ? Sections[index]
            : throw new InvalidDataException($"the section with the names of {_what} has the index {index} of {Sections.Count}");

    /// <summary>The number of two bytes at an offset.</summary>
    public ushort U16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(Range(at, 2));

    /// <summary>The number of four bytes at an offset.</summary>
    public uint U32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(Range(at, 4));

    /// <summary>The number of eight bytes at an offset; one that is too large is negative.</summary>
    public long U64(long at) => BinaryPrimitives.ReadInt64LittleEndian(Range(at, 8));

    /// <summary>The bytes at an offset.</summary>
    public ReadOnlySpan<byte> Range(long at, long size) =>
        Bytes.TryRange(at, size, out var range)
            ? range
            : throw new InvalidDataException($"{_what} ends at {Bytes.Length}; {size} bytes were expected at {at}");

    /// <summary>A string of a table.</summary>
    public string Text(ElfTable table, long offset) =>
        Bytes.TryString(table, offset, out var text)
            ? text
            : throw new InvalidDataException($"{_what} has a name at {offset} of the {table.Size} bytes of its names, which is none");

    /// <summary>The first segment of a type; <c>null</c> when there is none.</summary>
    public ElfSegment? FindSegment(uint type) => Segments.FirstOrDefault(segment => segment.Type == type);

    /// <summary>The section of a name; <c>null</c> when there is none.</summary>
    public ElfSection? FindSection(string name)
    {
        var names = Range(NamesSection.Offset, NamesSection.Size);
        var wanted = Encoding.ASCII.GetBytes(name + "\0");
        foreach (var section in Sections)
            if (section.Name <= names.Length && names[(int)section.Name..].StartsWith(wanted))
                return section;
        return null;
    }

    /// <summary>The segment whose bytes in the file are loaded at an address; <c>null</c> when there is none.</summary>
    public ElfSegment? LoadedAt(long address) => Segments.FirstOrDefault(segment => segment.Type == LoadSegment && segment.Holds(address));

    /// <summary>The offset in the file of what is loaded at an address; <c>null</c> when the file has nothing of it.</summary>
    public long? OffsetOf(long address) => LoadedAt(address) is { } segment ? segment.Offset + (address - segment.Address) : null;

    /// <summary>The entries of the dynamic section, in order; empty when there is none.</summary>
    public IReadOnlyList<ElfTag> DynamicTags()
    {
        var tags = new List<ElfTag>();
        if (FindSegment(DynamicSegment) is not { FileSize: not 0 } dynamic)
            return tags;
        for (long at = 0; at + TagSize <= dynamic.FileSize; at += TagSize)
        {
            if (tags.Count == MaxTags)
                throw new InvalidDataException($"{_what} has more than {MaxTags} dynamic entries");
            var entry = Range(dynamic.Offset + at, TagSize);
            var tag = BinaryPrimitives.ReadInt64LittleEndian(entry);
            if (tag == 0)
                break;
            tags.Add(new ElfTag(tag, BinaryPrimitives.ReadInt64LittleEndian(entry[8..]), dynamic.Offset + at + 8));
        }
        return tags;
    }

    private List<T> Table<T>(string kind, long offset, int entrySize, int count, int size, Func<long, ReadOnlySpan<byte>, T> read)
    {
        if (entrySize != size)
            throw new InvalidDataException($"{_what} has {kind} of {entrySize} bytes; {size} were expected");
        if (count == 0 || offset < HeaderSize || !Bytes.TryRange(offset, (long)count * size, out var table))
            throw new InvalidDataException($"the {kind} of {_what} ({count} at {offset}) do not lie in its {Bytes.Length} bytes");
        var entries = new List<T>(count);
        for (var index = 0; index < count; index++)
            entries.Add(read(offset + index * size, table.Slice(index * size, size)));
        return entries;
    }

    private static ElfSegment SegmentOf(long at, ReadOnlySpan<byte> header) =>
        new(
            at,
            BinaryPrimitives.ReadUInt32LittleEndian(header),
            BinaryPrimitives.ReadInt64LittleEndian(header[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[48..])
        );

    private static ElfSection SectionOf(long at, ReadOnlySpan<byte> header) =>
        new(
            at,
            BinaryPrimitives.ReadUInt32LittleEndian(header),
            BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[32..])
        );
}
