using Oxidizer.Cache.Blobs;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Layout;

namespace Oxidizer.Cache.Index;

internal sealed partial class CacheIndex
{
    // Each opening reads the whole journal; at this length that takes two milliseconds.
    private const long LongestJournal = 1 << 20;

    private bool _lockTimedOut,
        _lockHeld;

    /// <summary>
    /// Appends what is pending to the journal, as one batch, under the cache's lock. <paramref name="beforeAppend"/> runs under the lock
    /// too: it writes the blobs that the batch names.
    /// </summary>
    /// <param name="beforeAppend">May add to the index.</param>
    /// <param name="absorb">Whether LiteDB takes the journal in even if it is short.</param>
    /// <returns>False if nothing could be written: the changes stay pending, and a warning gives the reason.</returns>
    public bool Flush(Action? beforeAppend = null, bool absorb = false)
    {
        if (folder.Use != FolderUse.ReadWrite)
            return false;
        lock (_writing)
        {
            try
            {
                using var held = AcquireLock();
                if (held is null)
                    return false;
                lock (_gate)
                    WhileLocked(() => FlushLocked(beforeAppend, absorb));
                return true;
            }
            catch (Exception exception) when (FileTransfer.IsFailure(exception))
            {
                warnings.Add(CacheWarnings.NotStored(folder.Root, exception.Message));
                return false;
            }
        }
    }

    /// <summary>Takes the cache's lock; <c>null</c>, and a warning, if another process does not release it in time.</summary>
    /// <exception cref="IOException">The lock file cannot be made.</exception>
    public FileLock? AcquireLock()
    {
        // After one timeout there is no more waiting: the other process hangs.
        var timeout = _lockTimedOut ? TimeSpan.Zero : lockTimeout;
        if (!Directory.Exists(folder.Sessions))
            folder.MakeFolders();
        FileLock? held;
        try
        {
            held = FileLock.TryAcquire(folder.Lock, timeout);
        }
        catch (IOException) when (!File.Exists(folder.Lock))
        {
            // The cache's folder has just been deleted.
            folder.MakeFolders();
            held = FileLock.TryAcquire(folder.Lock, timeout);
        }
        _lockTimedOut = held is null;
        if (held is null)
            warnings.Add(CacheWarnings.Locked(folder.Root, FileLock.Holder(folder.Lock), lockTimeout));
        else
            held.Sign();
        return held;
    }

    private void WhileLocked(Action step)
    {
        _lockHeld = true;
        try
        {
            step();
        }
        finally
        {
            _lockHeld = false;
        }
    }

    private void FlushLocked(Action? beforeAppend, bool absorb)
    {
        Load();
        ReadNews();
        RemoveDoubtful();
        // A killed eviction may have left this file.
        FileTransfer.TryDelete(folder.Condemned);
        beforeAppend?.Invoke();
        if (!_pending.IsEmpty)
        {
            _journalEnd = Journal.Append(JournalPath, _journalEnd, _sequence + 1, _pending);
            _sequence++;
            _journal.Apply(_pending, _sequence);
            _pending.Clear();
        }
        if (_journalEnd > LongestJournal || (absorb && !_journal.IsEmpty))
            Absorb();
    }

    // Another process may have stored the blob again since it was found damaged here.
    private void RemoveDoubtful()
    {
        foreach (var (digest, seen) in _doubtful)
        {
            if (
                TryFindBlobEvenDoubtful(digest, out var now, out _)
                && now == seen
                && (now.IsPacked || !File.Exists(BlobFiles.PathOf(folder.Blobs, digest)))
            )
                _pending.SetBlob(digest, null, 0);
        }
        _doubtful.Clear();
    }

    /// <summary>Deletes everything in the cache's folder but the locks. The database goes first: after a kill, remaining files are either
    /// complete or not named by anything.</summary>
    public void Clear()
    {
        lock (_writing)
        {
            try
            {
                using var held = AcquireLock();
                if (held is null)
                    return;
                lock (_gate)
                    WhileLocked(ClearLocked);
            }
            catch (Exception exception) when (FileTransfer.IsFailure(exception))
            {
                warnings.Add(CacheWarnings.NotStored(folder.Root, exception.Message));
            }
        }
    }

    private void ClearLocked()
    {
        foreach (
            var path in new[] { folder.Database, folder.DatabaseLog, folder.Snapshot, folder.Memo }.Concat(
                Directory.GetFiles(folder.Root, "journal-*")
            )
        )
            File.Delete(path);
        foreach (var path in new[] { folder.Blobs, folder.Packs, folder.Trees, folder.Temporary })
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }
        folder.MakeFolders();
        _pending.Clear();
        _doubtful.Clear();
        ReadAll();
    }

    // The order matters: a kill after any step leaves either the old snapshot with its journal, or the new one. Batches that LiteDB took in
    // before a kill are taken in again later: for entries that makes no difference, and statistics have their batch's number.
    private void Absorb()
    {
        var generation = (_snapshot?.Header.Generation ?? 0) + 1;
        DeleteDatabaseIfWasteful();
        var statistics = WithDatabase(database =>
        {
            generation = Math.Max(generation, database.Generation + 1);
            if (_snapshot is not null && database.Generation < _snapshot.Header.Generation)
                database.Write(
                    Everything(_snapshot, database.Generation == 0),
                    _snapshot.Header.Generation,
                    Math.Max(database.Sequence, _snapshot.Header.Sequence)
                );
            database.Write(_journal, generation, _sequence);
            return database.ReadStatistics();
        });
        SnapshotWriter.Write(folder.Snapshot, _snapshot, _journal, statistics.Write(), generation, _sequence);
        foreach (var journal in Directory.EnumerateFiles(folder.Root, "journal-*"))
            FileTransfer.TryDelete(journal);
        ReadAll();
    }
}
