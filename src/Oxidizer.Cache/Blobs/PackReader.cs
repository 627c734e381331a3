using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Blobs;

/// <summary>
/// Reads packs through handles that stay open, so that a pack that another process evicts can still be read. Thread-safe.
/// </summary>
internal sealed class PackReader(CacheFolder folder) : IDisposable
{
    private readonly ConcurrentDictionary<long, SafeFileHandle> _handles = new();

    /// <summary>Whether the pack is long enough to hold the blob.</summary>
    public bool Contains(in StoredBlob blob) => Open(blob.Pack) is { } handle && blob.Offset + blob.Size <= RandomAccess.GetLength(handle);

    /// <summary>The bytes at a blob's place, unchecked; <c>null</c> if there is no such pack, or it is shorter.</summary>
    public byte[]? TryRead(in StoredBlob blob)
    {
        if (blob.Size > Pack.LargestBlob || Open(blob.Pack) is not { } handle)
            return null;
        var content = GC.AllocateUninitializedArray<byte>((int)blob.Size);
        try
        {
            return FileTransfer.ReadAt(handle, blob.Offset, content) == content.Length ? content : null;
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            return null;
        }
    }

    /// <summary>Closes all packs; they are opened again when needed.</summary>
    public void Dispose()
    {
        foreach (var number in _handles.Keys)
        {
            if (_handles.TryRemove(number, out var handle))
                handle.Dispose();
        }
    }

    private SafeFileHandle? Open(long number)
    {
        if (_handles.TryGetValue(number, out var handle))
            return handle;
        try
        {
            handle = FileTransfer.OpenForReading(Pack.PathOf(folder, number));
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            return null;
        }
        if (_handles.TryAdd(number, handle))
            return handle;
        handle.Dispose();
        return _handles.GetValueOrDefault(number);
    }
}
