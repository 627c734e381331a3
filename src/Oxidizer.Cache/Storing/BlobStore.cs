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
/// Blobs: small ones wait in memory and are appended to a pack with the next flush, others are files at once. What cannot be stored is kept for this process.
/// No bytes leave it whose digest was not checked. Thread-safe.
/// </summary>
internal sealed partial class BlobStore(CacheFolder folder, CacheIndex index, FileMemo memo, SessionUses uses, WarningList warnings) : IDisposable
{
    private readonly ConcurrentDictionary<Sha256Digest, byte[]> _waiting = new();
    // Stored here, and found in a pack already. An eviction elsewhere may have taken them off the index since it was read here; then they are written again.
    private readonly ConcurrentDictionary<Sha256Digest, byte[]> _claimed = new();
    private readonly ConcurrentDictionary<Sha256Digest, FileStamp> _verified = new();
    private readonly PackReader _packs = new(folder);
    private long _waitingBytes;

    public PackReader Packs => _packs;

    /// <summary>What this process keeps to itself.</summary>
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
    /// Whether a blob is there and is, as far as can be told without reading what was verified before, whole. A record whose blob is damaged must not be
    /// found: whoever finds it relies on the bytes.
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
        // A damaged blob of this name must not stand for the whole one that is here.
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

    /// <summary>Appends what waits in memory to a pack, and names it in the index. The caller holds the cache's lock, and the index is as new as it can be.</summary>
    /// <exception cref="IOException">It cannot be written; it stays in memory.</exception>
    public void WriteWaiting()
    {
        var waiting = _waiting.ToArray();
        var claimed = _claimed.ToArray();
        var written = waiting.Concat(claimed.Where(entry => !index.TryFindBlob(entry.Key, out _, out _) && !File.Exists(PathOf(entry.Key)))).ToList();
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

    /// <summary>Forgets what was not written yet, and what was verified.</summary>
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
        // Another process may have written the pack anew meanwhile.
        index.Refresh();
        if (index.TryFindBlob(digest, out var moved, out _) && moved != blob && moved.IsPacked
            && _packs.TryRead(moved) is { } again && Sha256Digest.Of(again) == digest)
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
        // A blob that a pack holds as well is not lost.
        if (index.TryFindBlob(digest, out var blob, out _) && !blob.IsPacked)
            index.RemoveBlob(digest, blob);
    }
}
