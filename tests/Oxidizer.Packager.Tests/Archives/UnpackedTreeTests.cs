using Oxidizer.Cache;
using Oxidizer.Packager.Archives;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.SourceBuilds;
using Oxidizer.Packager.Tests.Distributions;

namespace Oxidizer.Packager.Tests.Archives;

/// <summary>The tree in the cache: what happens to it between two builds, and that each build finds it whole.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class UnpackedTreeTests : IDisposable
{
    private readonly DistributionBench _bench = new();
    private readonly DistributionTable _table;
    private readonly Distribution _first;

    public UnpackedTreeTests()
    {
        _table = new DistributionTable { LocalPath = _bench.Write("d-full.tar.zst", SmallDistribution.TarZstd()) };
        _first = _bench.Obtain(_table);
    }

    public void Dispose() => _bench.Dispose();

    private string Source => _first.PathOf("install/lib/python3.11/os.py");

    [Fact]
    public void A_file_that_was_changed_in_place_is_mended()
    {
        new FileInfo(Source).UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var time = File.GetLastWriteTimeUtc(Source);
        // The same length and the same time: only the ctime tells.
        using (var file = new FileStream(Source, FileMode.Open, FileAccess.Write))
            file.Write("import evil"u8);
        File.SetLastWriteTimeUtc(Source, time);

        AssertMended("`python/install/lib/python3.11/os.py`");
    }

    [Fact]
    public void A_file_that_was_removed_is_mended()
    {
        File.Delete(Source);

        AssertMended("`python/install/lib/python3.11/os.py`");
    }

    [Fact]
    public void A_file_that_became_a_link_is_mended_and_what_it_led_to_is_untouched()
    {
        var outside = _bench.Write("outside", "mine"u8.ToArray());
        File.Delete(Source);
        File.CreateSymbolicLink(Source, outside);

        AssertMended("`python/install/lib/python3.11/os.py`");
        Assert.Equal("mine", File.ReadAllText(outside));
    }

    [Fact]
    public void A_folder_that_became_a_link_is_mended_and_what_it_led_to_is_untouched()
    {
        var outside = Directory.CreateDirectory(Path.Combine(_bench.Folder, "outside"));
        var mine = Path.Combine(outside.FullName, "mine");
        File.WriteAllText(mine, "mine");
        var library = _first.PathOf("install/lib/python3.11");
        Directory.Delete(library, recursive: true);
        Directory.CreateSymbolicLink(library, outside.FullName);

        AssertMended("`python/install/lib/python3.11`");
        Assert.Equal([mine], Directory.EnumerateFileSystemEntries(outside.FullName));
    }

    [Fact]
    public void A_folder_that_was_removed_is_mended()
    {
        Directory.Delete(_first.PathOf("install/lib"), recursive: true);

        AssertMended("`python/install/lib`");
    }

    [Fact]
    public void A_tree_that_was_removed_is_unpacked_again()
    {
        Directory.Delete(_first.Root, recursive: true);
        AssertMended("python");
        Directory.Delete(Path.GetDirectoryName(_first.Root)!, recursive: true);
        AssertMended("its tree was removed");
    }

    [Fact]
    public void What_does_not_belong_into_the_tree_is_removed()
    {
        File.WriteAllText(_first.PathOf("install/lib/python3.11/sitecustomize.py"), "import evil");
        Directory.CreateDirectory(_first.PathOf("install/lib/python3.11/__pycache__"));
        File.WriteAllText(_first.PathOf("install/lib/python3.11/__pycache__/os.cpython-311.pyc"), "evil");

        _bench.NewBuild();
        var second = _bench.Obtain(_table);

        Assert.Equal(new ActionCount(0, 1), _bench.Count(ActionKinds.Unpack));
        AssertWhole(second);
    }

    [Fact]
    public void A_tree_whose_times_all_changed_is_verified_and_not_unpacked()
    {
        foreach (var file in Directory.EnumerateFiles(_first.Root, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(1));

        _bench.NewBuild();
        AssertWhole(_bench.Obtain(_table));

        Assert.Equal(new ActionCount(0, 1), _bench.Count(ActionKinds.Unpack));
    }

    [Fact]
    public void A_manifest_that_is_gone_from_the_cache_is_made_again()
    {
        _bench.EndBuilds();
        foreach (var folder in Directory.EnumerateDirectories(_bench.CacheFolder).Where(folder => folder != _bench.Trees))
            Directory.Delete(folder, recursive: true);

        _bench.NewBuild();
        AssertWhole(_bench.Obtain(_table));

        Assert.Equal(new ActionCount(1, 0), _bench.Count(ActionKinds.Unpack));
    }

    [Fact]
    public void A_cache_that_keeps_nothing_gives_the_tree_for_the_time_of_the_build()
    {
        var build = _bench.NewBuild(settings: new CacheSettings(Path.Combine(_bench.Folder, "empty")) { ReadOnly = true });

        var distribution = _bench.Obtain(_table);

        AssertWhole(distribution);
        build.Cache.Dispose();
        Assert.False(Directory.Exists(distribution.Root));
    }

    [Fact]
    public void Two_builds_that_unpack_at_once_both_have_the_tree()
    {
        Directory.Delete(Path.GetDirectoryName(_first.Root)!, recursive: true);
        var builds = Enumerable.Range(0, 4).Select(_ => _bench.NewBuild(settings: new CacheSettings(_bench.CacheFolder))).ToList();

        var distributions = builds
            .AsParallel()
            .WithDegreeOfParallelism(4)
            .Select(build => DistributionStage.Obtain(_table, new TargetTriple(SmallDistribution.Target), SourceDistribution.Build, build))
            .ToList();

        Assert.All(distributions, AssertWhole);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_bench.Trees), path => Path.GetFileName(path).StartsWith("tmp-"));
    }

    [Fact]
    public void A_cancelled_unpacking_leaves_nothing_and_the_next_build_works()
    {
        Directory.Delete(_bench.Trees, recursive: true);
        var files = SmallDistribution.Files();
        for (var index = 0; index < 500; index++)
            files[$"python/install/lib/python3.11/m{index}.py"] = $"x = {index}";
        var table = new DistributionTable { LocalPath = _bench.Write("big-full.tar.zst", SmallDistribution.TarZstd(files)) };
        using var source = new CancellationTokenSource();
        _bench.Log.Progressed = source.Cancel;

        _bench.NewBuild(source.Token);
        Assert.ThrowsAny<OperationCanceledException>(() => _bench.Obtain(table));
        _bench.AssertNoTree();

        _bench.Log.Progressed = null;
        _bench.NewBuild();
        Assert.Equal("x = 499", File.ReadAllText(_bench.Obtain(table).PathOf("install/lib/python3.11/m499.py")));
    }

    [Fact]
    public void An_archive_that_is_gone_is_not_missed_by_an_unchanged_tree_but_by_a_damaged_one()
    {
        var origin = new ArchiveOrigin("d-full.tar.zst", _first.ArchiveDigest, () => throw new InvalidOperationException("fetched"), null);

        Assert.Equal(Path.GetDirectoryName(_first.Root), UnpackedTree.Open(origin, _bench.NewBuild()).Root);

        File.Delete(Source);
        Assert.Equal("fetched", Assert.Throws<InvalidOperationException>(() => UnpackedTree.Open(origin, _bench.NewBuild())).Message);
    }

    private void AssertMended(string reason)
    {
        _bench.NewBuild();
        var second = _bench.Obtain(_table);

        var action = Assert.Single(_bench.Build.Actions.Executed);
        Assert.Equal(ActionKinds.Unpack, action.Kind);
        Assert.Contains(reason, action.Reason);
        AssertWhole(second);
        _bench.NewBuild();
        _bench.Obtain(_table);
        Assert.Equal(new ActionCount(0, 1), _bench.Count(ActionKinds.Unpack));
    }

    private static void AssertWhole(Distribution distribution)
    {
        var expected = SmallDistribution.Files();
        Assert.Equal(
            expected.Keys,
            Directory
                .EnumerateFiles(distribution.Root, "*", SearchOption.AllDirectories)
                .Select(path => "python/" + Path.GetRelativePath(distribution.Root, path))
                .Order(StringComparer.Ordinal)
        );
        foreach (var (path, text) in expected)
        {
            var file = new FileInfo(distribution.PathOf(path["python/".Length..]));
            Assert.Equal(text, file.LinkTarget is { } target ? "-> " + target : File.ReadAllText(file.FullName));
        }
    }
}
