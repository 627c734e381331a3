using Oxidizer.Cache.Files;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Index;

internal sealed partial class CacheIndex
{
    private const long SmallestWaste = 16 << 20;

    // Deleting documents never shrinks LiteDB's file, and its Rebuild() throws at 10,000 documents; so it is deleted, and a new one is
    // written from the snapshot.
    private void DeleteDatabaseIfWasteful()
    {
        if (
            _snapshot is null
            || !FileStamp.TryRead(folder.Database, out var stamp)
            || stamp.Size < SmallestWaste + 4 * _snapshot.Header.LiveBytes
        )
            return;
        File.Delete(folder.Database);
        File.Delete(folder.DatabaseLog);
    }

    // Runs a step with the database. A damaged database is moved aside, and the step runs with a new one.
    private T WithDatabase<T>(Func<Database, T> step)
    {
        try
        {
            using var database = Database.Open(folder.Database);
            return step(database);
        }
        catch (DatabaseDamagedException exception)
        {
            MoveDatabaseAside(exception.Message);
        }
        try
        {
            using var database = Database.Open(folder.Database);
            return step(database);
        }
        catch (DatabaseDamagedException exception)
        {
            throw new IOException($"a new database cannot be written: {exception.Message}", exception);
        }
    }

    private void MoveDatabaseAside(string reason)
    {
        warnings.Add(CacheWarnings.IndexDamaged(folder.Root, reason));
        foreach (var path in new[] { folder.Database, folder.DatabaseLog })
        {
            if (File.Exists(path))
                File.Move(path, path + ".damaged", overwrite: true);
        }
    }

    // The snapshot is missing or damaged, and there is or was a database.
    private bool Recover(bool damaged)
    {
        // If another thread writes, it holds the cache's lock and waits for this one; it recovers the index itself.
        if (folder.Use != FolderUse.ReadWrite || !_writing.TryEnter())
            return false;
        try
        {
            using var held = _lockHeld ? null : AcquireLock();
            if (held is null && !_lockHeld)
                return false;
            // Another process may have recovered it.
            if (Snapshot.TryOpen(folder.Snapshot, out _) is { } other)
            {
                other.Dispose();
                return true;
            }
            if (damaged)
                warnings.Add(CacheWarnings.IndexDamaged(folder.Root, "its snapshot cannot be read"));
            WriteSnapshotFromDatabase();
            return true;
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            warnings.Add(CacheWarnings.NotStored(folder.Root, exception.Message));
            return false;
        }
        finally
        {
            _writing.Exit();
        }
    }

    private void WriteSnapshotFromDatabase()
    {
        var (changes, statistics, generation, sequence) = WithDatabase(database =>
        {
            if (database.Generation == 0)
                database.Write(Salvage.Read(folder), Salvage.NextGeneration(folder), Salvage.Sequence);
            else
                TakeJournalsIn(database);
            return (database.ReadAll(), database.ReadStatistics(), database.Generation, database.Sequence);
        });
        SnapshotWriter.Write(folder.Snapshot, null, changes, statistics.Write(), generation, sequence);
    }

    // A process that wrote the database and was killed before it wrote the snapshot left its journal, and others went on with that.
    private void TakeJournalsIn(Database database)
    {
        var (newer, sequence) = Salvage.After(folder, database.Sequence);
        if (!newer.IsEmpty)
            database.Write(newer, Math.Max(Salvage.NextGeneration(folder), database.Generation + 1), sequence);
    }

    private static IndexChanges Everything(Snapshot snapshot, bool isNew)
    {
        var all = new IndexChanges();
        foreach (var slot in snapshot.Actions)
        {
            if (snapshot.ReadFrame(slot.Offset, FrameKind.Action) is { } payload)
                all.SetAction(new Sha256Digest(payload.AsSpan(0, Sha256Digest.Size)), payload, slot.Time);
        }
        foreach (var slot in snapshot.Blobs)
        {
            if (snapshot.ReadFrame(slot.Offset, FrameKind.Blob) is { } payload && StoredBlob.TryRead(payload, out var digest, out var blob))
                all.SetBlob(digest, blob, slot.Time);
        }
        // The batch's number keeps an older database from counting these twice.
        if (snapshot.ReadFrame(snapshot.Header.StatisticsOffset, FrameKind.Statistics) is { } counts)
            all.Statistics.Add((isNew ? snapshot.Header.Sequence : 0, counts));
        return all;
    }
}
