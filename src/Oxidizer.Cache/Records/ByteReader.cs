using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Oxidizer.Cache.Records;

/// <summary>
/// Reads what <see cref="ByteWriter"/> wrote. It never throws: past the end it returns zeroes and sets <see cref="Failed"/>, which the
/// caller checks once, after reading.
/// </summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    public bool Failed { get; private set; }

    public readonly int Left => _bytes.Length - _position;

    /// <summary>Whether everything was read, and nothing beyond.</summary>
    public readonly bool IsComplete => !Failed && Left == 0;

    public byte Byte() => Take(1) is { Length: 1 } b ? b[0] : (byte)0;

    public uint UInt32() => Take(4) is { Length: 4 } b ? BinaryPrimitives.ReadUInt32LittleEndian(b) : 0;

    public long Int64() => Take(8) is { Length: 8 } b ? BinaryPrimitives.ReadInt64LittleEndian(b) : 0;

    public ulong UInt64() => Take(8) is { Length: 8 } b ? BinaryPrimitives.ReadUInt64LittleEndian(b) : 0;

    public double Double() => Take(8) is { Length: 8 } b ? BinaryPrimitives.ReadDoubleLittleEndian(b) : 0;

    public Sha256Digest Digest() => Take(Sha256Digest.Size) is { Length: Sha256Digest.Size } b ? new Sha256Digest(b) : default;

    public string Text()
    {
        var length = UInt32();
        if ((length & ByteWriter.RawText) == 0)
            return Encoding.UTF8.GetString(Take(length));
        var bytes = Take((length & ~ByteWriter.RawText) * 2L);
        return new string(MemoryMarshal.Cast<byte, char>(bytes));
    }

    /// <summary>Reads a count of items of at least <paramref name="smallest"/> bytes each. A damaged count that exceeds the bytes that are
    /// left fails, so that it cannot reserve memory.</summary>
    public int Count(int smallest)
    {
        var count = UInt32();
        if (count * (long)smallest <= Left)
            return (int)count;
        Failed = true;
        return 0;
    }

    public ReadOnlySpan<byte> Take(long count)
    {
        if (Failed || count > Left)
        {
            Failed = true;
            return default;
        }
        _position += (int)count;
        return _bytes.Slice(_position - (int)count, (int)count);
    }
}
