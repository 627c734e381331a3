using Oxidizer.Cache;
using Oxidizer.Packager.Pip;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Pip;

/// <summary>What building a wheel reads. Each is changed alone; keys are compared, because a build takes seconds.</summary>
public sealed class StaleBuildTests : IDisposable
{
    private static readonly Sha256Digest s_one = Sha256Digest.Of("1"),
        s_two = Sha256Digest.Of("2");

    private readonly TestBuild _build = new();

    public void Dispose() => _build.Dispose();

    [Fact]
    public void Each_field_of_the_key_makes_another_key()
    {
        ActionKey[] keys =
        [
            FetchWheels.BuildKey("a", s_one, s_one, []),
            FetchWheels.BuildKey("b", s_one, s_one, []),
            FetchWheels.BuildKey("a", s_two, s_one, []),
            FetchWheels.BuildKey("a", s_one, s_two, []),
            FetchWheels.BuildKey("a", s_one, s_one, ["--no-build-isolation"]),
        ];
        Assert.Equal(keys.Length, keys.Select(key => key.Digest).Distinct().Count());
    }

    [Theory]
    [InlineData("project/demo.py", "X = 2\n", true)]
    [InlineData("project/new.py", "", true)]
    [InlineData("project/src/deep/new.txt", "x", true)]
    [InlineData("project/.hidden", "x", true)]
    [InlineData("project/build/lib/old.py", "", false)]
    [InlineData("project/dist/demo-1.tar.gz", "x", false)]
    [InlineData("project/demo.egg-info/PKG-INFO", "x", false)]
    [InlineData("project/__pycache__/demo.pyc", "x", false)]
    [InlineData("project/.git/HEAD", "x", false)]
    [InlineData("elsewhere.py", "", false)]
    public void The_folder_of_a_project_is_its_files_without_what_builds_leave(string file, string text, bool changes)
    {
        _build.Write("project/pyproject.toml", "[project]\n").Write("project/demo.py", "X = 1\n");
        var context = _build.Context();
        var before = ProjectFolder.Digest(_build["project"], context);
        _build.Write(file, text);
        Assert.Equal(changes, before != ProjectFolder.Digest(_build["project"], context));
    }

    [Fact]
    public void A_renamed_file_is_another_folder()
    {
        _build.Write("project/a.py", "");
        var context = _build.Context();
        var before = ProjectFolder.Digest(_build["project"], context);
        File.Move(_build["project/a.py"], _build["project/b.py"]);
        Assert.NotEqual(before, ProjectFolder.Digest(_build["project"], context));
    }

    [Fact]
    public void A_copy_has_the_history_and_nothing_that_a_build_left()
    {
        _build
            .Write("project/demo.py", "X = 1\n")
            .Write("project/src/a.py", "")
            .Write("project/.git/HEAD", "main")
            .Write("project/build/lib/gone.py", "");
        ProjectFolder.Copy(_build["project"], _build["copy"]);
        Assert.Equal(
            [".git/HEAD", "demo.py", "src/a.py"],
            Directory
                .EnumerateFiles(_build["copy"], "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(_build["copy"], path))
                .Order(StringComparer.Ordinal)
        );
    }
}
