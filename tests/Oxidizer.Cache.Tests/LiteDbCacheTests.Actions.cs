using System.Text;

namespace Oxidizer.Cache.Tests;

// What `IActionCache` promises.
public sealed partial class LiteDbCacheTests : IDisposable
{
    // Tests open it from several threads at once.
    private readonly Lazy<IActionCache> _cache;

    public LiteDbCacheTests() => _cache = new(() => Open());

    private TemporaryFolder Folder { get; } = new();

    private IActionCache Cache => _cache.Value;

    private IActionCache Open() => LiteDbCache.Open(new CacheSettings(Folder["cache"]));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] RandomBytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static ActionKey Key(string kind, params (string Name, string? Value)[] fields)
    {
        var builder = new ActionKeyBuilder(kind, 1);
        foreach (var (name, value) in fields)
            builder.Add(name, value);
        return builder.Build();
    }

    private ActionRecord Add(ActionKey key, string name, string content)
    {
        var bytes = Bytes(content);
        var record = new ActionRecord(key, name, [new ActionOutput("out", Cache.Store(bytes), bytes.Length)], 1.5);
        Cache.Add(record);
        return record;
    }

    public void Dispose()
    {
        if (_cache.IsValueCreated)
            _cache.Value.Dispose();
        Folder.Dispose();
    }

    [Fact]
    public void A_key_that_was_never_added_is_not_found() => Assert.Null(Cache.Find(Key("compile", ("source", "a"))));

    [Fact]
    public void An_added_record_is_found_as_it_was()
    {
        var key = Key("compile", ("source", "a"), ("flags", null));
        var digest = Cache.Store(Bytes("object"));
        var record = new ActionRecord(
            key,
            "a.c",
            [new ActionOutput("a.o", digest, 6, ActionOutput.Executable), new ActionOutput("latest", default, 0, LinkTarget: "a.o")],
            2.25
        );
        Cache.Add(record);

        var found = Cache.Find(key);

        Assert.NotNull(found);
        Assert.Equal(key, found.Key);
        Assert.Equal(key.Fields, found.Key.Fields);
        Assert.Equal("a.c", found.Name);
        Assert.Equal(record.Outputs, found.Outputs);
        Assert.Equal(2.25, found.Seconds);
    }

    [Fact]
    public void A_record_whose_blob_was_never_stored_is_not_found()
    {
        var key = Key("compile", ("source", "a"));
        Cache.Add(new ActionRecord(key, "a.c", [new ActionOutput("a.o", Sha256Digest.Of("nowhere"), 7)], 1));
        Assert.Null(Cache.Find(key));
    }

    [Fact]
    public void Adding_again_replaces_the_record()
    {
        var key = Key("head", ("rule", "stdlib"));
        Add(key, "head", "first");
        var second = Add(key, "head", "second");
        Assert.Equal(second.Outputs, Cache.Find(key)!.Outputs);
    }

    [Fact]
    public void Many_keys_are_found_at_once_and_the_missing_ones_left_out()
    {
        var keys = Enumerable.Range(0, 200).Select(i => Key("compile", ("source", $"{i}"))).ToList();
        foreach (var key in keys.Where((_, i) => i % 2 == 0))
            Add(key, "x", key.ToString());
        var found = Cache.FindMany(keys);
        Assert.Equal(100, found.Count);
        Assert.All(keys.Where((_, i) => i % 2 == 0), key => Assert.Equal(key, found[key.Digest].Key));
    }

    [Fact]
    public void An_action_runs_once_and_is_reused_then()
    {
        var runs = 0;
        IReadOnlyList<ActionOutput> Execute()
        {
            runs++;
            return [new ActionOutput("out", Cache.Store(Bytes("made")), 4)];
        }
        var first = Cache.GetOrAdd(Key("make", ("a", "1")), "a", Execute);
        var second = Cache.GetOrAdd(Key("make", ("a", "1")), "a", Execute);
        Assert.Equal(1, runs);
        Assert.False(first.Reused);
        Assert.NotNull(first.Reason);
        Assert.True(second.Reused);
        Assert.Null(second.Reason);
        Assert.Equal(first.Record.Outputs, second.Record.Outputs);
    }

    [Fact]
    public void An_action_that_fails_is_not_remembered_and_its_exception_passes_through()
    {
        var key = Key("make", ("a", "1"));
        Assert.Throws<InvalidTimeZoneException>(() => Cache.GetOrAdd(key, "a", () => throw new InvalidTimeZoneException("no")));
        Assert.Null(Cache.Find(key));
        Assert.False(Cache.GetOrAdd(key, "a", () => []).Reused);
    }

    [Fact]
    public void Threads_that_need_the_same_action_run_it_once()
    {
        var runs = 0;
        var results = new ActionResult[8];
        var threads = Enumerable
            .Range(0, 8)
            .Select(i => new Thread(() =>
                results[i] = Cache.GetOrAdd(
                    Key("make", ("a", "1")),
                    "a",
                    () =>
                    {
                        Interlocked.Increment(ref runs);
                        Thread.Sleep(50);
                        return [new ActionOutput("out", Cache.Store(Bytes("made")), 4)];
                    }
                )
            ))
            .ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal(1, runs);
        Assert.Equal(7, results.Count(result => result.Reused));
    }

    [Fact]
    public void A_miss_is_explained_by_the_field_that_changed()
    {
        var old = Sha256Digest.Of("old").ToString();
        var now = Sha256Digest.Of("new").ToString();
        Add(Key("compile", ("app/views.py", old), ("compiler", "gcc 12.2.0")), "app/views.py", "a");
        Assert.Equal(
            $"`app/views.py` changed (was {old[..4]}..., is {now[..4]}...)",
            Cache.Explain(Key("compile", ("app/views.py", now), ("compiler", "gcc 12.2.0")), "app/views.py")
        );
        Assert.Equal(
            "compiler changed: gcc 12.2.0 -> 13.1.0",
            Cache.Explain(Key("compile", ("app/views.py", old), ("compiler", "gcc 13.1.0")), "app/views.py")
        );
    }

    [Fact]
    public void A_miss_without_anything_earlier_is_explained()
    {
        Assert.Equal("first build with this cache", Cache.Explain(Key("compile", ("a", "1")), "a"));
    }

    [Fact]
    public void Hits_misses_bytes_and_seconds_are_counted_by_kind()
    {
        Add(Key("compile", ("a", "1")), "a", "12345");
        var found = Cache.Find(Key("compile", ("a", "1")))!;
        Cache.Find(Key("compile", ("a", "2")));
        Cache.TryRead(found.Outputs[0].Digest);
        Assert.Equal(new KindStatistics(1, 1, 5, 5, 1.5), Cache.Statistics.Session["compile"]);
    }

    [Fact]
    public void Nothing_is_wrong_with_a_cache_that_works()
    {
        Add(Key("compile", ("a", "1")), "a", "12345");
        Cache.Flush();
        Assert.Empty(Cache.Warnings);
    }
}
