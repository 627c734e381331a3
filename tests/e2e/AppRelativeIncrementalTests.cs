using Oxidizer.Packager.Context;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>What was changed of what stands beside a product, which actions run for it, and what is left in the folder.</summary>
[Collection("private cache")]
public sealed partial class AppRelativeIncrementalTests : IDisposable
{
    private const string Rule = """
        [[python_packages]]
        type = "package-root"
        path = "parts"
        packages = ["beside"]
        install_location = "app-relative:lib"
        """;

    private readonly PrivateCache _cache;
    private readonly Workspace _workspace;

    public AppRelativeIncrementalTests(PrivateCache cache) => (_cache, _workspace) = (cache, NewWorkspace(cache));

    private string Output => Path.Combine(_workspace["out"], TargetTriple.Host.Value);

    private string Configuration
    {
        get => File.ReadAllText(_workspace["oxidizer.toml"]);
        set => _workspace.Write("oxidizer.toml", value);
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void An_unchanged_build_writes_nothing_starts_nothing_and_compiles_nothing()
    {
        _workspace.Build();
        var before = Snapshot();
        var again = _workspace.Build();
        Assert.Empty(again.Executed);
        Assert.Equal(0, again.ProcessesStarted);
        Assert.Equal(2, again.Actions[ActionKinds.Install].Reused);
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public void A_changed_module_is_compiled_and_written_and_the_product_stays()
    {
        var first = _workspace.Build();
        var untouched = File.GetLastWriteTimeUtc(Path.Combine(Output, "lib/beside/other.py"));
        var text = NewText();
        _workspace.Write("parts/beside/__init__.py", $"TEXT = '{text}'\n");
        var second = _workspace.Build();
        Assert.Equal("compile_bytecode 1, install 1", Executed.In(second));
        Assert.Equal(first.Digest, second.Digest);
        Assert.Equal(text + "\n", _workspace.Run(second.ProductPath).Output);
        Assert.Equal(untouched, File.GetLastWriteTimeUtc(Path.Combine(Output, "lib/beside/other.py")));
        var action = Assert.Single(second.Executed, action => action.Kind == ActionKinds.Install);
        Assert.Equal("lib", action.Name);
        Assert.Contains("`lib/beside/__init__.py` differs", action.Reason);
    }

    [Fact]
    public void A_changed_resource_is_written_alone()
    {
        _workspace.Build();
        _workspace.Write("parts/beside/data.txt", NewText());
        Assert.Equal("install 1", Executed.In(_workspace.Build()));
        Assert.Equal(File.ReadAllText(_workspace["parts/beside/data.txt"]), File.ReadAllText(Path.Combine(Output, "lib/beside/data.txt")));
    }

    [Fact]
    public void A_changed_module_of_the_product_touches_no_file_beside_it()
    {
        _workspace.Build();
        _workspace.Write("app/words.py", $"TEXT = '{NewText()}'\n");
        Assert.Equal("compile_bytecode 1, pack 1, link 1, install 1", Executed.In(_workspace.Build()));
    }

    [Fact]
    public void A_module_that_is_gone_is_removed_with_its_code_and_its_folder_and_what_others_put_there_stays()
    {
        _workspace.Write("parts/beside/inner/__init__.py", $"X = '{NewText()}'\n").Write("parts/beside/inner/data.txt", "data").Build();
        File.WriteAllText(Path.Combine(Output, "lib/beside/mine.txt"), "mine");
        Directory.Delete(_workspace["parts/beside/inner"], recursive: true);
        File.Delete(_workspace["parts/beside/other.py"]);
        Assert.Equal("pack 1, link 1, install 2", Executed.In(_workspace.Build()));
        Assert.Equal(
            ["lib/beside/__init__.py", "lib/beside/__pycache__/__init__.cpython-311.pyc", "lib/beside/data.txt", "lib/beside/mine.txt"],
            Files()
        );
        Assert.False(Directory.Exists(Path.Combine(Output, "lib/beside/inner")));
    }

    [Fact]
    public void A_file_that_was_changed_by_hand_and_is_no_longer_part_of_the_product_stays_and_is_told()
    {
        _workspace.Build();
        File.WriteAllText(Path.Combine(Output, "lib/beside/other.py"), "mine = 1\n");
        File.Delete(_workspace["parts/beside/other.py"]);
        var warning = Assert.Single(_workspace.Build().OwnWarnings());
        Assert.Equal("OXI0803", warning.Id);
        Assert.Contains("lib/beside/other.py", warning.Message);
        Assert.Equal("mine = 1\n", File.ReadAllText(Path.Combine(Output, "lib/beside/other.py")));
        // It is nobody's any more: the next build says nothing.
        Assert.Empty(_workspace.Build().OwnWarnings());
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("edited")]
    [InlineData("same size")]
    [InlineData("permissions")]
    [InlineData("link")]
    public void A_file_that_is_not_as_it_was_is_restored(string damage)
    {
        _workspace.Build();
        var victim = Path.Combine(Output, "lib/beside/other.py");
        var text = File.ReadAllText(victim);
        if (damage is "deleted" or "link")
            File.Delete(victim);
        if (damage == "link")
            File.CreateSymbolicLink(victim, _workspace["parts/beside/other.py"]);
        if (damage is "edited" or "same size")
            File.WriteAllText(victim, damage == "edited" ? "" : text.Replace('1', '2'));
        if (damage == "permissions")
            File.SetUnixFileMode(victim, UnixFileMode.UserRead);
        Assert.Equal("install 1", Executed.In(_workspace.Build()));
        Assert.Equal(
            (text, null, Cache.ActionOutput.PlainFile),
            (File.ReadAllText(victim), new FileInfo(victim).LinkTarget, File.GetUnixFileMode(victim))
        );
        Assert.Equal(text, File.ReadAllText(_workspace["parts/beside/other.py"]));
        Assert.Empty(_workspace.Build().Executed);
    }

    [Fact]
    public void A_rule_that_is_embedded_again_leaves_no_folder()
    {
        _workspace.Build();
        Configuration = Configuration.Replace("install_location = \"app-relative:lib\"", "", StringComparison.Ordinal);
        var second = _workspace.Build();
        Assert.Empty(second.FilesBeside.Folders);
        Assert.False(Directory.Exists(Path.Combine(Output, "lib")));
        Assert.False(File.Exists(Path.Combine(Output, "app.files")));
        Assert.StartsWith("beside", _workspace.Run(second.ProductPath).Output);
    }

    [Fact]
    public void Another_folder_takes_the_place_of_the_one_before()
    {
        _workspace.Build();
        Configuration = Configuration.Replace("app-relative:lib", "app-relative:share/app/", StringComparison.Ordinal);
        var second = _workspace.Build();
        Assert.Equal(["share/app"], second.FilesBeside.Folders);
        Assert.False(Directory.Exists(Path.Combine(Output, "lib")));
        Assert.StartsWith("beside", _workspace.Run(second.ProductPath).Output);
    }

    [Fact]
    public void A_file_becomes_a_folder_and_a_folder_a_file()
    {
        _workspace.Write("parts/beside/a", "file").Write("parts/beside/b/deep/x", "below").Build();
        File.Delete(_workspace["parts/beside/a"]);
        Directory.Delete(_workspace["parts/beside/b"], recursive: true);
        _workspace.Write("parts/beside/a/deep/x", "below").Write("parts/beside/b", "file").Build();
        Assert.Equal(
            ("below", "file"),
            (File.ReadAllText(Path.Combine(Output, "lib/beside/a/deep/x")), File.ReadAllText(Path.Combine(Output, "lib/beside/b")))
        );
        Assert.Empty(_workspace.Build().Executed);
    }

    [Fact]
    public void The_same_sources_give_the_same_files_everywhere()
    {
        _workspace.Build();
        using var empty = new PrivateCache();
        using var other = NewWorkspace(empty)
            .Write("app/words.py", File.ReadAllText(_workspace["app/words.py"]))
            .Write("parts/beside/__init__.py", File.ReadAllText(_workspace["parts/beside/__init__.py"]));
        var second = other.Build();
        Assert.Equal(
            Contents().Split('\n').Where(line => !line.Contains(".build.json", StringComparison.Ordinal)),
            Contents(Path.GetDirectoryName(second.ProductPath)!)
                .Split('\n')
                .Where(line => !line.Contains(".build.json", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void An_unchanged_build_opens_no_file_beside_the_product_and_no_source()
    {
        _workspace.Build();
        // What was written within the clock's resolution is read once more.
        Thread.Sleep(50);
        _workspace.Build();
        var trace = _workspace["trace"];
        using (
            var build = BuildProcess.StartTraced(
                _workspace,
                "strace",
                "-f",
                "-e",
                "trace=open,openat,rename,renameat,renameat2,unlink,link",
                "-o",
                trace
            )
        )
            Assert.DoesNotContain(build.Lines, line => line.StartsWith("executed", StringComparison.Ordinal));
        var lines = File.ReadAllLines(trace)
            .Where(line =>
                line.Contains(_workspace.Folder, StringComparison.Ordinal) && !line.Contains("O_DIRECTORY", StringComparison.Ordinal)
            )
            .ToList();
        Assert.DoesNotContain(
            lines,
            line => line.Contains("/lib/", StringComparison.Ordinal) || line.Contains("/parts/beside/", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            lines,
            line => line.Contains("rename", StringComparison.Ordinal) && !line.Contains(".build.json", StringComparison.Ordinal)
        );
    }

    private static Workspace NewWorkspace(PrivateCache cache) =>
        cache
            .NewWorkspace(more: Rule)
            .Write("app/__main__.py", "import beside\nfrom app import words\nprint(beside.TEXT)\n")
            .Write("parts/beside/__init__.py", $"TEXT = 'beside {Guid.NewGuid()}'\n")
            .Write("parts/beside/other.py", "X = 1\n")
            .Write("parts/beside/data.txt", "data");

    private static string NewText() => Guid.NewGuid().ToString();

    private List<string> Files() =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(Output, "lib"), "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Output, file))
                .Order(StringComparer.Ordinal),
        ];

    private string Snapshot() =>
        string.Join(
            '\n',
            Directory
                .EnumerateFileSystemEntries(Output, "*", SearchOption.AllDirectories)
                .Where(path => !path.EndsWith(".build.json", StringComparison.Ordinal) && path != Output)
                .Order(StringComparer.Ordinal)
                .Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O}")
        );

    private string Contents(string? folder = null) =>
        string.Join(
            '\n',
            Directory
                .EnumerateFileSystemEntries(folder ?? Output, "*", SearchOption.AllDirectories)
                .Where(path => !path.EndsWith(".files", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(path =>
                    $"{Path.GetRelativePath(folder ?? Output, path)} {File.GetUnixFileMode(path)} {(File.Exists(path) ? Cache.Sha256Digest.OfFile(path).ToString() : "folder")}"
                )
        );
}
