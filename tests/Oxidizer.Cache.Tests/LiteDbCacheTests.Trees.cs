namespace Oxidizer.Cache.Tests;

public sealed partial class LiteDbCacheTests
{
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

    private static string Path0(string root, string relative) => System.IO.Path.Combine(root, relative);

    // A later build: another cache object on the same folder.
    private CachedTree Later(CacheSettings? settings = null)
    {
        using var cache = LiteDbCache.Open(settings ?? new CacheSettings(Folder["cache"]));
        return OpenSampleTree(cache);
    }

    private string Make()
    {
        var path = OpenSampleTree(Cache).Path;
        Cache.Flush();
        return path;
    }

    [Fact]
    public void A_later_build_finds_the_tree_where_it_was_without_touching_it()
    {
        var path = Make();
        var stamp = File.GetLastWriteTimeUtc(path + ".stamps");
        Assert.Equal((path, null), (Later().Path, Later().Reason));
        Assert.Equal(stamp, File.GetLastWriteTimeUtc(path + ".stamps"));
        Assert.Equal(1, Made);
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("added")]
    [InlineData("folder added")]
    [InlineData("folder deleted")]
    [InlineData("mode")]
    [InlineData("replaced")]
    [InlineData("replaced by a folder")]
    [InlineData("link")]
    [InlineData("link to a folder outside")]
    [InlineData("copy edited in place with its old time")]
    [InlineData("file added to the root")]
    [InlineData("truncated")]
    [InlineData("stamps cut")]
    [InlineData("stamps damaged")]
    [InlineData("stamps gone")]
    [InlineData("all gone")]
    public void A_tree_that_was_changed_is_put_right(string change)
    {
        var path = Make();
        switch (change)
        {
            case "deleted":
                File.Delete(Path0(path, "lib/deep/b.py"));
                break;
            case "added":
                File.WriteAllText(Path0(path, "lib/deep/c.py"), "c");
                break;
            case "folder added":
                Directory.CreateDirectory(Path0(path, "lib/__pycache__"));
                File.WriteAllText(Path0(path, "lib/__pycache__/a.pyc"), "c");
                break;
            case "folder deleted":
                Directory.Delete(Path0(path, "lib"), recursive: true);
                break;
            case "mode":
                File.SetUnixFileMode(Path0(path, "bin/tool"), ActionOutput.PlainFile);
                break;
            case "replaced":
                File.Delete(Path0(path, "lib/a.py"));
                File.WriteAllText(Path0(path, "lib/a.py"), "a = 2");
                break;
            case "replaced by a folder":
                File.Delete(Path0(path, "lib/a.py"));
                Directory.CreateDirectory(Path0(path, "lib/a.py/b"));
                break;
            case "link":
                File.Delete(Path0(path, "bin/link"));
                File.CreateSymbolicLink(Path0(path, "bin/link"), "/etc/passwd");
                break;
            case "link to a folder outside":
                var outside = Folder.Write("outside/b.py", "mine");
                Directory.Delete(Path0(path, "lib/deep"), recursive: true);
                Directory.CreateSymbolicLink(Path0(path, "lib/deep"), System.IO.Path.GetDirectoryName(outside)!);
                break;
            case "copy edited in place with its old time":
                var file = Path0(path, "bin/tool");
                var time = File.GetLastWriteTimeUtc(file);
                File.SetUnixFileMode(file, ActionOutput.Executable);
                File.WriteAllText(file, "#!/bin/no\n");
                File.SetUnixFileMode(
                    file,
                    ActionOutput.Executable & ~(UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)
                );
                File.SetLastWriteTimeUtc(file, time);
                break;
            case "stamps damaged":
                var stamps = File.ReadAllBytes(path + ".stamps");
                stamps[60] ^= 1;
                File.WriteAllBytes(path + ".stamps", stamps);
                break;
            case "stamps gone":
                File.Delete(path + ".stamps");
                File.Delete(Path0(path, "lib/a.py"));
                break;
            case "file added to the root":
                File.WriteAllText(Path0(path, "stranger"), "");
                break;
            case "truncated":
                File.SetUnixFileMode(Path0(path, "lib/a.py"), ActionOutput.PlainFile);
                File.WriteAllText(Path0(path, "lib/a.py"), "");
                break;
            case "stamps cut":
                File.WriteAllBytes(path + ".stamps", File.ReadAllBytes(path + ".stamps")[..50]);
                break;
            case "all gone":
                Directory.Delete(path, recursive: true);
                break;
        }
        Assert.Equal(path, Later().Path);
        Assert.Equal(SampleTree.Listing, SampleTree.List(path));
        Assert.Null(Later().Reason);
        Assert.True(!Directory.Exists(Folder["outside"]) || File.Exists(Folder["outside/b.py"]), "a file outside of the tree was deleted");
    }

    [Fact]
    public void A_whole_tree_of_a_read_only_cache_is_used_where_it_is_and_a_damaged_one_left_alone()
    {
        var path = Make();
        var settings = new CacheSettings(Folder["cache"]) { ReadOnly = true };
        Assert.Equal(path, Later(settings).Path);
        File.Delete(Path0(path, "lib/a.py"));
        using var cache = LiteDbCache.Open(settings);
        var tree = OpenSampleTree(cache);
        Assert.NotEqual(path, tree.Path);
        Assert.Equal(SampleTree.Listing, SampleTree.List(tree.Path));
        Assert.False(File.Exists(Path0(path, "lib/a.py")));
    }

    [Fact]
    public void A_tree_that_the_cache_cannot_keep_is_made_elsewhere_and_that_is_said()
    {
        Cache.Flush();
        File.WriteAllText(Folder["cache/trees"], "a file where a folder must be");
        Assert.Equal(SampleTree.Listing, SampleTree.List(OpenSampleTree(Cache).Path));
        Assert.Equal("OXI0907", Assert.Single(Cache.Warnings).Id);
    }

    [Fact]
    public void A_tree_counts_towards_the_limit_and_goes_by_its_last_use()
    {
        var path = Make();
        var manifest = OpenSampleTree(Cache).Manifest.Bytes.Length;
        var other = (LiteDbCache)Open();
        Assert.Equal((1, SampleTree.Size + manifest), (other.Prune().Trees, other.Prune().Bytes));
        // In use by this very process, which has opened it.
        Assert.Equal(0, other.Prune(maxSize: 0).RemovedTrees);
        Assert.True(Directory.Exists(path));
        Cache.Dispose();
        var report = other.Prune(maxSize: 0);
        Assert.Equal((1, 0), (report.RemovedTrees, report.Trees));
        Assert.Empty(Directory.GetFileSystemEntries(Folder["cache/trees"]));
        Assert.Equal(SampleTree.Listing, SampleTree.List(OpenSampleTree(other).Path));
        other.Dispose();
    }

    [Fact]
    public void A_verification_finds_a_damaged_tree_and_removes_it_unless_it_is_in_use()
    {
        var path = Make();
        var file = Path0(path, "lib/a.py");
        var other = (LiteDbCache)Open();
        Assert.Equal(0, other.Verify().DamagedTrees);
        File.SetUnixFileMode(file, ActionOutput.PlainFile);
        File.WriteAllText(file, "a = 2");
        Assert.Equal((1, 0), (other.Verify().DamagedTrees, other.Verify().RemovedTrees));
        Cache.Dispose();
        Assert.Equal((1, 1), (other.Verify() is var report ? report.DamagedTrees : -1, report.RemovedTrees));
        Assert.False(Directory.Exists(path));
        other.Dispose();
    }

    [Fact]
    public void Clear_removes_trees()
    {
        var path = Make();
        ((LiteDbCache)Cache).Clear();
        Assert.False(Path.Exists(path) || Path.Exists(path + ".stamps"));
        Assert.Equal(SampleTree.Listing, SampleTree.List(OpenSampleTree(Cache).Path));
    }

    [Fact]
    public void What_a_killed_process_left_is_removed_and_what_a_living_one_writes_is_not()
    {
        using var living = new Trees.TemporaryTree(Folder["cache/trees"]);
        var killed = Directory.CreateDirectory(Folder["cache/trees/tmp-0123"]).FullName;
        File.WriteAllText(Path.Combine(killed, "half"), "writ");
        File.WriteAllText(killed + ".lock", "");
        using (new Trees.TemporaryTree(Folder["cache/trees"]))
            Assert.True(Directory.Exists(living.Path));
        Assert.False(Path.Exists(killed) || Path.Exists(killed + ".lock"));
        Assert.True(Directory.Exists(living.Path) && File.Exists(living.Path + ".lock"));
    }
}
