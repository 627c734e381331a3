using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Oxidizer.Cache.Records;

/// <summary>Writes little-endian values and length-prefixed texts into a growing array.</summary>
internal sealed class ByteWriter(int capacity = 256)
{
    // A text that is not valid UTF-16 (a lone surrogate) has no UTF-8 form; its length is written with this bit set, and its UTF-16 units
    // follow.
    internal const uint RawText = 0x8000_0000;

    private byte[] _bytes = new byte[capacity];
    private int _length;

    public int Length => _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public byte[] ToArray() => Written.ToArray();

    public void Clear() => _length = 0;

    public void Byte(byte value) => Take(1)[0] = value;

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(8), value);

    public void Digest(Sha256Digest value) => value.CopyTo(Take(Sha256Digest.Size));

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    public void Text(string value)
    {
        if (Utf16.IsWellFormed(value))
        {
            var count = Encoding.UTF8.GetByteCount(value);
            UInt32((uint)count);
            Encoding.UTF8.GetBytes(value, Take(count));
        }
        else
        {
            UInt32((uint)value.Length | RawText);
            Bytes(MemoryMarshal.AsBytes(value.AsSpan()));
        }
    }

    private Span<byte> Take(int count)
    {
        if (_bytes.Length - _length < count)
            Array.Resize(ref _bytes, checked((int)Math.Max(Math.Min(_bytes.Length * 2L, Array.MaxLength), _length + (long)count)));
        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }
}
