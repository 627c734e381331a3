using System.Buffers.Binary;
using System.Text;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Packing;

/// <summary>The entries of one section while they are written; little-endian.</summary>
internal sealed class SectionWriter(PackedSection section)
{
    private byte[] _bytes = new byte[4096];

    /// <summary>Bytes so far.</summary>
    public int Length { get; private set; }

    /// <summary>Entries so far.</summary>
    public int Count => Length / PackedFormat.EntrySize(section);

    /// <summary>Positions of data references in this section: their offsets still count from the start of the data.</summary>
    public List<int> DataReferences { get; } = [];

    /// <summary>What was written.</summary>
    public Span<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Appends a number.</summary>
    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Grow(4), value);

    /// <summary>Appends a number that is never negative.</summary>
    public void U32(int value) => U32(checked((uint)value));

    /// <summary>Appends a number.</summary>
    public void U64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Grow(8), value);

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Grow(bytes.Length));

    /// <summary>Appends a data reference; <c>null</c> is one to nothing.</summary>
    public void Data(PlacedItem? item)
    {
        if (item is null)
        {
            Grow(16);
            return;
        }
        DataReferences.Add(Length);
        U64(item.Offset);
        U32(item.StoredSize);
        U32(item.RawSize);
    }

    private Span<byte> Grow(int count)
    {
        if (Length + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}

/// <summary>The strings section while it is written: each text once, with a NUL after it.</summary>
internal sealed class StringPool(int offset)
{
    private readonly Dictionary<string, (int Offset, int Size)> _known = new(StringComparer.Ordinal);

    /// <summary>The section.</summary>
    public SectionWriter Section { get; } = new(PackedSection.Strings);

    /// <summary>Where a text stands in the blob, and its size. An empty text has no place.</summary>
    /// <exception cref="BuildFailedException">It is longer than a name may be.</exception>
    public (int Offset, int Size) Add(string text)
    {
        if (text.Length == 0)
            return (0, 0);
        if (_known.TryGetValue(text, out var known))
            return known;
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length >= PackedFormat.MaxName)
            throw new BuildFailedException(
                DiagnosticKinds.PackedTooLarge,
                $"a name of {bytes.Length} bytes, which begins with `{text[..40]}`, does not fit packed resources: the limit is {PackedFormat.MaxName - 1}; shorten it"
            );
        var place = (offset + Section.Length, bytes.Length);
        Section.Append(bytes);
        Section.Append([0]);
        return _known[text] = place;
    }
}
