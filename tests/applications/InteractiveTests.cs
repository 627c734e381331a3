using System.Text.Json;
using System.Text.RegularExpressions;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Applications.Tests;

/// <summary>Programs that speak with a person at a terminal.</summary>
[Collection(Applications.Name)]
public sealed partial class InteractiveTests(Site site)
{
    private static readonly string[][] s_keys =
    [
        ["In [1]:", "import json; json.du\t"],
        ["dumps", "s([1])\r"],
        ["In [2]:", "import colorsy\t"],
        ["colorsys", "\r"],
        ["In [3]:", "colorsys.rgb_to_hsv?\r"],
        ["In [4]:", "!echo from the shell\r"],
        ["In [5]:", "1/0\r"],
        ["In [6]:", "exit\r"],
    ];

    [Fact]
    public void Ipython_completes_names_of_packed_modules()
    {
        using var ipython = new Application(site, "ipython", "IPython:start_ipython", "ipython");
        var (onDisk, product) = (Speak(ipython, isProduct: false), Speak(ipython, isProduct: true));
        foreach (var words in new[] { "'[1]'", "colorsys", "rgb_to_hsv(r, g, b)", "from the shell", "ZeroDivisionError: division by zero" })
        {
            Assert.Contains(words, onDisk.Output);
            Assert.Contains(words, product.Output);
        }
        Assert.Equal((0, 0), (onDisk.ExitCode, product.ExitCode));
    }

    private static CommandResult Speak(Application application, bool isProduct)
    {
        var command = application.CommandOf(isProduct, "--colors=NoColor");
        var terminal = new Command(
            "/usr/bin/python3.11",
            [
                "-I",
                Path.Combine(AppContext.BaseDirectory, "data/terminal.py"),
                JsonSerializer.Serialize(s_keys),
                command.FileName,
                .. command.Arguments,
            ]
        )
        {
            ClearEnvironment = true,
            WorkingDirectory = command.WorkingDirectory,
            Environment = new Dictionary<string, string?>(command.Environment) { ["TERM"] = "xterm" },
        };
        var result = Workspace.Run(terminal, seconds: 300);
        return result with { Output = Control().Replace(result.Output, "") };
    }

    [GeneratedRegex(@"\x1b\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Control();
}
