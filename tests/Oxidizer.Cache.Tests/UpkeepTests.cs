using System.Formats.Tar;

namespace Oxidizer.Cache.Tests;

public sealed class UpkeepTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private LiteDbCache Open(string name = "cache") => LiteDbCache.Open(new CacheSettings(_folder[name]));

    private static ActionKey KeyOf(int i) => new ActionKeyBuilder("test", 1).Add("number", i).Build();

    private static byte[] ContentOf(int i)
    {
        var bytes = new byte[i % 2 == 0 ? 100_000 : 5000];
        new Random(i).NextBytes(bytes);
        return bytes;
    }

    private static void Add(IActionCache cache, int i) =>
        cache.Add(new ActionRecord(KeyOf(i), $"{i}", [new ActionOutput("out", cache.Store(ContentOf(i)), ContentOf(i).Length)], 1));

    private void Fill(int count)
    {
        using var cache = Open();
        for (var i = 0; i < count; i++)
            Add(cache, i);
    }

    private static List<int> Present(IActionCache cache, int count) =>
        [.. Enumerable.Range(0, count).Where(i => cache.Find(KeyOf(i)) is not null)];

    private long BytesOnDisk() =>
        new DirectoryInfo(_folder["cache"]).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    [Fact]
    public void Pruning_to_a_size_leaves_that_much_and_nothing_half()
    {
        Fill(40);
        using var cache = Open();
        var report = cache.Prune(1_000_000);
        Assert.InRange(report.Bytes, 800_000, 1_000_000);
        Assert.Equal(40, report.Actions + report.RemovedActions);
        Assert.True(report.RemovedActions > 0);
        Assert.InRange(BytesOnDisk(), 800_000, 1_500_000);
        var present = Present(cache, 40);
        Assert.Equal(report.Actions, present.Count);
        Assert.All(present, i => Assert.Equal(ContentOf(i), cache.TryRead(cache.Find(KeyOf(i))!.Outputs[0].Digest)));
        Assert.Empty(cache.Warnings);
    }

    [Fact]
    public void Pruning_to_nothing_leaves_nothing()
    {
        Fill(40);
        using var cache = Open();
        Assert.Equal(new CacheReport(0, 0, 0, 0, 40, 40, 0, 2_100_000, 0, 0), cache.Prune(0));
        Assert.Empty(Present(cache, 40));
        Assert.Empty(Directory.GetFiles(_folder["cache/packs"]));
    }

    [Fact]
    public void What_another_process_has_found_is_not_pruned()
    {
        Fill(40);
        using var build = Open();
        var used = new[] { 2, 3, 30, 31 };
        var files = used.Select(i => build.TryGetFile(build.Find(KeyOf(i))!.Outputs[0].Digest)!).ToList();
        using var cache = Open();
        cache.Prune(0);
        Assert.Equal(used, Present(cache, 40));
        Assert.All(files.Zip(used), pair => Assert.Equal(ContentOf(pair.Second), File.ReadAllBytes(pair.First)));
    }

    [Fact]
    public void What_was_used_last_stays_longest()
    {
        Fill(20);
        Age(TimeSpan.FromDays(10));
        using (var cache = Open())
        {
            foreach (var i in new[] { 4, 5, 6 })
                cache.Find(KeyOf(i));
        }
        using (var cache = Open())
        {
            cache.Prune(maxAge: TimeSpan.FromDays(5));
            Assert.Equal([4, 5, 6], Present(cache, 20));
        }
    }

    // Makes all uses older, by writing the index anew with other times.
    private void Age(TimeSpan age)
    {
        using (var cache = Open())
            cache.Prune();
        var path = _folder["cache/index"];
        var bytes = File.ReadAllBytes(path);
        var header = System.Runtime.InteropServices.MemoryMarshal.Read<Index.SnapshotHeader>(bytes);
        var slots = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Index.SnapshotSlot>(bytes.AsSpan((int)header.EntriesEnd));
        for (var i = 0; i < slots.Length; i++)
            slots[i] = slots[i] with { Time = slots[i].Time - (long)age.TotalSeconds };
        File.WriteAllBytes(path, bytes);
    }

    [Fact]
    public void What_was_used_while_the_clock_stood_ahead_is_evicted_all_the_same()
    {
        Fill(40);
        Age(TimeSpan.FromDays(-3650));
        using (var cache = Open())
        {
            cache.Prune(1_000_000);
            Assert.InRange(Present(cache, 40).Count, 1, 39);
        }
        using (var cache = Open())
        {
            // They were found just now, and their times are put right.
            cache.Prune(maxAge: TimeSpan.FromHours(2));
            Assert.InRange(Present(cache, 40).Count, 1, 39);
        }
    }

    [Fact]
    public void A_clock_that_jumps_ahead_evicts_by_age_and_loses_nothing_that_is_in_use()
    {
        Fill(20);
        Age(TimeSpan.FromDays(3650));
        using var build = Open();
        Assert.NotNull(build.Find(KeyOf(2)));
        using var cache = Open();
        cache.Prune(maxAge: TimeSpan.FromDays(30));
        Assert.Equal([2], Present(cache, 20));
    }

    [Fact]
    public void A_build_that_stores_too_much_evicts_what_is_old()
    {
        Fill(20);
        Age(TimeSpan.FromDays(1));
        using (var cache = LiteDbCache.Open(new CacheSettings(_folder["cache"]) { MaxSize = 1_500_000 }))
        {
            for (var i = 100; i < 110; i++)
                Add(cache, i);
            cache.Prune();
            Assert.Equal(10, Enumerable.Range(100, 10).Count(i => cache.Find(KeyOf(i)) is not null));
            Assert.InRange(Present(cache, 20).Count, 1, 17);
        }
        Assert.InRange(BytesOnDisk(), 0, 2_000_000);
    }

    [Fact]
    public void A_flush_evicts_by_itself_when_the_limit_is_exceeded()
    {
        Fill(20);
        Age(TimeSpan.FromDays(1));
        using (var cache = LiteDbCache.Open(new CacheSettings(_folder["cache"]) { MaxSize = 600_000 }))
        {
            // Enough records for LiteDB to take the journal in.
            for (var i = 1000; i < 9000; i++)
                cache.Add(new ActionRecord(KeyOf(i), $"{i}", [new ActionOutput("out", cache.Store([(byte)i]), 1)], 1));
            cache.Flush();
            Assert.Equal(8000, Enumerable.Range(1000, 8000).Count(i => cache.Find(KeyOf(i)) is not null));
            Assert.Empty(cache.Warnings);
        }
        using var later = Open();
        Assert.InRange(Present(later, 20).Sum(i => ContentOf(i).Length), 300_000, 540_000);
        Assert.InRange(BytesOnDisk(), 0, 12_000_000);
    }

    [Fact]
    public void Packs_of_dead_blobs_are_written_anew_and_the_living_are_found()
    {
        using (var cache = Open())
        {
            for (var i = 1; i < 200; i += 2)
                Add(cache, i);
        }
        using var build = Open();
        var used = Enumerable.Range(0, 10).Select(i => i * 20 + 1).ToList();
        Assert.All(used, i => Assert.NotNull(build.Find(KeyOf(i))));
        using (var cache = Open())
            cache.Prune(0);
        Assert.InRange(Directory.GetFiles(_folder["cache/packs"]).Sum(path => new FileInfo(path).Length), 50_000, 60_000);
        Assert.All(used, i => Assert.Equal(ContentOf(i), build.TryRead(Sha256Digest.Of(ContentOf(i)))));
        using var later = Open();
        Assert.All(used, i => Assert.Equal(ContentOf(i), later.TryRead(later.Find(KeyOf(i))!.Outputs[0].Digest)));
    }

    [Fact]
    public void Verify_finds_and_removes_what_is_damaged_and_what_names_it()
    {
        Fill(20);
        var blob = Directory.GetFiles(_folder["cache/blobs"], "*", SearchOption.AllDirectories).First();
        File.SetUnixFileMode(blob, ActionOutput.PlainFile);
        File.AppendAllText(blob, "x");
        var pack = Directory.GetFiles(_folder["cache/packs"]).Single();
        var bytes = File.ReadAllBytes(pack);
        bytes[1000] ^= 1;
        File.WriteAllBytes(pack, bytes);
        using var cache = Open();
        var report = cache.Verify();
        Assert.Equal(2, report.DamagedBlobs);
        Assert.Equal(2, report.RemovedActions);
        Assert.Equal(18, Present(cache, 20).Count);
        Assert.Equal(new CacheReport(18, 18, 0, report.Bytes, 0, 0, 0, 0, 0, 0), cache.Verify());
    }

    [Fact]
    public void Clear_empties_the_cache_and_it_can_be_used_again()
    {
        Fill(20);
        using var other = Open();
        Assert.NotNull(other.Find(KeyOf(1)));
        using var cache = Open();
        cache.Clear();
        Assert.Empty(Present(cache, 20));
        Add(cache, 1);
        cache.Flush();
        Assert.Equal([1], Present(cache, 20));
        // A process that had read the old index makes what it misses again, and both are right.
        Assert.False(other.GetOrAdd(KeyOf(2), "2", () => [new ActionOutput("out", other.Store(ContentOf(2)), ContentOf(2).Length)]).Reused);
        Assert.Equal(ContentOf(1), other.TryRead(other.Find(KeyOf(1))!.Outputs[0].Digest));
        using var later = Open();
        Assert.Equal([1, 2], Present(later, 20));
        Assert.Empty(cache.Warnings);
    }

    [Fact]
    public void An_export_is_imported_into_another_cache()
    {
        Fill(20);
        using (var cache = Open())
        {
            cache.OpenTree(KeyOf(100), "tree", SampleTree.Fill);
            cache.Export(_folder["export.tar"]);
        }
        using var other = Open("other");
        Assert.Equal(21, other.Import(_folder["export.tar"]));
        Assert.Equal(20, Present(other, 20).Count);
        // Of a tree the manifest goes along, and the folder is made where it is needed.
        Assert.NotNull(other.Find(KeyOf(100)));
        var tree = other.OpenTree(KeyOf(100), "tree", SampleTree.Fill);
        Assert.Equal((SampleTree.Listing, "its tree was removed"), (SampleTree.List(tree.Path), tree.Reason));
        Assert.Empty(other.Warnings);
    }

    [Fact]
    public void An_import_takes_nothing_that_is_not_what_its_name_says()
    {
        using (var writer = new TarWriter(File.Create(_folder["bad.tar"])))
        {
            void Write(string name, byte[] content) =>
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            Write("cas/" + Sha256Digest.Of("other"), [1, 2, 3]);
            Write("cas/" + Sha256Digest.Of("large"), new byte[100_000]);
            Write("ac/" + KeyOf(1).Digest, [1, 2, 3]);
            Write("cas/../../evil", [1]);
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "cas/" + Sha256Digest.Of("link")) { LinkName = "/etc/passwd" });
        }
        using var cache = Open();
        Assert.Equal(0, cache.Import(_folder["bad.tar"]));
        Assert.False(cache.Contains(Sha256Digest.Of("other")));
        Assert.False(cache.Contains(Sha256Digest.Of("large")));
        Assert.False(cache.Contains(Sha256Digest.Of("link")));
        Assert.Null(cache.Find(KeyOf(1)));
    }

    [Fact]
    public void An_export_that_was_cut_is_an_IOException_or_a_part()
    {
        Fill(4);
        using (var cache = Open())
            cache.Export(_folder["export.tar"]);
        var whole = File.ReadAllBytes(_folder["export.tar"]);
        for (var length = 0; length < whole.Length; length += 10_007)
        {
            File.WriteAllBytes(_folder["cut.tar"], whole[..length]);
            using var other = Open($"other{length}");
            try
            {
                Assert.InRange(other.Import(_folder["cut.tar"]), 0, 4);
            }
            catch (IOException) { }
            Assert.All(Present(other, 4), i => Assert.Equal(ContentOf(i), other.TryRead(Sha256Digest.Of(ContentOf(i)))));
        }
    }

    [Fact]
    public void Statistics_outlive_processes_and_are_counted_once()
    {
        for (var i = 0; i < 5; i++)
        {
            using var cache = Open();
            Add(cache, i);
            cache.Find(KeyOf(i));
            cache.Find(KeyOf(1000 + i));
            cache.Prune();
        }
        using var later = Open();
        var counts = later.Statistics.Lifetime["test"];
        Assert.Equal((5, 5, 5.0), (counts.Hits, counts.Misses, counts.SecondsSaved));
        File.Delete(_folder["cache/index"]);
        using var recovered = Open();
        Assert.Equal(counts, recovered.Statistics.Lifetime["test"]);
    }

    [Fact]
    public void An_unchanged_build_leaves_the_database_and_the_index_alone()
    {
        Fill(20);
        using (var cache = Open())
            cache.Prune();
        var before = new[] { "actions.db", "index", "memo" }.Select(name => File.GetLastWriteTimeUtc(_folder["cache/" + name])).ToList();
        using (var cache = Open())
            Assert.Equal(20, Present(cache, 20).Count);
        Assert.Equal(before, new[] { "actions.db", "index", "memo" }.Select(name => File.GetLastWriteTimeUtc(_folder["cache/" + name])));
    }
}
