using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>Runs the programs of a build of CPython in an environment that is chosen (<see cref="ChosenEnvironment"/>).</summary>
internal sealed class SourceCommand(BuildContext context)
{
    private const int LinesTold = 15;

    /// <summary>Variables for every program, beside those that it sees of the user's.</summary>
    public Dictionary<string, string?> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs a program of apt's and gives its result, whatever its exit code.</summary>
    public CommandResult Fetch(string folder, BuildProgram program, IEnumerable<string> arguments, Action<string>? onLine = null) =>
        Try(folder, program.Name, arguments, onLine, ChosenEnvironment.Network);

    private CommandResult Try(
        string folder,
        string program,
        IEnumerable<string> arguments,
        Action<string>? onLine,
        ChosenEnvironment sees
    ) =>
        ChildProcess.Run(
            new Command(program, [.. arguments])
            {
                WorkingDirectory = folder,
                Sees = sees,
                Environment = Variables,
            },
            context.Cancellation,
            onLine
        );

    /// <summary>Runs a program that must succeed.</summary>
    /// <param name="act">What it does, for the message: <c>compile CPython 3.11.2</c>.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="program">A program that the build made itself; others are a <see cref="BuildProgram"/>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="onLine">Called with each line that it writes.</param>
    /// <returns>Its standard output.</returns>
    /// <exception cref="BuildFailedException">It failed; the message has the last lines that it wrote.</exception>
    public string Run(string act, string folder, string program, IEnumerable<string> arguments, Action<string>? onLine = null)
    {
        var result = Try(folder, program, arguments, onLine, ChosenEnvironment.Tools);
        if (result.ExitCode == 0)
            return result.Output;
        if (IsDiskFull(result))
            throw new EnvironmentFailureException(
                DiagnosticKinds.SourceNotWritten,
                "build CPython in",
                folder,
                "no space is left on the device; free about 1 GB, or choose another place with TMPDIR"
            );
        throw new BuildFailedException(
            DiagnosticKinds.SourceStepFailed,
            $"cannot {act}: `{Path.GetFileName(program)}` ended with `{result.ExitCode}` after{Environment.NewLine}{Tail(result)}{Environment.NewLine}"
                + "; mend what it names, or take a ready archive with `url` and `sha256`"
        );
    }

    /// <summary>Runs a program of the machine's that must succeed.</summary>
    public string Run(string act, string folder, BuildProgram program, IEnumerable<string> arguments, Action<string>? onLine = null) =>
        Run(act, folder, program.Name, arguments, onLine);

    private static bool IsDiskFull(CommandResult result) =>
        result.Error.Contains("No space left on device", StringComparison.Ordinal)
        || result.Output.Contains("No space left on device", StringComparison.Ordinal);

    private static string Tail(CommandResult result) =>
        string.Join(
            Environment.NewLine,
            (result.Error.Trim().Length > 0 ? result.Error : result.Output)
                .TrimEnd()
                .Split('\n')
                .TakeLast(LinesTold)
                .Select(line => $"    {line}")
        );
}
