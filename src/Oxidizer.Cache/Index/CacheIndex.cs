using Oxidizer.Cache.Files;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Index;

/// <summary>
/// The index of a cache in three layers: the snapshot, the journal that follows it, and what this process has not written yet. A later
/// layer hides an earlier one. Reading does not take the cache's lock; writing does, for one append. When the journal has grown, LiteDB
/// takes it in, and the next snapshot is written. Thread-safe.
/// </summary>
internal sealed partial class CacheIndex(CacheFolder folder, WarningList warnings, TimeSpan lockTimeout) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Lock _writing = new();
    private readonly IndexChanges _pending = new();
    private readonly Dictionary<Sha256Digest, StoredBlob> _doubtful = [];
    private IndexChanges _journal = new();
    private Snapshot? _snapshot;
    private FileStamp _snapshotStamp;
    private long _journalEnd,
        _sequence;
    private bool _loaded,
        _wasEmpty;

    /// <summary>Whether there is anything to write.</summary>
    public bool HasPending
    {
        get
        {
            lock (_gate)
                return !_pending.IsEmpty || _doubtful.Count > 0;
        }
    }

    private string JournalPath => Journal.PathOf(folder.Root, _snapshot?.Header.Generation ?? 0);

    /// <summary>Whether the cache was empty when it was opened.</summary>
    public bool WasEmpty
    {
        get
        {
            lock (_gate)
            {
                Load();
                return _wasEmpty;
            }
        }
    }

    /// <summary>Finds an action's payload; <c>null</c> if there is none.</summary>
    public byte[]? FindAction(Sha256Digest digest, out long lastUse)
    {
        lock (_gate)
        {
            Load();
            lastUse = 0;
            if (!_pending.Actions.TryGetValue(digest, out var payload) && !_journal.Actions.TryGetValue(digest, out payload))
                payload = _snapshot?.FindAction(digest, out lastUse);
            lastUse = LastUse(digest, lastUse);
            return payload;
        }
    }

    /// <summary>Finds where a blob is.</summary>
    public bool TryFindBlob(Sha256Digest digest, out StoredBlob blob, out long lastUse)
    {
        lock (_gate)
        {
            Load();
            return TryFindBlobEvenDoubtful(digest, out blob, out lastUse)
                && !(_doubtful.TryGetValue(digest, out var doubtful) && doubtful == blob);
        }
    }

    /// <summary>The payloads of earlier actions of a kind and name, newest first, at most <paramref name="most"/>.</summary>
    public IReadOnlyList<byte[]> Named(string kind, string name, int most)
    {
        var hash = StoredAction.NameHash(kind, name);
        lock (_gate)
        {
            Load();
            var payloads = new List<byte[]>();
            foreach (var changes in new[] { _pending, _journal })
            {
                var named = changes.Named(hash);
                for (var i = named.Count - 1; i >= 0 && payloads.Count < most; i--)
                {
                    if (changes.Actions.GetValueOrDefault(named[i]) is { } payload)
                        payloads.Add(payload);
                }
            }
            if (_snapshot is not null && payloads.Count < most)
                payloads.AddRange(_snapshot.Named(hash).Take(most - payloads.Count));
            return payloads;
        }
    }

    /// <summary>The bytes of all blobs, roughly: those of the journal may be counted twice.</summary>
    public long BlobBytes
    {
        get
        {
            lock (_gate)
            {
                Load();
                return (_snapshot?.Header.BlobBytes ?? 0) + _journal.Blobs.Values.Sum(blob => blob?.Size ?? 0);
            }
        }
    }

    /// <summary>Adds or replaces an action, or removes it.</summary>
    public void SetAction(Sha256Digest digest, byte[]? payload)
    {
        lock (_gate)
            _pending.SetAction(digest, payload, UnixTime.Now);
    }

    /// <summary>The number of the current snapshot. It grows when LiteDB takes the journal in.</summary>
    public long Generation
    {
        get
        {
            lock (_gate)
                return _snapshot?.Header.Generation ?? 0;
        }
    }

    /// <summary>Removes a blob with the next flush, unless its place has changed by then.</summary>
    public void RemoveBlob(Sha256Digest digest, in StoredBlob seen)
    {
        lock (_gate)
            _doubtful[digest] = seen;
    }

    /// <summary>Changes a blob's place. That does not count as a use.</summary>
    public void MoveBlob(Sha256Digest digest, in StoredBlob blob)
    {
        lock (_gate)
        {
            _ = TryFindBlob(digest, out _, out var lastUse);
            _pending.SetBlob(digest, blob, lastUse);
        }
    }

    /// <summary>Adds or replaces a blob's place, or removes it.</summary>
    public void SetBlob(Sha256Digest digest, StoredBlob? blob)
    {
        lock (_gate)
        {
            _doubtful.Remove(digest);
            _pending.SetBlob(digest, blob, UnixTime.Now);
        }
    }

    /// <summary>Remembers that something was used.</summary>
    public void SetUse(Sha256Digest digest)
    {
        lock (_gate)
            _pending.Uses[digest] = UnixTime.Now;
    }

    /// <summary>Adds counts.</summary>
    public void AddStatistics(byte[] payload)
    {
        lock (_gate)
            _pending.Statistics.Add((0, payload));
    }

    /// <summary>The counts of the cache's life, up to the last flush.</summary>
    public StatisticsTable Statistics()
    {
        var table = new StatisticsTable();
        lock (_gate)
        {
            Load();
            if (_snapshot?.ReadFrame(_snapshot.Header.StatisticsOffset, FrameKind.Statistics) is { } payload)
                table.Add(payload);
            foreach (var (_, counts) in _journal.Statistics)
                table.Add(counts);
        }
        return table;
    }

    /// <summary>Reads what other processes have written since.</summary>
    public void Refresh()
    {
        lock (_gate)
        {
            Load();
            ReadNews();
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _snapshot?.Dispose();
    }

    private bool TryFindBlobEvenDoubtful(Sha256Digest digest, out StoredBlob blob, out long lastUse)
    {
        if (_pending.Blobs.TryGetValue(digest, out var found) || _journal.Blobs.TryGetValue(digest, out found))
        {
            blob = found.GetValueOrDefault();
            lastUse = LastUse(digest, 0);
            return found is not null;
        }
        blob = default;
        lastUse = 0;
        if (_snapshot?.TryFindBlob(digest, out blob, out lastUse) != true)
            return false;
        lastUse = LastUse(digest, lastUse);
        return true;
    }

    private long LastUse(Sha256Digest digest, long older) =>
        _pending.Uses.TryGetValue(digest, out var time) || _journal.Uses.TryGetValue(digest, out time) ? time : older;

    private void Load()
    {
        if (_loaded)
            return;
        _loaded = true;
        if (folder.Use != FolderUse.None)
            ReadAll();
        _wasEmpty = _snapshot is null && _journal.Actions.Count == 0;
    }

    // Between opening a snapshot and reading its journal, another process may have written the next of both. Then both are read again.
    private void ReadAll()
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            _snapshot?.Dispose();
            _journal = new IndexChanges();
            _ = FileStamp.TryRead(folder.Snapshot, out _snapshotStamp);
            _snapshot = Snapshot.TryOpen(folder.Snapshot, out var damaged);
            if (_snapshot is null && (damaged || File.Exists(folder.Database)) && attempt == 0 && Recover(damaged))
                continue;
            _sequence = _snapshot?.Header.Sequence ?? 0;
            _journalEnd = Journal.Read(JournalPath, 0, ref _sequence, _journal);
            if (_journalEnd >= 0 || IsSnapshotCurrent())
                break;
        }
        _journalEnd = Math.Max(0, _journalEnd);
    }

    private void ReadNews()
    {
        if (folder.Use == FolderUse.None)
            return;
        if (!IsSnapshotCurrent())
        {
            ReadAll();
            return;
        }
        var end = Journal.Read(JournalPath, _journalEnd, ref _sequence, _journal);
        if (end >= 0)
            _journalEnd = end;
        else if (_journalEnd > 0 || !IsSnapshotCurrent())
            ReadAll();
    }

    private bool IsSnapshotCurrent()
    {
        var exists = FileStamp.TryRead(folder.Snapshot, out var stamp);
        return exists ? stamp == _snapshotStamp : _snapshotStamp == default;
    }
}
