namespace Oxidizer.Cache;

/// <summary>How bytes are transferred between a blob and a file.</summary>
public enum BlobTransfer
{
    /// <summary>The file is a copy that may be written to (a reflink where the file system has them).</summary>
    Copy,

    /// <summary>The file may share its bytes with the cache by a hard link, and is read-only. Falls back to <see cref="Copy"/>.</summary>
    HardLink,

    /// <summary>Only when storing: the file is renamed into the cache, and its old path is gone.</summary>
    Move,
}

/// <summary>
/// A store of blobs, named by their SHA-256, and of action records, named by their key. All members are safe to call from several threads.
/// No member throws because of the cache's own state: a damaged, missing or unreadable cache is a miss, and <see cref="Warnings"/> reports
/// it once.
/// </summary>
public interface IActionCache : IDisposable
{
    /// <summary>The cache's problems so far, each reported once, with the way out.</summary>
    IReadOnlyList<CacheWarning> Warnings { get; }

    /// <summary>Hits, misses, bytes and seconds saved, by kind, of this session and of the cache's life.</summary>
    CacheStatistics Statistics { get; }

    /// <summary>Finds an action's record; <c>null</c> unless each of its outputs is present.</summary>
    ActionRecord? Find(ActionKey key);

    /// <summary>Finds many records at once, for builds that have thousands of keys. The answer holds those that were found.</summary>
    IReadOnlyDictionary<Sha256Digest, ActionRecord> FindMany(IReadOnlyCollection<ActionKey> keys);

    /// <summary>Remembers what an action made. Its blobs must have been stored before. Durable at the latest when <see cref="Flush"/>
    /// returns.</summary>
    void Add(ActionRecord record);

    /// <summary>
    /// Finds the record. If there is none, runs <paramref name="execute"/> once among all threads and processes that share the cache, and
    /// stores its record.
    /// An exception of <paramref name="execute"/> passes through, and nothing is stored.
    /// </summary>
    /// <param name="key">The action's identity.</param>
    /// <param name="name">What the action is about, for explanations.</param>
    /// <param name="execute">Makes the outputs and stores their blobs with this cache.</param>
    /// <param name="cancellation">Ends the wait for another process.</param>
    ActionResult GetOrAdd(ActionKey key, string name, Func<IReadOnlyList<ActionOutput>> execute, CancellationToken cancellation = default);

    /// <summary>Why this key is not in the cache, in words, by comparison with the nearest earlier action of the same kind and
    /// name.</summary>
    string Explain(ActionKey key, string name);

    /// <summary>Whether a blob is present (its bytes are not verified).</summary>
    bool Contains(Sha256Digest digest);

    /// <summary>Stores bytes.</summary>
    Sha256Digest Store(ReadOnlySpan<byte> content);

    /// <summary>Stores a file's bytes. <paramref name="durable"/> flushes them to the disk before they are named: for distributions and
    /// products.</summary>
    /// <exception cref="IOException"><paramref name="path"/> itself cannot be read.</exception>
    Sha256Digest StoreFile(string path, BlobTransfer transfer = BlobTransfer.Copy, bool durable = false);

    /// <summary>Reads a blob, verified; <c>null</c> when it is absent or damaged (a damaged blob is removed).</summary>
    byte[]? TryRead(Sha256Digest digest);

    /// <summary>The path of a read-only file that holds the blob, verified; <c>null</c> when it is absent or damaged. It stays until the
    /// cache is disposed.</summary>
    string? TryGetFile(Sha256Digest digest);

    /// <summary>Writes a verified blob to <paramref name="path"/> (which is replaced); false when the blob is absent or damaged.</summary>
    /// <exception cref="IOException"><paramref name="path"/> cannot be written.</exception>
    bool TryWriteTo(Sha256Digest digest, string path, UnixFileMode mode, BlobTransfer transfer = BlobTransfer.Copy);

    /// <summary>The digest of a file, from the memo when path, size, mtime, ctime and inode are unchanged and not racily young, else by
    /// reading it.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    Sha256Digest DigestFile(string path);

    /// <summary>The digests of many files, in order, by several threads.</summary>
    /// <exception cref="IOException">A file cannot be read; the first of those.</exception>
    IReadOnlyList<Sha256Digest> DigestFiles(IReadOnlyList<string> paths);

    /// <summary>
    /// Remembers the digest of a file that the caller has just written itself, so that the next <see cref="DigestFile"/> need not read it:
    /// for products, which are large. A wrong digest is not detected.
    /// </summary>
    void RememberFile(string path, Sha256Digest digest);

    /// <summary>
    /// A folder that an action makes. It is made once, stays in the cache, and is read-only. Later each entry is compared with its stamp,
    /// without reading it, and changed entries are made again. It stays until the cache is disposed. A cache that cannot keep it makes it
    /// in a temporary folder.
    /// </summary>
    /// <param name="key">The action's identity.</param>
    /// <param name="name">What the action is about, for explanations.</param>
    /// <param name="make">
    /// Fills an empty folder, and lists everything that it put there: folders, too. The same key must give the same tree. Files are made
    /// read-only afterwards.
    /// If it throws an <see cref="IOException"/>, the tree is made in a temporary folder, because the cache's disk may be full; other
    /// exceptions pass through.
    /// </param>
    /// <param name="cancellation">Ends waiting and reading.</param>
    /// <exception cref="IOException">Not even a temporary folder can be written.</exception>
    CachedTree OpenTree(
        ActionKey key,
        string name,
        Func<string, IReadOnlyCollection<TreeEntry>> make,
        CancellationToken cancellation = default
    );

    /// <summary>Writes what is queued (records, memo, last uses, statistics) as one batch.</summary>
    void Flush();
}

/// <summary>A problem of a cache that did not end the build.</summary>
/// <param name="Id">A stable id, <c>OXI09xx</c>.</param>
/// <param name="Message">What, where, and the way out.</param>
public sealed record CacheWarning(string Id, string Message);

/// <summary>Counts of one kind of action.</summary>
/// <param name="Hits">Look-ups that found a record with all of its outputs.</param>
/// <param name="Misses">Look-ups that did not.</param>
/// <param name="BytesRead">Bytes of blobs that were served.</param>
/// <param name="BytesStored">Bytes of blobs that were stored.</param>
/// <param name="SecondsSaved">Sum of the recorded seconds of the hits.</param>
public sealed record KindStatistics(long Hits, long Misses, long BytesRead, long BytesStored, double SecondsSaved);

/// <summary>Counts by kind of action.</summary>
/// <param name="Session">Since this cache object was opened.</param>
/// <param name="Lifetime">Since the cache was made, up to the last flush.</param>
public sealed record CacheStatistics(
    IReadOnlyDictionary<string, KindStatistics> Session,
    IReadOnlyDictionary<string, KindStatistics> Lifetime
);
