using System.Diagnostics;
using Oxidizer.Cache;

namespace Oxidizer.Benchmarks;

/// <summary>What the cache costs, beside the simplest that could do the same, and whether it keeps its word when it is killed.</summary>
internal sealed class CacheSuite
{
    private const int Modules = 5_000;
    private const int ModuleBytes = 8 * 1024;
    private const int ManyEntries = 100_000;
    private const int ManyBytes = 20 * 1024;
    private const string PlainFilesName = "one file an entry";
    private static readonly string[] s_stores = [Stores.Ours, Stores.PlainFiles, Stores.Sqlite];

    private readonly Suite _suite;

    private CacheSuite(Suite suite) => _suite = suite;

    public static void Run(Suite suite)
    {
        var caches = new CacheSuite(suite);
        suite.Part("store-5000", caches.Store);
        suite.Part("lookup-5000-cold", caches.LookUp);
        suite.Part("open", caches.Open);
        suite.Part("prune-2gb", caches.Prune);
        suite.Part("kills", () => new KillRounds(suite).Run());
        suite.Part("damages", () => new DamageRounds(suite).Run());
        suite.Part("objects", () => CompilerCaches.Run(suite));
    }

    private void Store()
    {
        var seconds = Interleaved.Run(
            Interleaved.TimingRounds,
            [
                .. s_stores.Select(store =>
                    (Func<double>)(() => CacheChild.Seconds(store, "store", EmptyFolder(store), Modules, ModuleBytes))
                ),
            ]
        );
        Add(
            $"store-{Modules}",
            seconds,
            $"{Modules} records and blobs of {ModuleBytes} bytes into an empty store, in a new process, until a kill loses nothing"
        );
    }

    private void LookUp()
    {
        // The folders of the last round of the part before, or the same made again.
        foreach (var store in s_stores)
            CacheChild.Seconds(store, "store", EmptyFolder(store), Modules, ModuleBytes);
        var seconds = Interleaved.Run(
            Interleaved.TimingRounds,
            [.. s_stores.Select(store => (Func<double>)(() => CacheChild.Seconds(store, "find", Folder(store), Modules)))]
        );
        Add($"lookup-{Modules}-cold", seconds, $"open, {Modules} look-ups, close, in a new process");
    }

    private void Open()
    {
        var many = FillMany(Stores.Ours);
        var manySqlite = FillMany(Stores.Sqlite);
        var empty = EmptyFolder("empty");
        var emptySqlite = EmptyFolder("empty-sqlite");
        // The first opening makes the database.
        CacheChild.Seconds(Stores.Ours, "find", empty, 0);
        CacheChild.Seconds(Stores.Sqlite, "find", emptySqlite, 0);
        var seconds = Interleaved.Run(
            Interleaved.TimingRounds,
            () => CacheChild.Seconds(Stores.Ours, "find", empty, 0),
            () => CacheChild.Seconds(Stores.Ours, "find", many, 1),
            () => CacheChild.Seconds(Stores.Sqlite, "find", emptySqlite, 0),
            () => CacheChild.Seconds(Stores.Sqlite, "find", manySqlite, 1)
        );
        const string note = "open, one look-up, close, in a new process";
        _suite.Add(
            new Case("open-empty", Metric.WallSeconds, seconds[0])
            {
                Reference = seconds[2],
                ReferenceName = Stores.Sqlite,
                Note = note,
            }
        );
        _suite.Add(
            new Case($"open-{ManyEntries}", Metric.WallSeconds, seconds[1])
            {
                Reference = seconds[0],
                ReferenceName = "an empty cache",
                Note = FormattableString.Invariant(
                    $"{note}; {ManyEntries} entries of {ManyBytes} bytes; {(seconds[1].Median - seconds[0].Median) * 1000:0.0} ms more than empty"
                ),
            }
        );
        _suite.Add(
            new Case($"sqlite-open-{ManyEntries}", Metric.WallSeconds, seconds[3])
            {
                Reference = seconds[2],
                ReferenceName = "an empty database",
                Note = note,
            }
        );
    }

    // A cache of 2 GB is brought below 1 GB while this session uses some of its oldest entries: those must be there afterwards.
    private void Prune()
    {
        const long target = 1_000_000_000;
        const int used = 1_000;
        var folder = FillMany(Stores.Ours);
        var before = SizeOf(folder);
        var started = Stopwatch.GetTimestamp();
        using (var user = LiteDbCache.Open(new CacheSettings(folder)))
        using (var pruner = LiteDbCache.Open(new CacheSettings(folder)))
        {
            user.FindMany([.. Enumerable.Range(0, used).Select(Entry.KeyOf)]);
            started = Stopwatch.GetTimestamp();
            pruner.Prune(target);
        }
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var after = SizeOf(folder);
        // `max_size` is about blobs; the index and its database, 1 KB an entry before and after, are not counted. Packs may keep a tenth of
        // air.
        var content = SizeOf(Path.Combine(folder, "blobs")) + SizeOf(Path.Combine(folder, "packs"));
        if (content > target * 11 / 10)
            throw new BenchmarkFailedException($"after the pruning the blobs take {content} bytes, and not {target}");
        var kept = CountReadable(folder, used);
        Directory.Delete(folder, recursive: true);
        if (kept != used)
            throw new BenchmarkFailedException($"pruning lost {used - kept} of {used} entries that were in use");
        _suite.Add(
            new Case("prune-2gb", Metric.WallSeconds, Sample.Of(seconds))
            {
                Note =
                    $"one run: {before} bytes to {after}, of them {content} of blobs, {used} entries in use meanwhile, none of them lost",
            }
        );
    }

    private static int CountReadable(string folder, int count)
    {
        using var store = new OxidizerStore(folder);
        var found = store.Cache.FindMany([.. Enumerable.Range(0, count).Select(Entry.KeyOf)]);
        return Enumerable
            .Range(0, count)
            .Count(number =>
                found.TryGetValue(Entry.KeyOf(number).Digest, out var record)
                && store.Cache.TryRead(record.Outputs[0].Digest) is { } content
                && content.AsSpan().SequenceEqual(Entry.ContentOf(number, ManyBytes))
            );
    }

    private void Add(string id, Sample[] seconds, string note)
    {
        for (var index = 0; index < s_stores.Length; index++)
        {
            var prefix = s_stores[index] == Stores.Ours ? "" : s_stores[index] + "-";
            var isReference = s_stores[index] == Stores.PlainFiles;
            _suite.Add(
                new Case(prefix + id, Metric.WallSeconds, seconds[index])
                {
                    Reference = isReference ? null : seconds[Array.IndexOf(s_stores, Stores.PlainFiles)],
                    ReferenceName = isReference ? null : PlainFilesName,
                    Note = note,
                }
            );
        }
    }

    private string FillMany(string store)
    {
        var folder = Folder($"many-{store}");
        var complete = folder + ".complete";
        if (!File.Exists(complete) || !Directory.Exists(folder))
        {
            EmptyFolder($"many-{store}");
            CacheChild.Seconds(store, "store", folder, ManyEntries, ManyBytes);
            File.WriteAllText(complete, "");
        }
        return folder;
    }

    private string Folder(string name) => Path.Combine(_suite.WorkFolder, name);

    private string EmptyFolder(string name)
    {
        if (Directory.Exists(Folder(name)))
            Directory.Delete(Folder(name), recursive: true);
        return Directory.CreateDirectory(Folder(name)).FullName;
    }

    private static long SizeOf(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
