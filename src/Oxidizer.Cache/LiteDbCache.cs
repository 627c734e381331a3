using System.Collections.Concurrent;
using Oxidizer.Cache.Index;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Locking;
using Oxidizer.Cache.Memo;
using Oxidizer.Cache.Records;
using Oxidizer.Cache.Storing;
using Oxidizer.Cache.Trees;

namespace Oxidizer.Cache;

/// <summary>
/// The cache on LiteDB and files, shared by any number of processes of one machine. LiteDB holds actions, the places of blobs, and
/// statistics; a snapshot of it is read instead of it, and a journal takes what it has not taken in yet
/// (docs/decisions/0005-litedb-behind-a-snapshot.md). Thread-safe. An entry is safe from the end of the process, however it ends, when <see
/// cref="Flush"/>, or the <see cref="GetOrAdd"/> that made it, has returned.
/// </summary>
public sealed partial class LiteDbCache : IActionCache
{
    // Times of use are written once an hour, so that an unchanged build writes nothing but its counts.
    private const long UseResolutionSeconds = 3600;

    // At most this many bytes wait in memory for the next flush.
    private const long MostWaiting = 8 << 20;

    // A record with more outputs is a folder's: reads of its blobs are counted without a kind.
    private const int MostAttributed = 16;

    private readonly CacheSettings _settings;
    private readonly WarningList _warnings = new();
    private readonly CacheFolder _folder;
    private readonly CacheIndex _index;
    private readonly FileMemo _memo;
    private readonly BlobStore _blobs;
    private readonly TreeStore _trees;
    private readonly SessionUses _uses;
    private readonly KeyLocks _keys;
    private readonly StatisticsTable _session = new(),
        _unwritten = new();
    private readonly ConcurrentDictionary<Sha256Digest, string> _kinds = new();
    private readonly long _opened = Environment.TickCount64;
    private long _lastFlush = Environment.TickCount64;
    private bool _executed,
        _disposed;

    private LiteDbCache(CacheSettings settings)
    {
        _settings = settings;
        _folder = CacheFolder.Open(settings, _warnings);
        _index = new CacheIndex(_folder, _warnings, settings.LockTimeout);
        _memo = new FileMemo(_folder);
        _uses = new SessionUses(_folder, _index.Refresh);
        _blobs = new BlobStore(_folder, _index, _memo, _uses, _warnings);
        _trees = new TreeStore(
            _folder,
            () => _blobs.Private.Folder,
            reason => _warnings.Add(CacheWarnings.NotStored(_folder.Root, reason))
        );
        _keys = new KeyLocks(_folder, _warnings, settings);
    }

    /// <summary>
    /// Opens the cache in a folder, which is made if it is not there. If the folder cannot be used, the cache works for this process alone,
    /// and <see cref="Warnings"/> says why.
    /// </summary>
    public static LiteDbCache Open(CacheSettings settings) => new(settings);

    /// <inheritdoc/>
    public IReadOnlyList<CacheWarning> Warnings => _warnings.All;

    /// <summary>Whether the folder was deleted since it was opened. Files that the cache gave out are gone; entries are made
    /// again.</summary>
    public bool WasDeleted => _folder.IsGone;

    /// <inheritdoc/>
    public CacheStatistics Statistics => new(_session.ByKind, _index.Statistics().ByKind);

    /// <inheritdoc/>
    public void Flush()
    {
        // In a build that took seconds, the time that LiteDB needs for the journal does not show; a short build leaves it to the next.
        var absorb = _executed && Environment.TickCount64 - _opened > 2000;
        Write(absorb);
        // Size changes only with what is stored; a build of a second may store fifty megabytes.
        if (_folder.Use != FolderUse.ReadWrite || !_executed)
            return;
        _executed = false;
        KeepWithinLimits();
    }

    /// <summary>Flushes, and deletes the private temporary folder.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Flush();
        _uses.Dispose();
        _blobs.Dispose();
        _index.Dispose();
    }

    private void Write(bool absorb)
    {
        if (_folder.Use != FolderUse.ReadWrite)
            return;
        if (_unwritten.TakeAll() is { } counts)
            _index.AddStatistics(counts);
        if (!_index.HasPending && _blobs.WaitingBytes == 0 && !_memo.HasPending && !absorb)
            return;
        _lastFlush = Environment.TickCount64;
        _index.Flush(
            () =>
            {
                _blobs.WriteWaiting();
                _memo.Save();
            },
            absorb
        );
    }

    // So that a killed build loses seconds, and a large one does not fill the memory.
    private void WriteIfDue()
    {
        if (_blobs.WaitingBytes > MostWaiting || Environment.TickCount64 - _lastFlush > 3000)
            Write(absorb: false);
    }
}
