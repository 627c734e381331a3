using Microsoft.Data.Sqlite;
using Oxidizer.Cache;

namespace Oxidizer.Benchmarks;

/// <summary>One SQLite database in WAL mode, records and blobs in two tables, a batch in one transaction: SQLite as its own documentation
/// advises.</summary>
internal sealed class SqliteStore : IStore
{
    private readonly SqliteConnection _connection;

    public SqliteStore(string folder)
    {
        _connection = new SqliteConnection($"Data Source={Path.Combine(folder, "cache.sqlite")};Pooling=False");
        _connection.Open();
        // synchronous=NORMAL: a kill loses nothing, a power failure may; the same promise as the other stores'.
        Execute(
            "pragma journal_mode=wal; pragma synchronous=normal;"
                + "create table if not exists actions(key blob primary key, blob blob not null) without rowid;"
                + "create table if not exists blobs(digest blob primary key, content blob not null);"
        );
    }

    public void Add(int first, int count, int size)
    {
        using var transaction = _connection.BeginTransaction();
        using var addBlob = Prepare("insert or ignore into blobs values($key, $value)", transaction);
        using var addAction = Prepare("insert or replace into actions values($key, $value)", transaction);
        for (var number = first; number < first + count; number++)
        {
            var content = Entry.ContentOf(number, size);
            var digest = Sha256Digest.Of(content).ToArray();
            Run(addBlob, digest, content);
            Run(addAction, Entry.KeyOf(number).Digest.ToArray(), digest);
        }
        transaction.Commit();
    }

    public int Find(int first, int count)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "select 1 from actions join blobs on blobs.digest = actions.blob where actions.key = $key";
        var key = command.Parameters.Add("$key", SqliteType.Blob);
        command.Prepare();
        return Enumerable
            .Range(first, count)
            .Count(number =>
            {
                key.Value = Entry.KeyOf(number).Digest.ToArray();
                return command.ExecuteScalar() is not null;
            });
    }

    public void Dispose() => _connection.Dispose();

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql, SqliteTransaction transaction)
    {
        var command = _connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        command.Parameters.Add("$key", SqliteType.Blob);
        command.Parameters.Add("$value", SqliteType.Blob);
        command.Prepare();
        return command;
    }

    private static void Run(SqliteCommand command, byte[] key, byte[] value)
    {
        (command.Parameters[0].Value, command.Parameters[1].Value) = (key, value);
        command.ExecuteNonQuery();
    }
}
