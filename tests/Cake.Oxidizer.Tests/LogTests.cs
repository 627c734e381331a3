using System.Diagnostics;

namespace Cake.Oxidizer.Tests;

/// <summary>What build.sh lets Cake write, on a terminal and into a pipe.</summary>
public sealed class LogTests : IDisposable
{
    private const string Colour = @"\u001b\[[0-9;]*m";
    private readonly Script _script = new();

    public LogTests()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Script.AddinProject)!, "../.."));
        _script
            .Write("build.cake", "Information(\"plain words\"); Warning(\"words of warning\");\n")
            .Write("src/none", "")
            .Write("Directory.Build.props", "");
        foreach (var file in new[] { "build.sh", "global.json", ".config/dotnet-tools.json" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_script[file])!);
            File.Copy(Path.Combine(root, file), _script[file]);
        }
        Assert.Equal(0, Run("", "dotnet", "tool", "restore").ExitCode);
        // Last, and so newer than all that it would be made of.
        _script.Write("artifacts/addin/Cake.Oxidizer.dll", "");
    }

    public void Dispose() => _script.Dispose();

    [Fact]
    public void A_log_in_a_pipe_holds_no_colours()
    {
        var (code, output) = Run("", "./build.sh");
        Assert.True(code == 0, output);
        Assert.Contains("plain words\nwords of warning\n", output);
        Assert.DoesNotMatch(Colour, output);
    }

    [Fact]
    public void A_log_on_a_terminal_is_coloured_unless_NO_COLOR_is_set()
    {
        var (code, output) = Run("", "script", "-qec", "./build.sh", "/dev/null");
        Assert.True(code == 0, output);
        Assert.Matches(Colour + "words of warning", output);

        (code, output) = Run("1", "script", "-qec", "./build.sh", "/dev/null");
        Assert.True(code == 0, output);
        Assert.Contains("words of warning", output);
        Assert.DoesNotMatch(Colour, output);
    }

    private (int ExitCode, string Output) Run(string noColour, string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program == "./build.sh" ? _script["build.sh"] : program, arguments)
            {
                WorkingDirectory = _script.Folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["NO_COLOR"] = noColour, ["TERM"] = "xterm" },
            }
        )!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
