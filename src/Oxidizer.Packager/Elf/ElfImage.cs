using System.Buffers.Binary;
using System.Text;

namespace Oxidizer.Packager.Elf;

/// <summary>
/// The tables of a linked ELF64 little-endian file, for the one change that we make to it. Every read is checked against the file; what
/// does not fit
/// is an <see cref="InvalidDataException"/> that names what was found.
/// <code>
/// header (64)                      program header (56)          section header (64)
///   4  class 2, data 1               0  type      4  flags        0  name   4  type   8  flags
///  32  program headers' offset       8  offset   16  address     16  address  24  offset
///  40  section headers' offset      32  size in the file         32  size     48  alignment
///  54  entry size, 56  count        40  size in memory
///  58  entry size, 60  count        48  alignment
///  62  index of the names
/// </code>
/// </summary>
internal sealed class ElfImage
{
    public const int HeaderSize = 64,
        SegmentSize = 56,
        SectionSize = 64;
    private readonly byte[] _bytes;

    public ElfImage(byte[] bytes)
    {
        _bytes = bytes;
        if (bytes.Length < HeaderSize || !bytes.AsSpan(0, 4).SequenceEqual("\u007fELF"u8) || bytes[4] != 2 || bytes[5] != 1)
            throw new InvalidDataException("what the linker made is no 64-bit little-endian ELF file");
        if (U16(54) != SegmentSize || U16(58) != SectionSize)
            throw new InvalidDataException(
                $"what the linker made has headers of {U16(54)} and {U16(58)} bytes; {SegmentSize} and {SectionSize} were expected"
            );
        Segments = Table("program headers", U64(32), U16(56), SegmentSize);
        Sections = Table("section headers", U64(40), U16(60), SectionSize);
        if (U16(62) >= Sections.Count)
            throw new InvalidDataException($"the section with the names has the index {U16(62)} of {Sections.Count}");
    }

    /// <summary>Offsets of the program headers.</summary>
    public IReadOnlyList<int> Segments { get; }

    /// <summary>Offsets of the section headers.</summary>
    public IReadOnlyList<int> Sections { get; }

    /// <summary>The offset of the header of the section that holds the sections' names.</summary>
    public int NamesSection => Sections[U16(62)];

    public ushort U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(Range(at, 2));

    public uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Range(at, 4));

    public long U64(int at) => BinaryPrimitives.ReadInt64LittleEndian(Range(at, 8));

    public ReadOnlySpan<byte> Range(long at, long size) =>
        at >= 0 && size >= 0 && at + size <= _bytes.Length
            ? _bytes.AsSpan((int)at, (int)size)
            : throw new InvalidDataException($"what the linker made ends at {_bytes.Length}; {size} bytes were expected at {at}");

    /// <summary>The offset of a section's header; -1 when there is none of that name.</summary>
    public int FindSection(string name)
    {
        var names = Range(U64(NamesSection + 24), U64(NamesSection + 32));
        var wanted = Encoding.ASCII.GetBytes(name + "\0");
        foreach (var section in Sections)
            if (U32(section) <= names.Length && names[(int)U32(section)..].StartsWith(wanted))
                return section;
        return -1;
    }

    private List<int> Table(string what, long offset, int count, int size)
    {
        if (count == 0 || offset < HeaderSize || offset + (long)count * size > _bytes.Length)
            throw new InvalidDataException(
                $"the {what} of what the linker made ({count} at {offset}) do not lie in its {_bytes.Length} bytes"
            );
        return [.. Enumerable.Range(0, count).Select(index => (int)offset + index * size)];
    }
}
