using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary><c>lazy_modules = true</c> with programs that nobody wrote for it, as Debian has them.</summary>
public sealed class LazyProgramsTests : IDisposable
{
    private const string Names =
        "\"black\", \"blib2to3\", \"_black_version\", \"click\", \"pathspec\", \"platformdirs\", \"mypy_extensions\", \"packaging\", \"pygments\", \"markdown\"";

    private readonly DebianPackages _packages = DebianPackages.Fetch(
        "black",
        "python3-click",
        "python3-pathspec",
        "python3-platformdirs",
        "python3-mypy-extensions",
        "python3-packaging",
        "python3-pygments",
        "python3-markdown"
    );

    private readonly Workspace _workspace = new();

    public void Dispose()
    {
        _workspace.Dispose();
        _packages.Dispose();
    }

    [Fact]
    public void Black_pygments_and_markdown_do_the_same_as_without_it()
    {
        _workspace
            .Write("messy.py", "import os\ndef  f( a,b ):\n    x = {  'a':1 }\n    return os.path.join( a,b)\n")
            .Write("text.md", "# Title\n\n* one\n* *two*\n");
        string[][] programs =
        [
            ["black", "-q", "--diff", "--no-color", "messy.py"],
            ["black", "--version"],
            ["pygments", "-f", "html", "messy.py"],
            ["markdown", "text.md"],
        ];
        var (eager, lazy) = (Build("false"), Build("true"));
        foreach (var program in programs)
        {
            var (expected, result) = (Run(eager, program), Run(lazy, program));
            Assert.True(expected.ExitCode == 0 && expected.Output.Length > 10, expected.Error);
            Assert.Equal((WithoutTimes(expected.Output), expected.Error, 0), (WithoutTimes(result.Output), result.Error, result.ExitCode));
        }
    }

    // black's diff has the time at which it was made.
    private static string WithoutTimes(string output) =>
        string.Join(
            '\n',
            output
                .Split('\n')
                .Where(line => !line.StartsWith("--- ", StringComparison.Ordinal) && !line.StartsWith("+++ ", StringComparison.Ordinal))
        );

    private CommandResult Run(string product, string[] arguments) =>
        Workspace.Run(
            new Command(product, arguments)
            {
                ClearEnvironment = true,
                WorkingDirectory = _workspace.Folder,
                Environment = new Dictionary<string, string?> { ["HOME"] = _workspace["home"], ["PYTHONIOENCODING"] = "utf-8" },
            }
        );

    // black's grammar is read from a file.
    private string Build(string lazyModules)
    {
        _workspace.WriteApplication(
            "import sys, runpy\nsys.argv = sys.argv[1:]\nrunpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)\n",
            more: $"""
            [[python_packages]]
            type = "package-root"
            path = "{_packages.Site}"
            packages = [{Names}]
            [python_config]
            module_file = "filesystem"
            lazy_modules = {lazyModules}
            """
        );
        var copy = _workspace[$"lazy-{lazyModules}"];
        File.Copy(_workspace.Build().ProductPath, copy);
        return copy;
    }
}
