using System.Collections.Concurrent;
using Oxidizer.Cache.Blobs;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Index;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Locking;
using Oxidizer.Cache.Memo;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Storing;

/// <summary>
/// Stores and reads blobs. Small ones wait in memory, and the next flush appends them to a pack; larger ones become files at once. Blobs
/// that cannot be stored live as long as this process.
/// The digest of all bytes is checked before they are handed out. Thread-safe.
/// </summary>
internal sealed partial class BlobStore(CacheFolder folder, CacheIndex index, FileMemo memo, SessionUses uses, WarningList warnings)
    : IDisposable
{
    private readonly ConcurrentDictionary<Sha256Digest, byte[]> _waiting = new();

    // Blobs that this process stored and that a pack has already. Another process may have evicted them since the index was read; then they
    // are written again.
    private readonly ConcurrentDictionary<Sha256Digest, byte[]> _claimed = new();
    private readonly ConcurrentDictionary<Sha256Digest, FileStamp> _verified = new();
    private readonly PackReader _packs = new(folder);
    private long _waitingBytes;

    public PackReader Packs => _packs;

    /// <summary>The blobs that could not be stored.</summary>
    public PrivateBlobs Private { get; } = new();

    /// <summary>How many bytes wait in memory.</summary>
    public long WaitingBytes => Interlocked.Read(ref _waitingBytes);

    private bool CanStore => folder.Use == FolderUse.ReadWrite;

    /// <summary>Whether a blob is there; its bytes are not read.</summary>
    public bool Contains(Sha256Digest digest)
    {
        if (_waiting.ContainsKey(digest) || Private.Contains(digest))
            return true;
        if (folder.Use == FolderUse.None)
            return false;
        return index.TryFindBlob(digest, out var blob, out _) && blob.IsPacked
            ? _packs.Contains(blob)
            : FileStamp.TryRead(PathOf(digest), out _);
    }

    /// <summary>
    /// Whether a blob is there and undamaged, without reading again what was verified before. A record whose blob is damaged must not be
    /// found, because the caller relies on the bytes.
    /// </summary>
    public bool IsPresent(Sha256Digest digest)
    {
        if (_waiting.ContainsKey(digest) || Private.Contains(digest))
            return true;
        if (folder.Use == FolderUse.None)
            return false;
        if (index.TryFindBlob(digest, out var blob, out _) && blob.IsPacked)
            return ReadPacked(digest, blob) is not null;
        var path = PathOf(digest);
        return FileStamp.TryRead(path, out var stamp) && IsVerified(digest, path, stamp);
    }

    /// <summary>Stores bytes.</summary>
    public Sha256Digest Store(ReadOnlySpan<byte> content)
    {
        var digest = Sha256Digest.Of(content);
        uses.Note([digest]);
        // A damaged blob of this name must be replaced by the bytes that are given.
        var isPresent = IsPresent(digest);
        if (!CanStore)
        {
            if (!isPresent)
                Private.Add(digest, content.ToArray());
        }
        else if (content.Length < Pack.LargestBlob)
            Wait(isPresent && !_waiting.ContainsKey(digest) ? _claimed : _waiting, digest, content);
        else if (!isPresent)
            StoreLarge(digest, content);
        return digest;
    }

    /// <summary>Reads a blob; <c>null</c> if it is absent or damaged.</summary>
    public byte[]? TryRead(Sha256Digest digest)
    {
        if (_waiting.TryGetValue(digest, out var content) || (content = Private.TryRead(digest)) is not null)
            return content;
        if (folder.Use == FolderUse.None)
            return null;
        if (index.TryFindBlob(digest, out var blob, out _) && blob.IsPacked)
            return ReadPacked(digest, blob);
        try
        {
            content = FileTransfer.ReadAll(PathOf(digest));
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception) || exception is OverflowException)
        {
            return null;
        }
        if (Sha256Digest.Of(content) == digest)
            return content;
        RemoveDamagedFile(digest);
        return null;
    }

    /// <summary>Appends the waiting blobs to a pack, and adds them to the index. The caller holds the cache's lock, and has just refreshed
    /// the index.</summary>
    /// <exception cref="IOException">It cannot be written; it stays in memory.</exception>
    public void WriteWaiting()
    {
        var waiting = _waiting.ToArray();
        var claimed = _claimed.ToArray();
        var written = waiting
            .Concat(claimed.Where(entry => !index.TryFindBlob(entry.Key, out _, out _) && !File.Exists(PathOf(entry.Key))))
            .ToList();
        if (written.Count > 0)
        {
            foreach (var (digest, blob) in Pack.Append(folder, written))
                index.SetBlob(digest, blob);
        }
        foreach (var (table, entries) in new[] { (_waiting, waiting), (_claimed, claimed) })
        {
            foreach (var entry in entries)
            {
                if (table.TryRemove(entry.Key, out _))
                    Interlocked.Add(ref _waitingBytes, -entry.Value.Length);
            }
        }
    }

    private void Wait(ConcurrentDictionary<Sha256Digest, byte[]> table, Sha256Digest digest, ReadOnlySpan<byte> content)
    {
        if (!table.ContainsKey(digest) && table.TryAdd(digest, content.ToArray()))
            Interlocked.Add(ref _waitingBytes, content.Length);
    }

    /// <summary>Forgets the blobs that were not written yet, and which were verified.</summary>
    public void Clear()
    {
        _waiting.Clear();
        _claimed.Clear();
        Interlocked.Exchange(ref _waitingBytes, 0);
        _verified.Clear();
        _packs.Dispose();
        Private.Clear();
    }

    public void Dispose()
    {
        _packs.Dispose();
        Private.Dispose();
    }

    private string PathOf(Sha256Digest digest) => BlobFiles.PathOf(folder.Blobs, digest);

    private byte[]? ReadPacked(Sha256Digest digest, in StoredBlob blob)
    {
        var content = _packs.TryRead(blob);
        if (content is not null && Sha256Digest.Of(content) == digest)
            return content;
        // Another process may have compacted the pack meanwhile.
        index.Refresh();
        if (
            index.TryFindBlob(digest, out var moved, out _)
            && moved != blob
            && moved.IsPacked
            && _packs.TryRead(moved) is { } again
            && Sha256Digest.Of(again) == digest
        )
            return again;
        if (content is not null)
            warnings.Add(CacheWarnings.BlobDamaged(digest));
        index.RemoveBlob(digest, blob);
        return null;
    }

    private void RemoveDamagedFile(Sha256Digest digest)
    {
        warnings.Add(CacheWarnings.BlobDamaged(digest));
        _verified.TryRemove(digest, out _);
        if (!CanStore)
            return;
        FileTransfer.TryDelete(PathOf(digest));
        // If a pack holds the blob as well, it is not lost.
        if (index.TryFindBlob(digest, out var blob, out _) && !blob.IsPacked)
            index.RemoveBlob(digest, blob);
    }
}
