using System.Collections.Concurrent;
using System.Diagnostics;
using Oxidizer.Cache.Blobs;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Index;
using Oxidizer.Cache.Trees;

namespace Oxidizer.Cache;

/// <summary>
/// A cache that lives as long as this object: for builds that must leave nothing behind, and for tests. Large blobs are in a private temporary folder. Thread-safe.
/// </summary>
public sealed class MemoryCache : IActionCache
{
    private readonly ConcurrentDictionary<Sha256Digest, ActionRecord> _records = new();
    private readonly ConcurrentDictionary<(string Kind, string Name), ConcurrentStack<ActionRecord>> _named = new();
    private readonly ConcurrentDictionary<string, (FileStamp Stamp, Sha256Digest Digest)> _memo = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Sha256Digest, string> _kinds = new();
    private readonly ConcurrentDictionary<Sha256Digest, SemaphoreSlim> _running = new();
    private readonly StatisticsTable _statistics = new();
    private readonly PrivateBlobs _blobs = new();

    /// <inheritdoc/>
    public IReadOnlyList<CacheWarning> Warnings => [];

    /// <summary>The life of this cache is its session.</summary>
    public CacheStatistics Statistics => new(_statistics.ByKind, _statistics.ByKind);

    /// <inheritdoc/>
    public ActionRecord? Find(ActionKey key)
    {
        var record = Look(key);
        if (record is null)
            _statistics.Miss(key.Kind);
        else
            _statistics.Hit(record);
        return record;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<Sha256Digest, ActionRecord> FindMany(IReadOnlyCollection<ActionKey> keys)
    {
        var found = new Dictionary<Sha256Digest, ActionRecord>(keys.Count);
        foreach (var key in keys)
        {
            if (Find(key) is { } record)
                found[key.Digest] = record;
        }
        return found;
    }

    /// <inheritdoc/>
    public void Add(ActionRecord record)
    {
        _records[record.Key.Digest] = record;
        _named.GetOrAdd((record.Key.Kind, record.Name), _ => new ConcurrentStack<ActionRecord>()).Push(record);
        foreach (var output in record.Outputs)
            _kinds[output.Digest] = record.Key.Kind;
        _statistics.Stored(record.Key.Kind, record.Outputs.Sum(output => output.Size));
    }

    /// <inheritdoc/>
    public ActionResult GetOrAdd(ActionKey key, string name, Func<IReadOnlyList<ActionOutput>> execute, CancellationToken cancellation = default)
    {
        var running = _running.GetOrAdd(key.Digest, _ => new SemaphoreSlim(1));
        running.Wait(cancellation);
        try
        {
            if (Find(key) is { } found)
                return new ActionResult(found, true, null);
            var reason = Explain(key, name);
            var started = Stopwatch.GetTimestamp();
            var outputs = execute();
            var record = new ActionRecord(key, name, outputs, Stopwatch.GetElapsedTime(started).TotalSeconds);
            Add(record);
            return new ActionResult(record, false, reason);
        }
        finally
        {
            running.Release();
        }
    }

    /// <inheritdoc/>
    public string Explain(ActionKey key, string name) =>
        Explanation.Of(key, _named.TryGetValue((key.Kind, name), out var earlier) ? earlier.Take(8) : [], _records.IsEmpty);

    /// <inheritdoc/>
    public bool Contains(Sha256Digest digest) => _blobs.Contains(digest);

    /// <inheritdoc/>
    public Sha256Digest Store(ReadOnlySpan<byte> content)
    {
        var digest = Sha256Digest.Of(content);
        if (!_blobs.Contains(digest))
            _blobs.Add(digest, content.ToArray());
        return digest;
    }

    /// <inheritdoc/>
    public Sha256Digest StoreFile(string path, BlobTransfer transfer = BlobTransfer.Copy, bool durable = false) =>
        _blobs.TakeFile(path, transfer == BlobTransfer.Move);

    /// <inheritdoc/>
    public byte[]? TryRead(Sha256Digest digest) => CountRead(digest, _blobs.TryRead(digest), content => content.Length);

    /// <inheritdoc/>
    public string? TryGetFile(Sha256Digest digest) => CountRead(digest, _blobs.TryGetFile(digest), path => new FileInfo(path).Length);

    /// <inheritdoc/>
    public bool TryWriteTo(Sha256Digest digest, string path, UnixFileMode mode, BlobTransfer transfer = BlobTransfer.Copy)
    {
        if (TryGetFile(digest) is not { } source)
            return false;
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            FileTransfer.Copy(source, temporary, transfer == BlobTransfer.HardLink ? FileTransfer.WithoutWrite(mode) : mode);
            File.Move(temporary, path, overwrite: true);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(exception.Message, exception);
        }
        finally
        {
            FileTransfer.TryDelete(temporary);
        }
        return true;
    }

    /// <inheritdoc/>
    public Sha256Digest DigestFile(string path)
    {
        path = Path.GetFullPath(path);
        var before = FileStamp.Now;
        if (FileStamp.TryRead(path, out var stamp) && _memo.TryGetValue(path, out var known) && known.Stamp == stamp)
            return known.Digest;
        try
        {
            var digest = Sha256Digest.OfFile(path);
            if (!stamp.IsYoungAt(before) && FileStamp.TryRead(path, out var after) && after == stamp)
                _memo[path] = (stamp, digest);
            return digest;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Sha256Digest> DigestFiles(IReadOnlyList<string> paths) => [.. paths.Select(DigestFile)];

    /// <inheritdoc/>
    public void RememberFile(string path, Sha256Digest digest)
    {
        path = Path.GetFullPath(path);
        if (FileStamp.TryRead(path, out var stamp))
            _memo[path] = (stamp, digest);
    }

    /// <inheritdoc/>
    public CachedTree OpenTree(ActionKey key, string name, Func<string, IReadOnlyCollection<TreeEntry>> make, CancellationToken cancellation = default) =>
        new TreeStore(null, () => _blobs.Folder, _ => { }).Open(this, key, name, make, cancellation);

    /// <summary>Does nothing: there is nowhere to write to.</summary>
    public void Flush()
    {
    }

    /// <summary>Forgets everything.</summary>
    public void Dispose() => _blobs.Dispose();

    private ActionRecord? Look(ActionKey key)
    {
        if (!_records.TryGetValue(key.Digest, out var record))
            return null;
        foreach (var output in record.Outputs)
        {
            if (output.LinkTarget is null && !Contains(output.Digest))
                return null;
        }
        return record with { Key = key };
    }

    private T? CountRead<T>(Sha256Digest digest, T? served, Func<T, long> size) where T : class
    {
        if (served is not null)
            _statistics.Read(_kinds.GetValueOrDefault(digest, ""), size(served));
        return served;
    }
}
