namespace Oxidizer.Cache.Tests;

// A cache that is damaged, gone, full, or not to be written: right results, no exception, and one warning.
public sealed partial class FaultTests : IDisposable
{
    private const int Entries = 60;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string CachePath => _folder["cache"];

    private LiteDbCache Open(string? path = null) =>
        LiteDbCache.Open(new CacheSettings(path ?? CachePath) { LockTimeout = TimeSpan.FromSeconds(20) });

    private static ActionKey KeyOf(int i) => new ActionKeyBuilder("test", 1).Add("number", i).Build();

    private static byte[] ContentOf(int i) => [.. Enumerable.Repeat((byte)i, i % 7 == 0 ? 70_000 : 3000)];

    private static void Fill(IActionCache cache, int first = 0, int count = Entries)
    {
        for (var i = first; i < first + count; i++)
            cache.Add(new ActionRecord(KeyOf(i), $"{i}", [new ActionOutput("out", cache.Store(ContentOf(i)), ContentOf(i).Length)], 1));
        cache.Flush();
    }

    // Builds: whatever is not there is made, and every result is right.
    private static int Build(IActionCache cache, int count = Entries)
    {
        var made = 0;
        for (var i = 0; i < count; i++)
        {
            var result = cache.GetOrAdd(
                KeyOf(i),
                $"{i}",
                () =>
                {
                    made++;
                    return [new ActionOutput("out", cache.Store(ContentOf(i)), ContentOf(i).Length)];
                }
            );
            Assert.Equal(ContentOf(i), cache.TryRead(result.Record.Outputs[0].Digest));
            if (i % 10 == 0)
                Assert.Equal(ContentOf(i), File.ReadAllBytes(cache.TryGetFile(result.Record.Outputs[0].Digest)!));
        }
        cache.Flush();
        return made;
    }

    private void FillAndAbsorb()
    {
        using var cache = Open();
        Fill(cache);
        cache.Prune();
        Assert.True(File.Exists(Path.Combine(CachePath, "index")));
    }

    private void AssertHealthyNow()
    {
        using var cache = Open();
        Assert.Equal(0, Build(cache));
        Assert.Empty(cache.Warnings);
    }

    public static TheoryData<string, int> Damages()
    {
        var data = new TheoryData<string, int>();
        foreach (var file in new[] { "index", "actions.db", "actions-log.db", "memo", "journal", "pack" })
        {
            for (var way = 0; way < 7 + CrashTests.Setting("OXIDIZER_CACHE_DAMAGES", 0); way++)
                data.Add(file, way);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_file_costs_work_and_never_a_wrong_byte(string name, int way)
    {
        FillAndAbsorb();
        using (var cache = Open())
            Fill(cache, Entries, 5);
        var path = name switch
        {
            "journal" => Directory.GetFiles(CachePath, "journal-*").Single(),
            "pack" => Directory.GetFiles(Path.Combine(CachePath, "packs")).Single(),
            _ => Path.Combine(CachePath, name),
        };
        Damage(path, way);
        using (var cache = Open())
        {
            Build(cache, Entries + 5);
            cache.Prune();
        }
        AssertHealthyNow();
    }

    [Fact]
    public void A_damaged_index_is_said_once_with_its_folder()
    {
        FillAndAbsorb();
        File.WriteAllBytes(Path.Combine(CachePath, "index"), new byte[1000]);
        using (var cache = Open())
        {
            Assert.Equal(0, Build(cache));
            var warning = Assert.Single(cache.Warnings);
            Assert.Equal("OXI0906", warning.Id);
            Assert.StartsWith($"the index of the cache `{CachePath}` was damaged (its snapshot cannot be read)", warning.Message);
        }
        AssertHealthyNow();
    }

    [Fact]
    public void A_record_that_is_too_large_is_not_stored_and_the_action_runs_again()
    {
        for (var round = 0; round < 2; round++)
        {
            using var cache = Open();
            ActionOutput[] Make() => [new(new string('x', 13 << 20), cache.Store([1]), 1)];
            Assert.False(cache.GetOrAdd(KeyOf(1), "large", Make).Reused);
            cache.Flush();
            var warning = Assert.Single(cache.Warnings);
            Assert.Equal(
                ("OXI0908", "the record of `large` is too large for the cache and is not stored; the action runs again in each build"),
                (warning.Id, warning.Message)
            );
        }
    }

    private static void Damage(string path, int way)
    {
        var random = new Random(way);
        var bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        switch (way)
        {
            case 0:
                bytes = [];
                break;
            case 1:
                bytes = bytes[..(bytes.Length / 2)];
                break;
            case 2:
                Array.Clear(bytes);
                break;
            case 3:
                for (var page = 0; page < bytes.Length; page += 8192)
                {
                    if (random.Next(3) == 0)
                        bytes.AsSpan(page, Math.Min(8192, bytes.Length - page)).Clear();
                }
                break;
            case 4:
                for (var i = 0; i < bytes.Length; i += random.Next(1, 2000))
                    bytes[i] ^= (byte)(1 << random.Next(8));
                break;
            case 5:
                bytes = new byte[100_000];
                random.NextBytes(bytes);
                break;
            case 6:
                File.Delete(path);
                return;
            default:
                // More of the same, each time elsewhere.
                for (var hits = random.Next(1, 6); hits > 0 && bytes.Length > 0; hits--)
                {
                    var start = random.Next(bytes.Length);
                    var length = Math.Min(way % 2 == 0 ? 1 : random.Next(1, 9000), bytes.Length - start);
                    random.NextBytes(bytes.AsSpan(start, length));
                }
                break;
        }
        File.WriteAllBytes(path, bytes);
    }

    [Fact]
    public void An_index_cut_at_any_length_is_never_read_wrong()
    {
        FillAndAbsorb();
        using (var cache = Open())
            Fill(cache, Entries, 3);
        foreach (var path in new[] { Path.Combine(CachePath, "index"), Directory.GetFiles(CachePath, "journal-*").Single() })
        {
            var whole = File.ReadAllBytes(path);
            for (var length = 0; length < whole.Length; length += whole.Length < 2000 ? 1 : 397)
            {
                File.WriteAllBytes(path, whole[..length]);
                using var cache = LiteDbCache.Open(new CacheSettings(CachePath) { ReadOnly = true });
                for (var i = 0; i < Entries + 3; i += 9)
                {
                    if (cache.Find(KeyOf(i)) is { } found)
                        Assert.Equal(ContentOf(i), cache.TryRead(found.Outputs[0].Digest));
                }
            }
            File.WriteAllBytes(path, whole);
        }
        AssertHealthyNow();
    }

    [Fact]
    public void Every_flipped_byte_of_a_journal_is_a_miss_at_worst()
    {
        using (var cache = Open())
            Fill(cache, 0, 3);
        var path = Directory.GetFiles(CachePath, "journal-*").Single();
        var whole = File.ReadAllBytes(path);
        for (var i = 0; i < whole.Length; i++)
        {
            var flipped = (byte[])whole.Clone();
            flipped[i] ^= 0x40;
            File.WriteAllBytes(path, flipped);
            using var cache = LiteDbCache.Open(new CacheSettings(CachePath) { ReadOnly = true });
            for (var entry = 0; entry < 3; entry++)
            {
                if (cache.Find(KeyOf(entry)) is { } found)
                    Assert.Equal(ContentOf(entry), cache.TryRead(found.Outputs[0].Digest));
            }
        }
    }

    [Fact]
    public void A_flipped_bit_in_a_blobs_file_makes_its_record_a_miss()
    {
        FillAndAbsorb();
        var blob = Directory.GetFiles(Path.Combine(CachePath, "blobs"), "*", SearchOption.AllDirectories).First();
        File.SetUnixFileMode(blob, ActionOutput.PlainFile);
        var bytes = File.ReadAllBytes(blob);
        bytes[500] ^= 1;
        File.WriteAllBytes(blob, bytes);
        using (var cache = Open())
        {
            Assert.Equal(1, Build(cache));
            Assert.Equal(["OXI0905"], cache.Warnings.Select(warning => warning.Id));
        }
        AssertHealthyNow();
    }

    [Fact]
    public void A_blob_whose_file_is_gone_is_made_again()
    {
        FillAndAbsorb();
        File.Delete(Directory.GetFiles(Path.Combine(CachePath, "blobs"), "*", SearchOption.AllDirectories).First());
        using (var cache = Open())
            Assert.Equal(1, Build(cache));
        AssertHealthyNow();
    }

    [Fact]
    public void A_cache_that_is_deleted_while_it_is_used_is_made_again()
    {
        FillAndAbsorb();
        using (var cache = Open())
        {
            Build(cache, 20);
            Directory.Delete(CachePath, recursive: true);
            Build(cache);
            Fill(cache, 1000, 10);
        }
        AssertHealthyNow();
    }

    [Fact]
    public void A_cache_that_is_deleted_before_it_was_written_to_is_made_again()
    {
        using (var cache = Open())
        {
            Directory.Delete(CachePath, recursive: true);
            Assert.Equal(Entries, Build(cache));
        }
        AssertHealthyNow();
    }

    [Fact]
    public void A_folder_that_is_a_file_gives_a_cache_for_this_build()
    {
        _folder.Write("cache", "not a folder");
        using var cache = Open();
        Assert.Equal(Entries, Build(cache));
        Assert.Equal(0, Build(cache));
        Assert.Equal(["OXI0901"], cache.Warnings.Select(warning => warning.Id));
        Assert.Equal("not a folder", File.ReadAllText(CachePath));
    }

    [Fact]
    public void A_cache_of_a_newer_version_is_left_alone()
    {
        FillAndAbsorb();
        _folder.Write("cache/format", "oxidizer cache, format 2\n");
        var before = Directory.GetFiles(CachePath, "*", SearchOption.AllDirectories).Order().ToList();
        using (var cache = Open())
        {
            Assert.Equal(Entries, Build(cache));
            Assert.Equal(["OXI0902"], cache.Warnings.Select(warning => warning.Id));
        }
        Assert.Equal(before, Directory.GetFiles(CachePath, "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public void A_cache_in_read_only_mode_is_used_and_not_touched()
    {
        FillAndAbsorb();
        var before = Snapshot();
        using (var cache = LiteDbCache.Open(new CacheSettings(CachePath) { ReadOnly = true }))
        {
            Assert.Equal(0, Build(cache));
            Fill(cache, 1000, 10);
            Assert.Equal(ContentOf(1000), cache.TryRead(cache.Find(KeyOf(1000))!.Outputs[0].Digest));
            var source = _folder.Write("object.o", ContentOf(7));
            Assert.Equal(ContentOf(7), File.ReadAllBytes(cache.TryGetFile(cache.StoreFile(source, BlobTransfer.Move))!));
            Assert.Empty(cache.Warnings);
        }
        Assert.Equal(before, Snapshot());
    }

    private IEnumerable<string> Snapshot() =>
        Directory
            .GetFileSystemEntries(CachePath, "*", SearchOption.AllDirectories)
            .Order()
            .Select(path => $"{path} {File.GetLastWriteTimeUtc(path).Ticks}")
            .ToList();

    [Fact]
    public void A_read_only_mode_on_a_cache_that_is_not_there_makes_none()
    {
        using (var cache = LiteDbCache.Open(new CacheSettings(CachePath) { ReadOnly = true }))
            Assert.Equal(Entries, Build(cache));
        Assert.False(Directory.Exists(CachePath));
    }

    [Fact]
    public void A_product_larger_than_the_limit_is_kept_while_it_is_used()
    {
        using var cache = LiteDbCache.Open(new CacheSettings(CachePath) { MaxSize = 10_000 });
        Assert.Equal(Entries, Build(cache));
        cache.Prune();
        Assert.Equal(0, Build(cache));
        Assert.Equal(["OXI0909"], cache.Warnings.Select(warning => warning.Id));
    }

    [Fact]
    public void Old_times_and_times_of_the_future_are_no_reason_to_believe_a_file()
    {
        using var cache = Open();
        var path = _folder.Write("a.py", "one");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddYears(10));
        Assert.Equal(Sha256Digest.Of("one"), cache.DigestFile(path));
        File.WriteAllText(path, "two");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddYears(10));
        Assert.Equal(Sha256Digest.Of("two"), cache.DigestFile(path));
        File.WriteAllText(path, "six");
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        Assert.Equal(Sha256Digest.Of("six"), cache.DigestFile(path));
    }

    [Fact]
    public void A_file_that_is_changed_back_to_back_is_never_taken_for_the_old_one()
    {
        using var cache = Open();
        var path = _folder["a.py"];
        for (var i = 0; i < 500; i++)
        {
            File.WriteAllText(path, $"{i:D4}");
            Assert.Equal(Sha256Digest.Of($"{i:D4}"), cache.DigestFile(path));
        }
    }
}
