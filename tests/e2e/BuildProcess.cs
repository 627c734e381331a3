using System.Diagnostics;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>A build in a process of its own.</summary>
internal sealed class BuildProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output,
        _error;

    private BuildProcess(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (environment is not null)
        {
            start.Environment.Clear();
            foreach (var (name, value) in environment)
                start.Environment[name] = value;
        }
        _process = Process.Start(start)!;
        (_output, _error) = (_process.StandardOutput.ReadToEndAsync(), _process.StandardError.ReadToEndAsync());
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "Oxidizer.EndToEnd.Child");

    public static BuildProcess Start(Workspace workspace, string? output = null) => new(Program, Arguments(workspace, output));

    /// <summary>The same with these variables and no others.</summary>
    public static BuildProcess StartIn(IReadOnlyDictionary<string, string> environment, Workspace workspace, string output) =>
        new(Program, Arguments(workspace, output), environment);

    /// <summary>The same under a tracer.</summary>
    public static BuildProcess StartTraced(Workspace workspace, params string[] tracer) =>
        new(tracer[0], [.. tracer[1..], Program, .. Arguments(workspace, null)]);

    /// <summary>The lines of its output, when it has ended well.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            Assert.True(_process.WaitForExit(300_000), "the build did not end within five minutes");
            Assert.True(_process.ExitCode == 0, $"exit code {_process.ExitCode}: {_output.Result}{_error.Result}");
            return _output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    /// <summary>Its exit code, when it has ended.</summary>
    public int ExitCode
    {
        get
        {
            Assert.True(_process.WaitForExit(300_000), "the build did not end within five minutes");
            return _process.ExitCode;
        }
    }

    /// <summary>What it failed with: the exception's type and message.</summary>
    public string Failure
    {
        get
        {
            Assert.Equal(1, ExitCode);
            return _output.Result;
        }
    }

    /// <summary>SIGKILL, unless it has ended.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private static IEnumerable<string> Arguments(Workspace workspace, string? output) =>
        [workspace["oxidizer.toml"], workspace.CacheDirectory!, output ?? workspace["out"]];
}
