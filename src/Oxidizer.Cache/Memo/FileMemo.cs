using System.Collections.Concurrent;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Memo;

/// <summary>
/// Remembers the digests of files, so that an unchanged file is not read again. It is a file of its own beside the database, because a
/// build needs thousands of digests before anything else: it is read whole (20,000 files: 3 MB) and searched in place. An entry is valid
/// only while size, times and inode are the same. A file that changed within the clock's resolution before it was read is not remembered.
/// If the memo is lost, files are read again. Thread-safe.
/// </summary>
internal sealed class FileMemo(CacheFolder folder)
{
    private const int DaySeconds = 86_400;

    private readonly ConcurrentDictionary<string, MemoEntry> _added = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private MemoTable? _table;

    private MemoTable Table
    {
        get
        {
            if (_table is { } loaded)
                return loaded;
            lock (_gate)
                return _table ??= folder.Use == FolderUse.None ? MemoTable.Empty : MemoTable.Load(folder.Memo);
        }
    }

    public bool HasPending => !_added.IsEmpty;

    /// <summary>The digest of the file at an absolute path, from the memo if its stamp is unchanged.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public Sha256Digest DigestOf(string path)
    {
        var before = FileStamp.Now;
        if (FileStamp.TryRead(path, out var stamp) && Find(path, stamp) is { } known)
            return known;
        Sha256Digest digest;
        try
        {
            digest = ReadDigest(path);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(exception.Message, exception);
        }
        if (FileStamp.TryRead(path, out var after) && after == stamp && !stamp.IsYoungAt(before))
            Set(path, stamp, digest);
        return digest;
    }

    /// <summary>The digests of files, in order, by several threads.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public Sha256Digest[] DigestsOf(IReadOnlyList<string> paths)
    {
        var digests = new Sha256Digest[paths.Count];
        // Threads cost more than a few dozen look-ups in the memo.
        if (paths.Count < 64)
        {
            for (var i = 0; i < digests.Length; i++)
                digests[i] = DigestOf(Path.GetFullPath(paths[i]));
            return digests;
        }
        try
        {
            Parallel.ForEach(
                System.Collections.Concurrent.Partitioner.Create(0, digests.Length),
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
                range =>
                {
                    for (var i = range.Item1; i < range.Item2; i++)
                        digests[i] = DigestOf(Path.GetFullPath(paths[i]));
                }
            );
        }
        catch (AggregateException exception) when (exception.InnerExceptions.OfType<IOException>().FirstOrDefault() is { } first)
        {
            throw new IOException(first.Message, first);
        }
        return digests;
    }

    /// <summary>The digest of a file that has this stamp now; <c>null</c> if it is not remembered.</summary>
    public Sha256Digest? Find(string path, in FileStamp stamp)
    {
        if (_added.TryGetValue(path, out var entry))
            return entry.Stamp == stamp ? entry.Digest : null;
        if (!Table.TryFind(path, out entry) || entry.Stamp != stamp)
            return null;
        if (UnixTime.Now - entry.Seen > DaySeconds)
            _added[path] = entry with { Seen = UnixTime.Now };
        return entry.Digest;
    }

    /// <summary>Remembers the digest of a file.</summary>
    public void Set(string path, in FileStamp stamp, Sha256Digest digest) => _added[path] = new MemoEntry(stamp, digest, UnixTime.Now);

    /// <summary>Writes the added entries, together with those that other processes have written meanwhile. The caller holds the cache's
    /// lock.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save()
    {
        var added = _added.ToArray();
        if (added.Length == 0)
            return;
        var bytes = MemoTable.Load(folder.Memo).With(added, UnixTime.Now);
        FileTransfer.Replace(folder.Memo, bytes);
        lock (_gate)
            _table = MemoTable.Read(bytes);
        foreach (var entry in added)
            _added.TryRemove(entry);
    }

    private static Sha256Digest ReadDigest(string path)
    {
        // Most files are sources of a few kilobytes: one read and one hash, without a stream.
        using var handle = FileTransfer.OpenForReading(path);
        if (RandomAccess.GetLength(handle) > 1 << 18)
        {
            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            return Sha256Digest.Of(stream);
        }
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent((1 << 18) + 1);
        try
        {
            var read = FileTransfer.ReadAt(handle, 0, buffer);
            if (read < buffer.Length)
                return Sha256Digest.Of(buffer.AsSpan(0, read));
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
        // The file grew meanwhile, or is in /proc.
        return Sha256Digest.OfFile(path);
    }
}
