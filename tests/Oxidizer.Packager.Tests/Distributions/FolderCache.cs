using System.Diagnostics;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Tests.Distributions;

/// <summary>The least that is a cache: blobs as files, records in memory. It knows no other process.</summary>
internal sealed class FolderCache(string folder) : IActionCache
{
    private readonly Dictionary<Sha256Digest, ActionRecord> _records = [];
    private readonly Lock _lock = new();

    public string? TreeDirectory { get; init; } = Path.Combine(folder, "trees");

    public IReadOnlyList<CacheWarning> Warnings => [];

    public CacheStatistics Statistics => new(new Dictionary<string, KindStatistics>(), new Dictionary<string, KindStatistics>());

    public ActionRecord? Find(ActionKey key)
    {
        lock (_lock)
            return _records.GetValueOrDefault(key.Digest) is { } record && record.Outputs.All(output => Contains(output.Digest)) ? record : null;
    }

    public IReadOnlyDictionary<Sha256Digest, ActionRecord> FindMany(IReadOnlyCollection<ActionKey> keys) =>
        keys.Select(Find).OfType<ActionRecord>().ToDictionary(record => record.Key.Digest);

    public void Add(ActionRecord record)
    {
        lock (_lock)
            _records[record.Key.Digest] = record;
    }

    public ActionResult GetOrAdd(ActionKey key, string name, Func<IReadOnlyList<ActionOutput>> execute, CancellationToken cancellation = default)
    {
        if (Find(key) is { } found)
            return new ActionResult(found, true, null);
        var started = Stopwatch.GetTimestamp();
        var record = new ActionRecord(key, name, execute(), Stopwatch.GetElapsedTime(started).TotalSeconds);
        Add(record);
        return new ActionResult(record, false, "first time");
    }

    public string Explain(ActionKey key, string name) => "first time";

    public bool Contains(Sha256Digest digest) => File.Exists(PathOf(digest));

    public Sha256Digest Store(ReadOnlySpan<byte> content)
    {
        var digest = Sha256Digest.Of(content);
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(PathOf(digest), content);
        return digest;
    }

    public Sha256Digest StoreFile(string path, BlobTransfer transfer = BlobTransfer.Copy, bool durable = false)
    {
        var digest = Sha256Digest.OfFile(path);
        Directory.CreateDirectory(folder);
        if (transfer == BlobTransfer.Move)
            File.Move(path, PathOf(digest), overwrite: true);
        else
            File.Copy(path, PathOf(digest), overwrite: true);
        return digest;
    }

    public byte[]? TryRead(Sha256Digest digest) => TryGetFile(digest) is { } path ? File.ReadAllBytes(path) : null;

    public string? TryGetFile(Sha256Digest digest)
    {
        if (Contains(digest) && Sha256Digest.OfFile(PathOf(digest)) == digest)
            return PathOf(digest);
        File.Delete(PathOf(digest));
        return null;
    }

    public bool TryWriteTo(Sha256Digest digest, string path, UnixFileMode mode, BlobTransfer transfer = BlobTransfer.Copy)
    {
        if (TryRead(digest) is not { } bytes)
            return false;
        File.WriteAllBytes(path, bytes);
        return true;
    }

    public Sha256Digest DigestFile(string path) => Sha256Digest.OfFile(path);

    public void Flush()
    {
    }

    public void Dispose()
    {
    }

    /// <summary>Where a blob is, for tests that damage it.</summary>
    public string PathOf(Sha256Digest digest) => Path.Combine(folder, digest.ToString());
}
