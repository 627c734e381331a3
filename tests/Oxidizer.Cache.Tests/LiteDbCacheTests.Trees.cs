namespace Oxidizer.Cache.Tests;

public sealed partial class LiteDbCacheTests
{
    private static string Path0(string root, string relative) => System.IO.Path.Combine(root, relative);

    // A later build: another cache object on the same folder.
    private string? Later(Sha256Digest tree)
    {
        using var cache = Open();
        return cache.TryGetTree(tree);
    }

    private (Sha256Digest Tree, string Path) Make()
    {
        var tree = StoreSampleTree();
        var path = Cache.TryGetTree(tree)!;
        Cache.Flush();
        return (tree, path);
    }

    [Fact]
    public void A_later_build_finds_the_tree_where_it_was_without_touching_it()
    {
        var (tree, path) = Make();
        var stamp = File.GetLastWriteTimeUtc(path + ".stamp");
        Assert.Equal(path, Later(tree));
        Assert.Equal(stamp, File.GetLastWriteTimeUtc(path + ".stamp"));
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
    [InlineData("stamps damaged")]
    [InlineData("stamps gone")]
    [InlineData("all gone")]
    public void A_tree_that_was_changed_is_put_right(string change)
    {
        var (tree, path) = Make();
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
                File.WriteAllText(file, "#!/bin/no\n");
                File.SetLastWriteTimeUtc(file, time);
                break;
            case "stamps damaged":
                var stamps = File.ReadAllBytes(path + ".stamp");
                stamps[20] ^= 1;
                File.WriteAllBytes(path + ".stamp", stamps);
                break;
            case "stamps gone":
                File.Delete(path + ".stamp");
                File.Delete(Path0(path, "lib/a.py"));
                break;
            case "all gone":
                Directory.Delete(path, recursive: true);
                break;
        }
        Assert.Equal(path, Later(tree));
        Assert.Equal(SampleTree, Listing(path));
        Assert.True(!Directory.Exists(Folder["outside"]) || File.Exists(Folder["outside/b.py"]), "a file outside of the tree was deleted");
    }

    [Fact]
    public void A_file_edited_in_place_takes_its_blob_with_it_and_the_record_is_a_miss()
    {
        var source = Folder.Write("source", "a = 1");
        var tree = Cache.StoreTree([new ActionOutput("lib/a.py", Cache.StoreFile(source), 5)]);
        var path = Cache.TryGetTree(tree)!;
        var key = Key("unpack", ("archive", "1"));
        Cache.Add(new ActionRecord(key, "python", [new ActionOutput("python/", tree, 1)], 1));
        Cache.Flush();
        var file = Path0(path, "lib/a.py");
        File.SetUnixFileMode(file, ActionOutput.PlainFile);
        File.WriteAllText(file, "a = 2");
        using var cache = Open();
        Assert.Null(cache.Find(key));
        cache.StoreFile(source);
        Assert.NotNull(cache.Find(key));
        Assert.Equal("lib/; lib/a.py a = 1 444", Listing(path));
    }

    [Fact]
    public void Thousands_of_files_are_checked_without_reading_one()
    {
        var entries = Enumerable.Range(0, 3000).Select(i => (Name: $"lib/package{i / 100}/module{i}.py", Content: Bytes($"x = {i}")))
            .Select(file => new ActionOutput(file.Name, Cache.Store(file.Content), file.Content.Length)).ToList();
        var tree = Cache.StoreTree(entries);
        var path = Cache.TryGetTree(tree)!;
        Cache.Flush();
        var accessed = Directory.GetFiles(path, "*", SearchOption.AllDirectories).ToDictionary(file => file, file => File.GetLastAccessTimeUtc(file));
        Assert.Equal(path, Later(tree));
        Assert.All(accessed, file => Assert.Equal(file.Value, File.GetLastAccessTimeUtc(file.Key)));
    }
}
