using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>Several commands in one product, compared with scripts as pip makes them, under <c>python3</c>.</summary>
public sealed class CommandTests : IDisposable
{
    private const string Cli = """
        import argparse, os, sys

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("words", nargs="*")
            parser.add_argument("--again", action="store_true")
            options = parser.parse_args()
            print(os.path.basename(sys.argv[0]), options.words, flush=True)
            if options.again:
                again = [word for word in sys.argv if word != "--again"]
                os.execv(sys.executable, [sys.executable, *again])
            return len(options.words)

        def other():
            print("other", sys.argv[1:])
        """;

    private readonly Workspace _workspace = new();

    public CommandTests() =>
        _workspace
            .Write("app/cli.py", Cli)
            .Write("app-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: app\nVersion: 1\n")
            .Write("app-1.dist-info/top_level.txt", "app\n")
            .Write("app-1.dist-info/entry_points.txt", "[console_scripts]\nrun-app = app.cli:main [fast]\nother = app.cli:other\n");

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void An_entry_point_is_the_console_script_of_a_packed_distribution()
    {
        var result = _workspace.WriteApplication("", "entry_point = \"run-app\"").Build();
        var ended = _workspace.Run(result.ProductPath, "a", "b");
        Assert.Equal(("app ['a', 'b']\n", 2), (ended.Output, ended.ExitCode));
    }

    [Fact]
    public void A_script_that_no_distribution_has_ends_the_build_with_those_that_there_are()
    {
        _workspace.WriteApplication("", "entry_point = \"run-ap\"");
        var failure = Assert.Throws<BuildFailedException>(() => _workspace.Build());
        Assert.Contains("OXI0340", failure.Message);
        Assert.Contains("did you mean `run-app`? there are `other`, `run-app`", failure.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--help")]
    [InlineData("--wrong")]
    [InlineData("x y")]
    [InlineData("x --again")]
    public void A_command_answers_by_its_link_as_the_script_does(string words)
    {
        var folder = Path.GetDirectoryName(Build())!;
        Assert.Equal(["run-app", "tool"], LinksIn(folder));
        var script = _workspace.WriteProgram(
            "bin/run-app",
            $"#!/usr/bin/python3 -B\nimport sys\nsys.path.insert(0, {Quoted(_workspace.Folder)})\nfrom app.cli import main\nsys.exit(main())\n"
        )["bin/run-app"];
        var arguments = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (ours, theirs) = (_workspace.Run(Path.Combine(folder, "run-app"), arguments), _workspace.Run(script, arguments));
        Assert.Equal((theirs.Output, theirs.Error, theirs.ExitCode), (ours.Output, ours.Error, ours.ExitCode));
    }

    [Fact]
    public void The_product_itself_takes_a_command_first_and_lists_them_without()
    {
        var product = Build();
        Assert.Equal("other ['x']\n", _workspace.Run(product, "tool", "x").Output);
        Assert.Equal("run-app ['x']\n", _workspace.Run(product, "run-app", "x").Output);
        var lost = _workspace.Run(product);
        Assert.Equal(2, lost.ExitCode);
        Assert.EndsWith("; the commands are run-app, tool\n", lost.Error);
        var chosen = new Command(product, ["x"])
        {
            ClearEnvironment = true,
            Environment = new Dictionary<string, string?> { ["OXIDIZER_ENTRY"] = "tool" },
        };
        Assert.Equal("other ['x']\n", Workspace.Run(chosen).Output);
    }

    [Fact]
    public void Links_follow_the_configuration_and_an_unchanged_build_touches_none()
    {
        var folder = Path.GetDirectoryName(Build())!;
        Assert.Empty(_workspace.Build().Executed);
        _workspace.WriteApplication("", "entry_points = [\"other\", \"run-app\"]");
        var result = _workspace.Build();
        Assert.Equal(["other", "run-app"], result.Commands);
        Assert.Equal(["other", "run-app"], LinksIn(folder));
        Assert.Equal("other []\n", _workspace.Run(Path.Combine(folder, "other")).Output);
        _workspace.WriteApplication("", "entry_point = \"other\"").Build();
        Assert.Empty(LinksIn(folder));
    }

    [Fact]
    public void A_foreign_file_in_the_place_of_a_link_ends_the_build_and_the_product_stays()
    {
        var product = _workspace.WriteApplication("", "entry_point = \"other\"").Build().ProductPath;
        var foreign = Path.Combine(Path.GetDirectoryName(product)!, "tool");
        File.WriteAllText(foreign, "theirs");
        var failure = Assert.Throws<BuildFailedException>(() => Build());
        Assert.Contains("OXI0804", failure.Message);
        Assert.Equal("theirs", File.ReadAllText(foreign));
        Assert.Equal("other ['x']\n", _workspace.Run(product, "x").Output);
    }

    private string Build() =>
        _workspace.WriteApplication("", "entry_points = { run-app = \"run-app\", tool = \"app.cli:other\" }").Build().ProductPath;

    private static IEnumerable<string?> LinksIn(string folder) =>
        Directory
            .EnumerateFiles(folder)
            .Where(path => new FileInfo(path).LinkTarget == "app")
            .Select(Path.GetFileName)
            .Order(StringComparer.Ordinal);

    private static string Quoted(string text) => $"'{text}'";
}
