using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>A project's folder and a script with metadata are packaged as they are, and answer as under <c>python3</c>.</summary>
public sealed class ProjectTests : IDisposable
{
    private const string Distribution = "[tool.oxidizer.python_distribution]\nsource = \"apt:python3.11\"\noptimizations = \"noopt\"\n";

    private const string Project = """
        [project]
        name = "my-app"
        version = "1.4"
        description = "Says what it is"
        requires-python = ">=3.9"
        [project.scripts]
        my-app = "my_app.cli:main"
        [project.entry-points.plugins]
        one = "my_app.cli:plugin"

        """;

    private const string Cli = """
        import argparse, sys
        from importlib import metadata, resources

        def main():
            parser = argparse.ArgumentParser(prog="my-app")
            parser.add_argument("words", nargs="*")
            print(parser.parse_args().words, resources.files("my_app").joinpath("data.txt").read_text(), end="")
            return 3

        def plugin():
            return "plugged"

        def facts():
            found = metadata.distribution("my-app")
            print(found.version, found.metadata["Name"], found.metadata["Summary"], found.metadata["Requires-Python"])
            print(sorted((point.group, point.name, point.value) for point in found.entry_points))
            print([point.load()() for point in metadata.entry_points(group="plugins")])
        """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("src/")]
    [InlineData("")]
    public void A_folder_with_a_project_is_packaged_without_a_configuration(string layout)
    {
        Write(layout, Project + Distribution);
        var result = _workspace.Build("project");
        Assert.Equal("my-app", result.Name);
        var (ours, theirs) = (_workspace.Run(result.ProductPath, "a", "b"), Python(layout, "main", "a", "b"));
        Assert.Equal(("['a', 'b'] data\n", 3), (ours.Output, ours.ExitCode));
        Assert.Equal((theirs.Output, theirs.Error, theirs.ExitCode), (ours.Output, ours.Error, ours.ExitCode));
        Assert.Empty(_workspace.Build("project/pyproject.toml").Executed);
    }

    [Fact]
    public void The_metadata_of_a_project_are_those_of_its_installation()
    {
        Write(
            "src/",
            Project + Distribution + "[tool.oxidizer.python_run]\nentry_points = { my-app = \"my-app\", facts = \"my_app.cli:facts\" }\n"
        );
        // What setuptools leaves beside the package, of an earlier version.
        _workspace.Write("project/src/my_app.egg-info/PKG-INFO", "Metadata-Version: 2.1\nName: my-app\nVersion: 0.9\n");
        var result = _workspace.Build("project");
        Directory.Delete(_workspace["project/src/my_app.egg-info"], recursive: true);
        Assert.Equal(["facts"], result.Commands);
        // What an installation has, as pip would put it there.
        _workspace
            .Write(
                "project/src/my_app-1.4.dist-info/METADATA",
                "Metadata-Version: 2.1\nName: my-app\nVersion: 1.4\nSummary: Says what it is\nRequires-Python: >=3.9\n"
            )
            .Write(
                "project/src/my_app-1.4.dist-info/entry_points.txt",
                "[console_scripts]\nmy-app = my_app.cli:main\n[plugins]\none = my_app.cli:plugin\n"
            );
        var theirs = Python("src/", "facts");
        Assert.Contains("1.4 my-app Says what it is >=3.9\n", theirs.Output);
        Assert.Equal(theirs.Output, _workspace.Run(Path.Combine(Path.GetDirectoryName(result.ProductPath)!, "facts")).Output);
        Assert.Equal("['x'] data\n", _workspace.Run(result.ProductPath, "x").Output);
    }

    [Fact]
    public void A_python_that_the_project_does_not_accept_ends_the_build_before_it_is_used()
    {
        Write("src/", Project.Replace(">=3.9", "!=3.11.*") + Distribution);
        var failure = Assert.Throws<BuildFailedException>(() => _workspace.Build("project"));
        Assert.Contains("OXI0122", failure.Message);
        Assert.Contains("does not accept the CPython 3.11.", failure.Message);
        Assert.Contains("project/pyproject.toml:5:19", failure.Message);
    }

    [Fact]
    public void A_script_with_metadata_is_built_as_they_say()
    {
        _workspace.Write(
            "tool.py",
            $"# /// script\n# requires-python = \">=3.11\"\n# dependencies = []\n#\n{Commented(Distribution)}# [tool.oxidizer.python_config]\n# optimize_level = 2\n# ///\nimport sys\nassert False\nprint(__name__, sys.argv[1:], sys.flags.optimize)\n"
        );
        var result = _workspace.Build("tool.py");
        Assert.Equal("__main__ ['x'] 2\n", _workspace.Run(result.ProductPath, "x").Output);
    }

    private void Write(string layout, string project) =>
        _workspace
            .Write("project/pyproject.toml", project)
            .Write($"project/{layout}my_app/__init__.py", "")
            .Write($"project/{layout}my_app/cli.py", Cli)
            .Write($"project/{layout}my_app/data.txt", "data\n")
            .Write("project/tests/test_it.py", "raise SystemExit('never')\n");

    private CommandResult Python(string layout, string function, params string[] arguments) =>
        Workspace.Run(
            new Command(
                "/usr/bin/python3",
                [
                    "-I",
                    "-B",
                    "-c",
                    $"import sys; sys.path.insert(0, '{_workspace["project/" + layout]}'); from my_app.cli import {function}; sys.exit({function}())",
                    .. arguments,
                ]
            )
        );

    private static string Commented(string toml) => string.Concat(toml.TrimEnd('\n').Split('\n').Select(line => $"# {line}\n"));
}
