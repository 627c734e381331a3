using Oxidizer.Cache;

namespace Cake.Oxidizer.Tests;

/// <summary>The aliases for the cache's upkeep, from a script.</summary>
public sealed class CacheAliasTests : IDisposable
{
    private readonly Script _script = new();

    public void Dispose() => _script.Dispose();

    [Fact]
    public void A_script_asks_for_statistics_verifies_prunes_and_clears()
    {
        var damaged = Fill(_script["cache"]);
        File.SetUnixFileMode(damaged, ActionOutput.PlainFile);
        File.WriteAllText(damaged, "other bytes");
        var (code, output) = _script
            .WithApplication(
                "",
                """
                var settings = new OxidizerCacheSettings().WithDirectory("cache");
                foreach (var kind in OxidizerCacheStatistics(settings).Lifetime)
                    Information("{0}: {1} hits, {2} misses, {3} s saved", kind.Key, kind.Value.Hits, kind.Value.Misses, kind.Value.SecondsSaved);
                var verified = OxidizerCacheVerify(settings);
                Information("verified: {0} damaged, {1} actions left", verified.DamagedBlobs, verified.Actions);
                var pruned = OxidizerCachePrune(settings.WithMaxSize(0));
                Information("pruned: {0} blobs removed, {1} bytes left", pruned.RemovedBlobs, pruned.Bytes);
                OxidizerCacheClear(settings);
                """
            )
            .Run();
        Assert.True(code == 0, output);
        Assert.Contains("thumbnail: 1 hits, 2 misses, 2.5 s saved", output);
        Assert.Contains("verified: 1 damaged, 1 actions left", output);
        Assert.Contains("pruned: 1 blobs removed, 0 bytes left", output);
        Assert.Contains("OXI0905", output);
    }

    [Fact]
    public void The_setting_names_the_cache_that_is_looked_at()
    {
        Fill(_script["configured"]);
        var (code, output) = _script
            .WithApplication("", """Information("{0} hits", OxidizerCacheStatistics().Lifetime["thumbnail"].Hits); OxidizerCacheClear();""")
            .Run("--Oxidizer_CacheDirectory=configured");
        Assert.True(code == 0, output);
        Assert.Contains("1 hits", output);
        using var cache = LiteDbCache.Open(new CacheSettings(_script["configured"]));
        Assert.Null(cache.Find(Key(0)));
    }

    [Fact]
    public void A_cache_that_is_not_there_is_empty_and_is_not_made()
    {
        var (code, output) = _script
            .WithApplication(
                "",
                """
                var settings = new OxidizerCacheSettings().WithDirectory("nowhere");
                Information("{0} kinds, {1} blobs, {2} blobs", OxidizerCacheStatistics(settings).Lifetime.Count, OxidizerCachePrune(settings).Blobs, OxidizerCacheVerify(settings).Blobs);
                """
            )
            .Run();
        Assert.True(code == 0, output);
        Assert.Contains("0 kinds, 0 blobs, 0 blobs", output);
        Assert.False(Directory.Exists(_script["nowhere"]));
    }

    private static ActionKey Key(int number) => new ActionKeyBuilder("thumbnail", 1).Add("number", number).Build();

    // Two actions, of which the first is found once; the path of the first one's blob.
    private static string Fill(string folder)
    {
        using var cache = LiteDbCache.Open(new CacheSettings(folder));
        string? path = null;
        for (var number = 0; number < 2; number++)
        {
            var content = new byte[100_000];
            content[0] = (byte)number;
            var made = cache.GetOrAdd(Key(number), $"{number}", () => [new ActionOutput("out", cache.Store(content), content.Length)]);
            cache.Add(made.Record with { Seconds = 2.5 });
            path ??= cache.TryGetFile(Sha256Digest.Of(content));
        }
        Assert.NotNull(cache.Find(Key(0)));
        return path!;
    }
}
