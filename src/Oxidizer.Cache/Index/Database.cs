using LiteDB;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Index;

/// <summary>
/// Actions, blobs and statistics as LiteDB documents. LiteDB 5 must not be open in two processes at once (it corrupts silently), so it is
/// opened under the cache's lock for one batch and disposed. That also writes its log back, without which a kill would lose the batch.
/// There are no secondary indexes, because <c>Rebuild</c> fails on them, and <c>_id</c> is binary, because the default collation ignores
/// case. Any exception on opening or reading means that the file is damaged; it can be made again.
/// </summary>
internal sealed class Database : IDisposable
{
    private readonly LiteDatabase _database;
    private readonly ILiteCollection<BsonDocument> _actions,
        _blobs,
        _statistics,
        _state;

    private readonly string _path;

    private Database(LiteDatabase database, string path)
    {
        (_database, _path) = (database, path);
        _actions = database.GetCollection("actions", BsonAutoId.ObjectId);
        _blobs = database.GetCollection("blobs", BsonAutoId.ObjectId);
        _statistics = database.GetCollection("statistics", BsonAutoId.ObjectId);
        _state = database.GetCollection("state", BsonAutoId.ObjectId);
        var state = _state.FindById("state");
        Generation = state is null ? 0 : state["generation"].AsInt64;
        Sequence = state is null ? 0 : state["sequence"].AsInt64;
    }

    /// <summary>The generation of the snapshot that was made after the last batch; 0 if the database is new.</summary>
    public long Generation { get; private set; }

    /// <summary>The number of the last batch that was taken in.</summary>
    public long Sequence { get; private set; }

    /// <summary>Opens a database, which is made if it is not there. The caller holds the cache's lock.</summary>
    /// <exception cref="DatabaseDamagedException">It is damaged.</exception>
    public static Database Open(string path)
    {
        LiteDatabase? database = null;
        try
        {
            database = new LiteDatabase(
                new ConnectionString
                {
                    Filename = path,
                    Connection = ConnectionType.Direct,
                    Collation = Collation.Binary,
                }
            );
            return new Database(database, path);
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            DisposeQuietly(database);
            throw new DatabaseDamagedException(exception);
        }
    }

    /// <summary>Writes a batch in one transaction.</summary>
    /// <exception cref="DatabaseDamagedException">The database is damaged.</exception>
    /// <exception cref="IOException">The disk is full.</exception>
    public void Write(IndexChanges changes, long generation, long sequence) =>
        Guard(() =>
        {
            DemandSpace(changes);
            _database.BeginTrans();
            Upsert(
                _actions,
                changes.Actions.Where(entry => entry.Value is not null).Select(entry => Document(entry.Key, changes, "d", entry.Value!))
            );
            Upsert(
                _blobs,
                changes
                    .Blobs.Where(entry => entry.Value is not null)
                    .Select(entry => Document(entry.Key, changes, "p", Payload(entry.Key, entry.Value!.Value)))
            );
            foreach (var (digest, payload) in changes.Actions)
                Delete(_actions, digest, payload is null);
            foreach (var (digest, blob) in changes.Blobs)
                Delete(_blobs, digest, blob is null);
            WriteUses(changes);
            WriteStatistics(changes);
            _state.Upsert(
                new BsonDocument
                {
                    ["_id"] = "state",
                    ["generation"] = generation,
                    ["sequence"] = sequence,
                }
            );
            _database.Commit();
            _database.Checkpoint();
            Generation = generation;
            Sequence = sequence;
        });

    /// <summary>All undamaged entries of the database.</summary>
    /// <exception cref="DatabaseDamagedException">It cannot be read to its end.</exception>
    public IndexChanges ReadAll()
    {
        var all = new IndexChanges();
        Guard(() =>
        {
            foreach (var document in _actions.FindAll())
            {
                if (document["d"].AsBinary is { } frame && Frame.TryRead(frame, out var kind, out var payload) && kind == FrameKind.Action)
                    all.SetAction(new Sha256Digest(payload[..Sha256Digest.Size]), payload.ToArray(), document["t"].AsInt64);
            }
            foreach (var document in _blobs.FindAll())
            {
                if (
                    Frame.TryRead(document["p"].AsBinary, out _, out var payload)
                    && StoredBlob.TryRead(payload, out var digest, out var blob)
                )
                    all.SetBlob(digest, blob, document["t"].AsInt64);
            }
        });
        return all;
    }

    /// <summary>The counts of the cache's life.</summary>
    public StatisticsTable ReadStatistics()
    {
        var table = new StatisticsTable();
        Guard(() =>
        {
            foreach (var document in _statistics.FindAll())
                table.Add(
                    document["_id"].AsString[1..],
                    new KindStatistics(
                        document["h"].AsInt64,
                        document["m"].AsInt64,
                        document["r"].AsInt64,
                        document["w"].AsInt64,
                        document["s"].AsDouble
                    )
                );
        });
        return table;
    }

    /// <summary>Writes the log back, and closes.</summary>
    public void Dispose() => DisposeQuietly(_database);

    // LiteDB writes in a thread of its own, and waits for it for ever when the disk is full. A batch is in its log and in its file.
    private void DemandSpace(IndexChanges changes)
    {
        const long most = 1 << 20,
            overhead = 1024;
        var payloads = changes.Actions.Values.Sum(payload => payload?.Length ?? 0L);
        var needed = most + 4 * (payloads + overhead * (changes.Actions.Count + changes.Blobs.Count));
        if (new DriveInfo(Path.GetDirectoryName(_path)!).AvailableFreeSpace < needed)
            throw new IOException($"the disk of `{_path}` is full: {needed} bytes are needed");
    }

    private static BsonDocument Document(Sha256Digest digest, IndexChanges changes, string field, byte[] payload)
    {
        var writer = new ByteWriter(payload.Length + Frame.HeaderSize);
        Frame.Write(writer, field == "d" ? FrameKind.Action : FrameKind.Blob, payload);
        return new BsonDocument
        {
            ["_id"] = digest.ToArray(),
            [field] = writer.ToArray(),
            ["t"] = changes.Uses.GetValueOrDefault(digest),
        };
    }

    private static byte[] Payload(Sha256Digest digest, StoredBlob blob)
    {
        var writer = new ByteWriter(StoredBlob.PayloadSize);
        blob.Write(writer, digest);
        return writer.ToArray();
    }

    private static void Upsert(ILiteCollection<BsonDocument> collection, IEnumerable<BsonDocument> documents) =>
        collection.Upsert(documents);

    private static void Delete(ILiteCollection<BsonDocument> collection, Sha256Digest digest, bool isGone)
    {
        if (isGone)
            collection.Delete(digest.ToArray());
    }

    // Entries of this batch are written with their times of use; this is for the others.
    private void WriteUses(IndexChanges changes)
    {
        foreach (var (digest, time) in changes.Uses)
        {
            var collection =
                changes.Actions.ContainsKey(digest) || changes.Blobs.ContainsKey(digest) ? null
                : _actions.FindById(digest.ToArray()) is not null ? _actions
                : _blobs;
            if (collection?.FindById(digest.ToArray()) is not { } document)
                continue;
            document["t"] = time;
            collection.Update(document);
        }
    }

    private void WriteStatistics(IndexChanges changes)
    {
        var added = new StatisticsTable();
        foreach (var (sequence, payload) in changes.Statistics)
        {
            if (sequence > Sequence)
                added.Add(payload);
        }
        foreach (var (kind, counts) in added.ByKind)
        {
            // A kind may be the empty text, which LiteDB does not accept as an id.
            var id = "k" + kind;
            var old = _statistics.FindById(id);
            _statistics.Upsert(
                new BsonDocument
                {
                    ["_id"] = id,
                    ["h"] = counts.Hits + (old?["h"].AsInt64 ?? 0),
                    ["m"] = counts.Misses + (old?["m"].AsInt64 ?? 0),
                    ["r"] = counts.BytesRead + (old?["r"].AsInt64 ?? 0),
                    ["w"] = counts.BytesStored + (old?["w"].AsInt64 ?? 0),
                    ["s"] = counts.SecondsSaved + (old?["s"].AsDouble ?? 0),
                }
            );
        }
    }

    private static void Guard(Action step)
    {
        try
        {
            step();
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw new DatabaseDamagedException(exception);
        }
    }

    // Measured on files with zeroed pages: LiteException, DecoderFallbackException, NullReferenceException, InvalidCastException; a damaged
    // length may ask for all memory. A full disk is no damage.
    private static bool IsDamage(Exception exception) => exception is not DatabaseDamagedException && !IsDiskFull(exception);

    private static bool IsDiskFull(Exception exception) =>
        exception is UnauthorizedAccessException || (exception is IOException && exception is not EndOfStreamException);

    private static void DisposeQuietly(LiteDatabase? database)
    {
        try
        {
            database?.Dispose();
        }
        catch (Exception)
        {
            // Dispose writes the log back, which fails on a damaged file or a full disk. The log stays, and the next opening finds and
            // reports the damage.
        }
    }
}

/// <summary>The database cannot be read; it is moved aside and made again.</summary>
internal sealed class DatabaseDamagedException(Exception cause) : Exception(cause.Message, cause);
