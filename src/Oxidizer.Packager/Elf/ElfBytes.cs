using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Oxidizer.Packager.Elf;

/// <summary>
/// Ranges of an ELF file, on the disk or in memory. Of a file on the disk only the requested ranges are read. Each is checked against the
/// length: an image may have gigabytes, and its tables may be wrong.
/// </summary>
internal sealed class ElfBytes
{
    private const int LongestString = 64 << 10;
    private readonly SafeFileHandle? _handle;
    private readonly byte[] _bytes = [];

    /// <summary>A file on the disk; the caller closes it.</summary>
    public ElfBytes(SafeFileHandle handle) => (_handle, Length) = (handle, RandomAccess.GetLength(handle));

    /// <summary>A file in memory. What the caller changes in it is seen.</summary>
    public ElfBytes(byte[] bytes) => (_bytes, Length) = (bytes, bytes.Length);

    /// <summary>In bytes.</summary>
    public long Length { get; }

    /// <summary>Whether the file has all of a range.</summary>
    public bool Holds(long offset, long size) => offset >= 0 && size >= 0 && offset <= Length && size <= Length - offset;

    /// <summary>Fills <paramref name="bytes"/>; false when the file has fewer there.</summary>
    public bool TryRead(long offset, Span<byte> bytes)
    {
        if (!Holds(offset, bytes.Length))
            return false;
        if (_handle is null)
        {
            _bytes.AsSpan((int)offset, bytes.Length).CopyTo(bytes);
            return true;
        }
        while (!bytes.IsEmpty)
        {
            var count = RandomAccess.Read(_handle, bytes, offset);
            // The file was truncated while it was read.
            if (count == 0)
                return false;
            bytes = bytes[count..];
            offset += count;
        }
        return true;
    }

    /// <summary>A range, which in memory is no copy; empty with false when the file does not have it.</summary>
    public bool TryRange(long offset, long size, out ReadOnlySpan<byte> range)
    {
        range = default;
        if (!Holds(offset, size) || size > Array.MaxLength)
            return false;
        if (_handle is null)
        {
            range = _bytes.AsSpan((int)offset, (int)size);
            return true;
        }
        var bytes = new byte[size];
        range = bytes;
        return TryRead(offset, bytes);
    }

    /// <summary>A string that ends with a NUL within a table; false when it does not end, or is longer than any name or path.</summary>
    public bool TryString(ElfTable table, long offset, out string text)
    {
        text = "";
        if (offset < 0 || offset >= table.Size)
            return false;
        var bytes = new byte[Math.Min(256, table.Size - offset)];
        while (true)
        {
            if (!TryRead(table.Offset + offset, bytes))
                return false;
            if (bytes.AsSpan().IndexOf((byte)0) is >= 0 and var length)
            {
                text = Encoding.UTF8.GetString(bytes, 0, length);
                return true;
            }
            var longer = Math.Min((long)bytes.Length * 16, table.Size - offset);
            if (longer == bytes.Length || longer > LongestString)
                return false;
            bytes = new byte[longer];
        }
    }
}

/// <summary>Where a table lies in a file.</summary>
/// <param name="Offset">In bytes.</param>
/// <param name="Size">In bytes.</param>
internal readonly record struct ElfTable(long Offset, long Size);
