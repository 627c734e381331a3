using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>Builds that are refused, fail, are killed, or meet each other: what stood beside the product is whole.</summary>
public sealed partial class AppRelativeIncrementalTests
{
    [Fact]
    public void A_build_that_cannot_place_a_file_leaves_product_and_folder_as_they_were()
    {
        _workspace.Build();
        _workspace
            .Write("parts/beside/__init__.py", $"TEXT = '{NewText()}'\n")
            .Write("parts/beside/fresh/y.txt", "new")
            .Write("parts/beside/z.txt", "new")
            .Write("app/words.py", $"TEXT = '{NewText()}'\n");
        // Somebody else's folder stands where the last file goes: the ones before are in their places already.
        Directory.CreateDirectory(Path.Combine(Output, "lib/beside/z.txt/theirs"));
        var before = Contents();
        var failure = Assert.Throws<EnvironmentFailureException>(() => _workspace.Build());
        Assert.Contains("OXI0801", failure.Message);
        Assert.Equal(before, Contents());
        Directory.Delete(Path.Combine(Output, "lib/beside/z.txt"), recursive: true);
        _workspace.Build();
        Assert.Equal("new", File.ReadAllText(Path.Combine(Output, "lib/beside/z.txt")));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Output), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void A_product_that_cannot_be_put_into_its_place_takes_its_files_back()
    {
        var first = _workspace.Build();
        File.Delete(first.ProductPath);
        Directory.CreateDirectory(Path.Combine(first.ProductPath, "theirs"));
        _workspace
            .Write("parts/beside/__init__.py", $"TEXT = '{NewText()}'\n")
            .Write("parts/beside/fresh.txt", "new")
            .Write("app/words.py", $"TEXT = '{NewText()}'\n");
        var before = Contents();
        Assert.Throws<EnvironmentFailureException>(() => _workspace.Build());
        Assert.Equal(before, Contents());
    }

    [Fact]
    public void Nothing_is_written_through_a_link()
    {
        var elsewhere = _workspace.EmptyFolder();
        Directory.CreateDirectory(Output);
        Directory.CreateSymbolicLink(Path.Combine(Output, "lib"), elsewhere);
        Assert.Contains("`lib` is a link", Assert.Throws<EnvironmentFailureException>(() => _workspace.Build()).Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
    }

    [Fact]
    public void Two_products_do_not_share_a_folder()
    {
        _workspace.Build();
        var text = Configuration;
        Configuration = text.Replace("application_name = \"app\"", "application_name = \"second\"", StringComparison.Ordinal);
        var before = Contents();
        var failure = Assert.Throws<BuildFailedException>(() => _workspace.Build());
        Assert.Matches(@"oxidizer\.toml:\d+(:\d+)?: error OXI0802: .*`lib`.*`app`", failure.Message);
        Assert.Equal(before, Contents());
        Configuration = Configuration.Replace("app-relative:lib", "app-relative:second.lib", StringComparison.Ordinal);
        Assert.StartsWith("beside", _workspace.Run(_workspace.Build().ProductPath).Output);
        Configuration = text;
        Assert.Empty(_workspace.Build().Executed);
    }

    [Theory]
    [InlineData("app-relative:app")]
    [InlineData("app-relative:app/lib")]
    [InlineData("app-relative:app.files")]
    [InlineData("app-relative:app.build.json/x")]
    public void A_folder_with_the_name_of_the_products_own_files_is_refused(string location)
    {
        Configuration = Configuration.Replace("app-relative:lib", location, StringComparison.Ordinal);
        var line = Array.FindIndex(Configuration.Split('\n'), line => line.Contains("path = \"parts\"", StringComparison.Ordinal)) - 1;
        var failure = Assert.Throws<BuildFailedException>(() => _workspace.Build());
        Assert.Matches($@"oxidizer\.toml:{line}(:\d+)?: error OXI0314: ", failure.Message);
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public void A_folder_inside_of_another_rules_is_refused()
    {
        Configuration += "\n" + Rule.Replace("app-relative:lib", "app-relative:lib/inner", StringComparison.Ordinal);
        Assert.Contains("OXI0314", Assert.Throws<BuildFailedException>(() => _workspace.Build()).Message);
    }

    [Fact]
    public void A_list_of_files_that_was_edited_removes_nothing_elsewhere()
    {
        _workspace.Build();
        var victim = _workspace.Write("victim.txt", "victim")["victim.txt"];
        File.AppendAllText(
            Path.Combine(Output, "app.files"),
            $"{Cache.Sha256Digest.OfFile(victim)}  lib/../../../victim.txt\n{Cache.Sha256Digest.OfFile(victim)}  {victim}\nnonsense\n"
        );
        _workspace.Build();
        Assert.Equal("victim", File.ReadAllText(victim));
        Assert.DoesNotContain("victim", File.ReadAllText(Path.Combine(Output, "app.files")));
    }

    // Of the sixteen renames of this build five are the cache's, then come the list, seven files, the product, and the list again.
    [Theory]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(12)]
    public void A_build_that_is_killed_at_a_rename_leaves_whole_files_and_the_next_one_is_right(int rename)
    {
        _workspace.Write("parts/beside/stale.py", "X = 3\n").Build();
        var texts = new[] { "__init__.py", "other.py", "data.txt" }.ToDictionary(
            name => name,
            name => new HashSet<string> { File.ReadAllText(_workspace["parts/beside/" + name]) }
        );
        File.Delete(_workspace["parts/beside/stale.py"]);
        _workspace
            .Write("parts/beside/__init__.py", $"TEXT = '{NewText()}'\n")
            .Write("parts/beside/other.py", $"X = '{NewText()}'\n")
            .Write("parts/beside/data.txt", NewText())
            .Write("parts/beside/new.py", "X = 4\n");
        using (
            var build = BuildProcess.StartTraced(
                _workspace,
                "strace",
                "-f",
                "-o",
                "/dev/null",
                "-e",
                "trace=rename,renameat2",
                "-e",
                $"inject=rename,renameat2:signal=SIGKILL:when={rename}"
            )
        )
            Assert.NotEqual(0, build.ExitCode);
        foreach (var (name, possible) in texts)
        {
            possible.Add(File.ReadAllText(_workspace["parts/beside/" + name]));
            Assert.Contains(File.ReadAllText(Path.Combine(Output, "lib/beside", name)), possible);
        }
        var result = _workspace.Build();
        Assert.Empty(result.OwnWarnings());
        Assert.Equal(
            new[]
            {
                "__init__.py",
                "__pycache__/__init__.cpython-311.pyc",
                "__pycache__/new.cpython-311.pyc",
                "__pycache__/other.cpython-311.pyc",
                "data.txt",
                "new.py",
                "other.py",
            }.Select(name => "lib/beside/" + name),
            Files()
        );
        Assert.Equal(
            File.ReadAllText(_workspace["parts/beside/__init__.py"]),
            File.ReadAllText(Path.Combine(Output, "lib/beside/__init__.py"))
        );
        Assert.Empty(_workspace.Build().Executed);
    }

    [Fact]
    public void Two_builds_at_once_into_one_folder_agree()
    {
        for (var round = 0; round < 3; round++)
        {
            _workspace
                .Write("parts/beside/__init__.py", $"TEXT = '{NewText()}'\n")
                .Write($"parts/beside/round{round}.py", "")
                .Write("app/words.py", $"TEXT = '{NewText()}'\n");
            if (round > 0)
                File.Delete(_workspace[$"parts/beside/round{round - 1}.py"]);
            using var one = BuildProcess.Start(_workspace);
            using var two = BuildProcess.Start(_workspace);
            Assert.EndsWith("/app", one.Lines[^1]);
            Assert.EndsWith("/app", two.Lines[^1]);
            Assert.Equal(
                File.ReadAllText(_workspace["parts/beside/__init__.py"]).Split('\'')[1] + "\n",
                _workspace.Run(Path.Combine(Output, "app")).Output
            );
            Assert.Equal([$"lib/beside/round{round}.py"], Files().Where(file => file.Contains("beside/round", StringComparison.Ordinal)));
            Assert.Empty(_workspace.Build().Executed);
        }
    }
}
