using Microsoft.Win32.SafeHandles;
using Oxidizer.Cache.Files;

namespace Oxidizer.Packager.Bytecode;

/// <summary>Reads slices of files, each opened once. For one thread.</summary>
internal sealed class SliceReader : IDisposable
{
    private readonly Dictionary<string, SafeFileHandle> _handles = new(StringComparer.Ordinal);
    private byte[] _buffer = new byte[1 << 16];

    /// <summary>The bytes; valid until the next call.</summary>
    /// <exception cref="EndOfStreamException">The file is shorter than the slice says.</exception>
    public ReadOnlySpan<byte> Read(FileSlice slice)
    {
        if (_buffer.Length < slice.Size)
            _buffer = new byte[slice.Size];
        var bytes = _buffer.AsSpan(0, slice.Size);
        ReadTo(slice.Path, slice.Offset, bytes);
        return bytes;
    }

    /// <summary>Fills <paramref name="destination"/> from a file.</summary>
    /// <exception cref="EndOfStreamException">The file is shorter.</exception>
    public void ReadTo(string path, long offset, Span<byte> destination)
    {
        if (!_handles.TryGetValue(path, out var handle))
            handle = _handles[path] = RegularFile.Open(path);
        while (!destination.IsEmpty)
        {
            var count = RandomAccess.Read(handle, destination, offset);
            if (count == 0)
                throw new EndOfStreamException($"`{path}` ends at {offset}; it was changed while the build ran, build again");
            destination = destination[count..];
            offset += count;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var handle in _handles.Values)
            handle.Dispose();
    }
}
