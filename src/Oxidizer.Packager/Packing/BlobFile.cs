using System.Security.Cryptography;
using Oxidizer.Packager.Bytecode;

namespace Oxidizer.Packager.Packing;

/// <summary>
/// Writes a blob: the index, then the data from its files. One thread copies into a buffer while another digests and writes the one before,
/// because reading, hashing and writing 25 MB take about as long as each other.
/// </summary>
internal sealed class BlobFile : IDisposable
{
    private const int BufferSize = 1 << 20;
    private readonly FileStream _output;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[BufferSize],
        _other = new byte[BufferSize];
    private int _filled;
    private long _position;
    private Task _pending = Task.CompletedTask;

    private BlobFile(string path) =>
        _output = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.ReadWrite,
                BufferSize = 0,
            }
        );

    /// <summary>Writes a whole blob.</summary>
    /// <exception cref="IOException">It cannot be written, or a file that it is made of cannot be read.</exception>
    public static void Write(string path, PackedLayout layout)
    {
        using var blob = new BlobFile(path);
        using var reader = new SliceReader();
        blob._output.Write(layout.Index.AsSpan(0, PackedFormat.HeaderSize));
        blob.Append(layout.Index.AsSpan(PackedFormat.HeaderSize));
        foreach (var item in layout.Items)
        {
            blob.PadTo(layout.DataOffset + item.Offset);
            blob.Append(item.Slice, reader);
        }
        blob.PadTo(layout.TotalSize);
        blob.Finish();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _output.Dispose();
        _hash.Dispose();
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = Room(bytes.Length);
            bytes[..room.Length].CopyTo(room);
            bytes = bytes[room.Length..];
        }
    }

    private void Append(FileSlice slice, SliceReader reader)
    {
        for (var done = 0; done < slice.Size; )
        {
            var room = Room(slice.Size - done);
            reader.ReadTo(slice.Path, slice.Offset + done, room);
            done += room.Length;
        }
    }

    private void PadTo(long offset)
    {
        while (_position + PackedFormat.HeaderSize < offset)
            Room((int)Math.Min(BufferSize, offset - PackedFormat.HeaderSize - _position)).Clear();
    }

    // The next bytes of the buffer, counted as filled.
    private Span<byte> Room(int wanted)
    {
        if (_filled == BufferSize)
            Send();
        var count = Math.Min(wanted, BufferSize - _filled);
        var room = _buffer.AsSpan(_filled, count);
        _filled += count;
        _position += count;
        return room;
    }

    private void Send()
    {
        _pending.GetAwaiter().GetResult();
        var (full, count) = (_buffer, _filled);
        _pending = Task.Run(() =>
        {
            _hash.AppendData(full, 0, count);
            _output.Write(full, 0, count);
        });
        (_buffer, _other, _filled) = (_other, _buffer, 0);
    }

    private void Finish()
    {
        Send();
        _pending.GetAwaiter().GetResult();
        RandomAccess.Write(_output.SafeFileHandle, _hash.GetHashAndReset(), PackedFormat.DigestOffset);
    }
}
