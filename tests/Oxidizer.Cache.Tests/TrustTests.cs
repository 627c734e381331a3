namespace Oxidizer.Cache.Tests;

// What is in a cache goes into programs, and things in it are deleted: another user's folder is no cache, and neither is one that others
// may write to.
public sealed class TrustTests : IDisposable
{
    private const int Nobody = 65534,
        Unknown = 54321,
        Another = 54322;
    private readonly TemporaryFolder _folder = new();

    public TrustTests() => File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x3FF);

    public void Dispose() => _folder.Dispose();

    private string CachePath => _folder["cache"];

    private static ActionKey Key { get; } = new ActionKeyBuilder("test", 1).Add("name", "trust").Build();

    [RootFact]
    public void Users_without_a_home_do_not_share_a_cache()
    {
        var first = Default(Unknown);
        Assert.Equal([_folder[$"oxidizer-cache-{Unknown}"], "made"], first);
        Assert.Equal([first[0], "reused"], Default(Unknown));
        Assert.Equal([_folder[$"oxidizer-cache-{Another}"], "made"], Default(Another));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(first[0]));
    }

    [RootFact]
    public void A_cache_folder_that_another_user_made_first_is_not_used_and_that_is_said()
    {
        Fill(_folder[$"oxidizer-cache-{Unknown}"]);
        Assert.Null(Mount.Run("chown", "-R", $"{Nobody}:{Nobody}", _folder[$"oxidizer-cache-{Unknown}"]));
        Assert.Null(Mount.Run("chmod", "-R", "a+rX", _folder[$"oxidizer-cache-{Unknown}"]));
        var lines = Default(Unknown);
        Assert.Equal("made", lines[1]);
        Assert.Matches($"^OXI0911: .*belongs to the user {Nobody}, and this build runs as {Unknown}", Assert.Single(lines.Skip(2)));
    }

    [RootFact]
    public void A_cache_of_the_administrators_is_read()
    {
        Fill(_folder[$"oxidizer-cache-{Unknown}"]);
        Assert.Null(Mount.Run("chmod", "-R", "a+rX", _folder[$"oxidizer-cache-{Unknown}"]));
        var lines = Default(Unknown, "reused");
        Assert.StartsWith("OXI0903", Assert.Single(lines.Skip(2)));
    }

    [RootFact]
    public void A_configured_folder_of_another_user_is_not_used_even_by_root()
    {
        Fill(CachePath);
        Assert.Null(Mount.Run("chown", $"{Nobody}", CachePath));
        AssertRefused("OXI0911");
    }

    [Theory]
    [InlineData("", 0x1FF)]
    [InlineData("", 0x1C2)]
    [InlineData("blobs", 0x1FF)]
    [InlineData("packs", 0x1FF)]
    [InlineData("sessions", 0x1FF)]
    public void A_folder_that_others_may_write_to_is_not_used(string part, int mode)
    {
        Fill(CachePath);
        File.SetUnixFileMode(Path.Combine(CachePath, part), (UnixFileMode)mode);
        AssertRefused("OXI0911");
    }

    [RootFact]
    public void A_group_that_is_not_the_users_own_is_others()
    {
        Fill(CachePath);
        File.SetUnixFileMode(CachePath, (UnixFileMode)0x1F8);
        using (var cache = LiteDbCache.Open(new CacheSettings(CachePath)))
            Assert.NotNull(cache.Find(Key));
        Assert.Null(Mount.Run("chown", ":100", CachePath));
        AssertRefused("OXI0911");
    }

    [Theory]
    [InlineData("blobs")]
    [InlineData("trees")]
    public void A_part_of_a_cache_that_is_a_link_is_not_used(string part)
    {
        Fill(CachePath);
        _folder.Write("elsewhere/note", "mine");
        if (Directory.Exists(Path.Combine(CachePath, part)))
            Directory.Delete(Path.Combine(CachePath, part), recursive: true);
        Directory.CreateSymbolicLink(Path.Combine(CachePath, part), _folder["elsewhere"]);
        AssertRefused("OXI0911");
        Assert.True(File.Exists(_folder["elsewhere/note"]));
    }

    [Fact]
    public void A_link_to_a_cache_on_another_disk_is_used()
    {
        Fill(CachePath);
        Directory.CreateSymbolicLink(_folder["link"], CachePath);
        using var cache = LiteDbCache.Open(new CacheSettings(_folder["link"]));
        Assert.NotNull(cache.Find(Key));
        Assert.Empty(cache.Warnings);
    }

    [Theory]
    [InlineData("tmp/note.txt")]
    [InlineData("trees/oak/note.txt")]
    [InlineData("blobs/ab/note.txt")]
    [InlineData("index")]
    [InlineData("journal-2024")]
    public void Clearing_and_pruning_a_folder_that_is_no_cache_deletes_nothing_in_it(string own)
    {
        var path = _folder.Write("cache/" + own, "mine");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-10));
        AssertRefused("OXI0912");
        Assert.Equal("mine", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(CachePath, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_folder_with_other_names_in_it_becomes_a_cache_and_keeps_them()
    {
        var path = _folder.Write("cache/src/app.py", "mine");
        Fill(CachePath);
        using (var cache = LiteDbCache.Open(new CacheSettings(CachePath)))
        {
            Assert.NotNull(cache.Find(Key));
            cache.Prune(maxSize: 0);
            cache.Clear();
            Assert.Empty(cache.Warnings);
        }
        Assert.Equal("mine", File.ReadAllText(path));
    }

    [Fact]
    public void A_cache_that_lost_its_format_is_still_one()
    {
        Fill(CachePath);
        File.Delete(Path.Combine(CachePath, "format"));
        using var cache = LiteDbCache.Open(new CacheSettings(CachePath));
        Assert.NotNull(cache.Find(Key));
        Assert.Empty(cache.Warnings);
    }

    private static void Fill(string folder)
    {
        using var cache = LiteDbCache.Open(new CacheSettings(folder));
        cache.Add(new ActionRecord(Key, "trust", [new ActionOutput("out", cache.Store([1, 2, 3]), 3)], 1));
        // The action of the other user's build, with bytes that it did not make.
        cache.Add(
            new ActionRecord(
                new ActionKeyBuilder("test", 1).Add("name", "default").Build(),
                "default",
                [new ActionOutput("out", cache.Store([6, 6, 6]), 3)],
                1
            )
        );
        cache.Flush();
        Assert.Empty(cache.Warnings);
    }

    // Nothing of it is found, nothing in it is deleted, and it is said once.
    private void AssertRefused(string id)
    {
        var before = Directory.GetFileSystemEntries(CachePath, "*", SearchOption.AllDirectories).Order().ToList();
        using (var cache = LiteDbCache.Open(new CacheSettings(CachePath)))
        {
            Assert.Null(cache.Find(Key));
            Assert.False(cache.GetOrAdd(Key, "trust", () => [new ActionOutput("out", cache.Store([4]), 1)]).Reused);
            cache.Prune(maxSize: 0);
            cache.Verify();
            cache.Clear();
            Assert.Equal([id], cache.Warnings.Select(warning => warning.Id));
        }
        Assert.Equal(before, Directory.GetFileSystemEntries(CachePath, "*", SearchOption.AllDirectories).Order());
    }

    // Its folder, what it did, and its warnings. A record that somebody else wrote has other bytes, which the child tells by its exit code.
    private IReadOnlyList<string> Default(int user, string expected = "made")
    {
        using var child = Child.StartAs(user, _folder.Path, "default");
        var code = child.ExitCode;
        Assert.True(
            code == (expected == "made" || child.Lines.Count == 2 ? 0 : 3),
            $"exit code {code}: {string.Join('|', child.Lines)} {child.Error}"
        );
        return child.Lines;
    }
}
