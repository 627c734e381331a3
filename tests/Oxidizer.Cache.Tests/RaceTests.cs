using Oxidizer.Cache.Blobs;

namespace Oxidizer.Cache.Tests;

// Two caches on one folder, in the orders that are hard to meet by chance.
public sealed class RaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private LiteDbCache Open() => LiteDbCache.Open(new CacheSettings(_folder["cache"]));

    private static ActionKey KeyOf(string name) => new ActionKeyBuilder("test", 1).Add("name", name).Build();

    private static void Add(IActionCache cache, string name, byte[] content) =>
        cache.Add(new ActionRecord(KeyOf(name), name, [new ActionOutput("out", cache.Store(content), content.Length)], 1));

    [Fact]
    public async Task Two_writers_of_the_first_blob_of_a_folder_both_name_theirs()
    {
        const int rounds = 1500;
        using var together = new Barrier(2);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(writer => Task.Run(() => Write(writer))));
        Assert.Equal(2 * rounds, Directory.GetFiles(_folder["blobs"], "*", SearchOption.AllDirectories).Length);

        void Write(int writer)
        {
            try
            {
                for (var round = 0; round < rounds; round++)
                {
                    var temporary = _folder[$"{writer}.tmp"];
                    File.WriteAllText(temporary, "x");
                    together.SignalAndWait();
                    BlobFiles.Name(temporary, Path.Combine(_folder["blobs"], $"{round}", $"{writer}"));
                }
            }
            finally
            {
                // So that the other does not wait for one that failed.
                together.RemoveParticipant();
            }
        }
    }

    [Fact]
    public void A_blob_that_was_evicted_elsewhere_is_stored_again_by_who_still_sees_it()
    {
        using var build = Open();
        using (var first = Open())
        {
            // Two blobs in a pack, so that evicting one leaves the pack, and the bytes in it, where they are.
            Add(first, "a", new byte[1000]);
            Add(first, "b", [.. Enumerable.Repeat((byte)1, 3000)]);
        }
        Assert.True(build.Contains(Sha256Digest.Of([.. Enumerable.Repeat((byte)1, 3000)])));
        using (var other = Open())
            Assert.Equal(1, other.Prune(maxSize: 3000).RemovedBlobs);
        Add(build, "again", new byte[1000]);
        build.Flush();
        using var later = Open();
        Assert.Equal(new byte[1000], later.TryRead(later.Find(KeyOf("again"))!.Outputs[0].Digest));
    }

    [Fact]
    public void An_index_that_another_process_writes_anew_is_read_anew()
    {
        using var build = Open();
        Add(build, "a", [1]);
        build.Flush();
        for (var i = 0; i < 5; i++)
        {
            using var other = Open();
            Add(other, $"{i}", [(byte)i]);
            other.Prune();
            build.Flush();
            Assert.False(build.GetOrAdd(KeyOf($"mine {i}"), "x", () => []).Reused);
            Assert.True(build.GetOrAdd(KeyOf($"{i}"), "x", () => []).Reused);
        }
        using var later = Open();
        Assert.All(Enumerable.Range(0, 5), i => Assert.NotNull(later.Find(KeyOf($"mine {i}"))));
        Assert.NotNull(later.Find(KeyOf("a")));
    }

    [Fact]
    public void A_kill_between_the_database_and_the_snapshot_loses_nothing_and_counts_nothing_twice()
    {
        using (var cache = Open())
        {
            Add(cache, "a", [1]);
            cache.Prune();
            Add(cache, "b", [2]);
        }
        // As a kill leaves it: the database has the batch, the snapshot and the journal are the old ones.
        var saved = Directory
            .GetFiles(_folder["cache"], "journal-*")
            .Append(_folder["cache/index"])
            .ToDictionary(path => path, File.ReadAllBytes);
        using (var cache = Open())
            cache.Prune();
        foreach (var journal in Directory.GetFiles(_folder["cache"], "journal-*"))
            File.Delete(journal);
        foreach (var (path, content) in saved)
            File.WriteAllBytes(path, content);
        using (var cache = Open())
        {
            Add(cache, "c", [3]);
            cache.Prune();
        }
        using var later = Open();
        Assert.All(new[] { "a", "b", "c" }, name => Assert.NotNull(later.Find(KeyOf(name))));
        Assert.Equal(3, later.Statistics.Lifetime["test"].BytesStored);
        Assert.Empty(later.Warnings);
    }

    [Fact]
    public void What_an_eviction_that_was_killed_had_condemned_is_found_all_the_same()
    {
        using (var cache = Open())
            Add(cache, "a", [1]);
        _folder.Write("cache/condemned", Sha256Digest.Of([1]).ToArray());
        using (var cache = Open())
        {
            Assert.Equal([1], cache.TryRead(cache.Find(KeyOf("a"))!.Outputs[0].Digest)!);
            Add(cache, "b", [2]);
        }
        Assert.False(File.Exists(_folder["cache/condemned"]));
    }
}
