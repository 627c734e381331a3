using Oxidizer.Cache;
using Oxidizer.Packager.Bytecode;

namespace Oxidizer.Packager.Packing;

/// <summary>Bytes with a place in the data section.</summary>
/// <param name="Slice">Where they come from.</param>
/// <param name="Offset">From the start of the data.</param>
/// <param name="RawSize">When they are unpacked.</param>
/// <param name="Codec">How they are stored.</param>
internal sealed record PlacedItem(FileSlice Slice, long Offset, int RawSize, PackedCodec Codec)
{
    /// <summary>In the blob.</summary>
    public int StoredSize => Slice.Size;
}

/// <summary>Gives bytes their places, in the order in which they come. Equal files (such as empty ones) share one.</summary>
internal sealed class DataPlan
{
    private readonly Dictionary<(Sha256Digest, int Alignment), PlacedItem> _files = [];

    /// <summary>By offset.</summary>
    public List<PlacedItem> Items { get; } = [];

    /// <summary>The end of the last item.</summary>
    public long Length { get; private set; }

    /// <summary>Places bytes without looking for an equal copy.</summary>
    public PlacedItem Add(StoredFile file, int alignment = PackedFormat.ItemAlignment)
    {
        var offset = PackedFormat.Align(Length, alignment);
        var item = new PlacedItem(file.Slice, offset, file.RawSize, file.Codec);
        Items.Add(item);
        Length = offset + file.Slice.Size;
        return item;
    }

    /// <summary>Places a file's bytes, or returns the place of equal bytes.</summary>
    public PlacedItem Add(Sha256Digest digest, StoredFile file, int alignment = PackedFormat.ItemAlignment) =>
        _files.TryGetValue((digest, alignment), out var known) ? known : _files[(digest, alignment)] = Add(file, alignment);
}
