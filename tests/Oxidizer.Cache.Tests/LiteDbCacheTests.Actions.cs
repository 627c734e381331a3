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

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8192)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(3_000_000)]
    public void Bytes_come_back_as_they_were_stored(int length)
    {
        var bytes = RandomBytes(length);
        var digest = Cache.Store(bytes);
        Assert.Equal(Sha256Digest.Of(bytes), digest);
        Assert.True(Cache.Contains(digest));
        Assert.Equal(bytes, Cache.TryRead(digest));
        Assert.Equal(bytes, File.ReadAllBytes(Cache.TryGetFile(digest)!));
        Cache.Flush();
        Assert.Equal(bytes, Cache.TryRead(digest));
    }

    [Fact]
    public void An_absent_blob_is_null_and_false()
    {
        var digest = Sha256Digest.Of("nowhere");
        Assert.False(Cache.Contains(digest));
        Assert.Null(Cache.TryRead(digest));
        Assert.Null(Cache.TryGetFile(digest));
        Assert.False(Cache.TryWriteTo(digest, Folder["out"], ActionOutput.PlainFile));
        Assert.False(File.Exists(Folder["out"]));
    }

    [Theory]
    [InlineData(BlobTransfer.Copy, true)]
    [InlineData(BlobTransfer.HardLink, true)]
    [InlineData(BlobTransfer.Move, false)]
    public void A_file_is_stored_and_left_or_taken(BlobTransfer transfer, bool isLeft)
    {
        var bytes = RandomBytes(100_000);
        var path = Folder.Write("source", bytes);
        var digest = Cache.StoreFile(path, transfer, durable: true);
        Assert.Equal(Sha256Digest.Of(bytes), digest);
        Assert.Equal(isLeft, File.Exists(path));
        Assert.Equal(bytes, Cache.TryRead(digest));
    }

    [Fact]
    public void A_source_that_is_not_there_is_an_IOException() => Assert.ThrowsAny<IOException>(() => Cache.StoreFile(Folder["nowhere"]));

    [Theory]
    [InlineData(BlobTransfer.Copy, 100)]
    [InlineData(BlobTransfer.Copy, 100_000)]
    [InlineData(BlobTransfer.HardLink, 100)]
    [InlineData(BlobTransfer.HardLink, 100_000)]
    public void A_blob_is_written_with_its_mode_over_what_was_there(BlobTransfer transfer, int length)
    {
        var bytes = RandomBytes(length);
        var digest = Cache.Store(bytes);
        var path = Folder.Write("out", "old");
        Assert.True(Cache.TryWriteTo(digest, path, ActionOutput.Executable, transfer));
        Assert.True(Cache.TryWriteTo(digest, path, ActionOutput.Executable, transfer));
        Assert.Equal(bytes, File.ReadAllBytes(path));
        var expected = transfer == BlobTransfer.Copy ? ActionOutput.Executable : (UnixFileMode)0b101_101_101;
        Assert.Equal(expected, File.GetUnixFileMode(path));
        Assert.Equal(["out"], Directory.GetFiles(Folder.Path, "out*").Select(Path.GetFileName));
    }

    [Fact]
    public void A_copy_that_is_written_to_leaves_the_blob_whole()
    {
        var bytes = RandomBytes(100_000);
        var digest = Cache.Store(bytes);
        Cache.TryWriteTo(digest, Folder["out"], ActionOutput.PlainFile);
        File.WriteAllText(Folder["out"], "edited");
        Assert.Equal(bytes, Cache.TryRead(digest));
    }

    [Fact]
    public void A_target_that_cannot_be_written_is_an_IOException()
    {
        var digest = Cache.Store(Bytes("x"));
        Assert.ThrowsAny<IOException>(() => Cache.TryWriteTo(digest, Folder["no/such/folder"], ActionOutput.PlainFile));
    }

    [Fact]
    public void A_files_digest_follows_its_content()
    {
        var path = Folder.WriteOld("a.py", "one");
        Assert.Equal(Sha256Digest.Of("one"), Cache.DigestFile(path));
        Assert.Equal(Sha256Digest.Of("one"), Cache.DigestFile(path));
        File.WriteAllText(path, "two");
        Assert.Equal(Sha256Digest.Of("two"), Cache.DigestFile(path));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_an_IOException()
    {
        Assert.ThrowsAny<IOException>(() => Cache.DigestFile(Folder["nowhere"]));
        Assert.ThrowsAny<IOException>(() => Cache.DigestFile(Folder.Path));
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

    [Fact]
    public void Digests_of_many_files_come_in_their_order()
    {
        var paths = Enumerable.Range(0, 150).Select(i => Folder.Write($"src/{i}.py", $"x = {i}")).ToList();
        Assert.Equal(Enumerable.Range(0, 150).Select(i => Sha256Digest.Of($"x = {i}")), Cache.DigestFiles(paths));
        Assert.ThrowsAny<IOException>(() => Cache.DigestFiles([.. paths, Folder["nowhere"]]));
    }

    [Fact]
    public void A_remembered_file_is_believed_until_it_changes()
    {
        var path = Folder.Write("product", "bytes");
        Cache.RememberFile(path, Sha256Digest.Of("said"));
        Assert.Equal(Sha256Digest.Of("said"), Cache.DigestFile(path));
        File.AppendAllText(path, "!");
        Assert.Equal(Sha256Digest.Of("bytes!"), Cache.DigestFile(path));
    }

    [Theory]
    [InlineData("naïve/日本語/🐍.py")]
    [InlineData("a\u0301")]
    [InlineData("with\nnewline\tand \0 zero")]
    [InlineData("\ud800 lone surrogate")]
    [InlineData("")]
    public void Any_Unicode_name_comes_back_as_it_was(string name)
    {
        var key = Key("compile", (name + "x", name), ("other", name));
        Cache.Add(new ActionRecord(key, name, [new ActionOutput(name, Cache.Store(Bytes("1")), 1)], 0));
        Cache.Flush();
        var found = Cache.Find(key)!;
        Assert.Equal(name, found.Name);
        Assert.Equal(name, found.Outputs[0].Path);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(1023)]
    [InlineData(1024)]
    public void A_key_does_not_depend_on_where_its_text_is_cut(int before)
    {
        var text = new string('x', before) + "🐍" + new string('é', 3000);
        Span<byte> expected = stackalloc byte[32];
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        foreach (var part in new[] { "k", "1", "n", text })
        {
            hash.AppendData(BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(part)));
            hash.AppendData(Encoding.UTF8.GetBytes(part));
        }
        hash.GetHashAndReset(expected);
        Assert.Equal(new Sha256Digest(expected), Key("k", ("n", text)).Digest);
    }

    [Fact]
    public void Texts_that_differ_only_in_a_lone_surrogate_are_different_keys() =>
        Assert.NotEqual(Key("k", ("a", "\ud800")), Key("k", ("a", "\ud801")));

    [Fact]
    public void A_key_field_of_a_hundred_megabytes_is_found_again()
    {
        var huge = new string('x', 100_000_000);
        var record = Add(Key("compile", ("source", huge)), "huge", "out");
        Cache.Flush();
        Assert.Equal(record.Outputs, Cache.Find(Key("compile", ("source", huge)))!.Outputs);
        Assert.Null(Cache.Find(Key("compile", ("source", huge + "x"))));
        Assert.InRange(Cache.Explain(Key("compile", ("source", huge + "x")), "huge").Length, 10, 2000);
        Assert.Empty(Cache.Warnings);
    }

    /// <summary>A tree of every kind of entry; whoever opens it says how often it was made.</summary>
    private CachedTree OpenSampleTree(IActionCache cache, string archive = "1") =>
        cache.OpenTree(
            Key("unpack", ("archive", archive)),
            "sample",
            folder =>
            {
                Made++;
                return SampleTree.Fill(folder);
            }
        );

    private int Made { get; set; }

    [Fact]
    public void A_tree_is_made_once_and_is_a_read_only_folder()
    {
        var tree = OpenSampleTree(Cache);
        Assert.Equal(SampleTree.Listing, SampleTree.List(tree.Path));
        Assert.Equal("../lib/a.py", new FileInfo(Path.Combine(tree.Path, "bin/link")).LinkTarget);
        Assert.Equal("never made before", tree.Reason?.Replace("first build with this cache", "never made before"));
        Assert.Equal((tree.Path, null), (OpenSampleTree(Cache).Path, OpenSampleTree(Cache).Reason));
        Assert.Equal(1, Made);
    }

    [Fact]
    public void A_tree_that_was_damaged_is_made_right_with_the_reason()
    {
        File.Delete(Path.Combine(OpenSampleTree(Cache).Path, "lib/a.py"));
        var again = OpenSampleTree(Cache);
        Assert.Equal("`lib/a.py` was changed or removed", again.Reason);
        Assert.Equal(SampleTree.Listing, SampleTree.List(again.Path));
        Assert.Equal(2, Made);
    }

    [Fact]
    public void A_failure_while_a_tree_is_made_passes_through_and_leaves_nothing()
    {
        Assert.Throws<FormatException>(() => Cache.OpenTree(Key("unpack", ("archive", "1")), "sample", _ => throw new FormatException()));
        Assert.Equal(SampleTree.Listing, SampleTree.List(OpenSampleTree(Cache).Path));
    }

    [Fact]
    public void Trees_of_two_keys_are_two_folders() => Assert.NotEqual(OpenSampleTree(Cache).Path, OpenSampleTree(Cache, "2").Path);
}
