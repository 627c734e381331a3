using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Packager.Distributions;

/// <summary>Runs the programs of a build of CPython in an environment that holds nothing of the user's: <c>CFLAGS</c>, <c>PYTHONPATH</c> and the like would change what is built, and the key does not know them.</summary>
internal sealed class SourceCommand(BuildContext context)
{
    private const int LinesTold = 15;

    // What programs need to work at all, and what leads apt through a proxy.
    private static readonly string[] s_kept = ["PATH", "HOME", "TMPDIR", "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "APT_CONFIG"];

    /// <summary>Variables for every program; they stand above those that are kept of the user's.</summary>
    public Dictionary<string, string?> Variables { get; } = new(StringComparer.Ordinal) { ["LC_ALL"] = "C", ["LANGUAGE"] = "" };

    /// <summary>Runs a program and gives its result, whatever its exit code.</summary>
    public CommandResult Try(string folder, string program, IEnumerable<string> arguments, Action<string>? onLine = null)
    {
        var variables = s_kept.ToDictionary(name => name, Environment.GetEnvironmentVariable, StringComparer.Ordinal);
        foreach (var (name, value) in Variables)
            variables[name] = value;
        return ChildProcess.Run(new Command(program, [.. arguments]) { WorkingDirectory = folder, Environment = variables, ClearEnvironment = true }, context.Cancellation, onLine);
    }

    /// <summary>Runs a program that must succeed.</summary>
    /// <param name="act">What it does, for the message: <c>compile CPython 3.11.2</c>.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="onLine">Called with each line that it writes.</param>
    /// <returns>Its standard output.</returns>
    /// <exception cref="BuildFailedException">It failed; the message has the last lines that it wrote.</exception>
    public string Run(string act, string folder, string program, IEnumerable<string> arguments, Action<string>? onLine = null)
    {
        var result = Try(folder, program, arguments, onLine);
        if (result.ExitCode == 0)
            return result.Output;
        if (IsDiskFull(result))
            throw new EnvironmentFailureException(DiagnosticKinds.SourceNotWritten, "build CPython in", folder, "no space is left on the device; free about 1 GB, or choose another place with TMPDIR");
        throw new BuildFailedException(DiagnosticKinds.SourceStepFailed,
            $"cannot {act}: `{Path.GetFileName(program)}` ended with `{result.ExitCode}` after{Environment.NewLine}{Tail(result)}{Environment.NewLine}"
            + "; mend what it names, or take a ready archive with `url` and `sha256`");
    }

    private static bool IsDiskFull(CommandResult result) =>
        result.Error.Contains("No space left on device", StringComparison.Ordinal) || result.Output.Contains("No space left on device", StringComparison.Ordinal);

    private static string Tail(CommandResult result) =>
        string.Join(Environment.NewLine, (result.Error.Trim().Length > 0 ? result.Error : result.Output).TrimEnd().Split('\n').TakeLast(LinesTold).Select(line => $"    {line}"));
}
