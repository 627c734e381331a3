using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Oxidizer.Packager.Elf;

/// <summary>
/// Ranges of an ELF file on the disk. Only the requested ranges are read, and each is checked against the file's length: an image may have
/// gigabytes, and its
/// tables may be wrong.
/// </summary>
internal sealed class ElfFile(SafeFileHandle handle)
{
    private const int LongestString = 64 << 10;
    private readonly long _length = RandomAccess.GetLength(handle);

    /// <summary>Fills <paramref name="bytes"/>; false when the file has fewer there.</summary>
    public bool TryRead(ulong offset, Span<byte> bytes)
    {
        if (offset > (ulong)_length || (ulong)bytes.Length > (ulong)_length - offset)
            return false;
        for (var at = (long)offset; !bytes.IsEmpty; )
        {
            var count = RandomAccess.Read(handle, bytes, at);
            // The file was truncated while it was read.
            if (count == 0)
                return false;
            bytes = bytes[count..];
            at += count;
        }
        return true;
    }

    /// <summary>Whether the file has all of a range.</summary>
    public bool Holds(ulong offset, ulong size) => offset <= (ulong)_length && size <= (ulong)_length - offset;

    /// <summary>A string that ends with a NUL within a table; false when it does not end, or is longer than any name or path.</summary>
    public bool TryString(ulong table, ulong size, ulong offset, out string text)
    {
        text = "";
        if (offset >= size)
            return false;
        var bytes = new byte[Math.Min(256, size - offset)];
        while (true)
        {
            if (!TryRead(table + offset, bytes))
                return false;
            if (bytes.AsSpan().IndexOf((byte)0) is >= 0 and var length)
            {
                text = Encoding.UTF8.GetString(bytes, 0, length);
                return true;
            }
            var longer = Math.Min((ulong)bytes.Length * 16, size - offset);
            if (longer == (ulong)bytes.Length || longer > LongestString)
                return false;
            bytes = new byte[longer];
        }
    }

    /// <summary>A number of two bytes in a header that was read.</summary>
    public static int Half(ReadOnlySpan<byte> header, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(header[offset..]);
}
