using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Compatibility;

/// <summary>How one test file ended on one side.</summary>
/// <param name="Outcome"><c>passed</c>, <c>failed</c>, <c>skipped</c>, <c>crashed</c> or <c>timeout</c>.</param>
/// <param name="Tests">How many tests <c>unittest</c> ran, the skipped ones included.</param>
/// <param name="Failures">The names of the tests that failed.</param>
/// <param name="Output">All that it printed.</param>
public sealed partial record TestRun(string Outcome, int Tests, IReadOnlySet<string> Failures, string Output)
{
    /// <summary>How many of <see cref="Tests"/> were skipped.</summary>
    public int Skipped { get; private init; }

    /// <summary>How long it took, on a machine that runs others at the same time.</summary>
    public double Seconds { get; private init; }

    // It asks the hypervisor, and waits for ever below some: then nothing at all is known of its file.
    private static readonly string[] s_ignored = ["--ignore", "ThreadedVSOCKSocketStreamTest"];

    /// <summary>Runs <c>python -m test -v</c> with one file in an empty folder, with an environment of its own, and ends it with its
    /// children at the limit.</summary>
    public static TestRun Of(string interpreter, string cache, string testFile, CompatibilityOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("compatibility-").FullName;
        try
        {
            // Signals are not ignored, as they would be below a shell's background job. `timeout` makes a process group, and ends all of
            // it: tests leave children behind
            // when they are stopped.
            var limit = options.LimitSeconds.ToString(CultureInfo.InvariantCulture);
            var command = new Command(
                "env",
                [
                    "--default-signal",
                    "nice",
                    "-n",
                    "5",
                    "timeout",
                    "--kill-after=10",
                    limit,
                    interpreter,
                    "-m",
                    "test",
                    "-v",
                    .. s_ignored,
                    testFile,
                ]
            )
            {
                WorkingDirectory = folder,
                ClearEnvironment = true,
                Environment = Interpreters.EnvironmentIn(folder, cache),
            };
            var clock = Stopwatch.StartNew();
            var result = ChildProcess.Run(command);
            return Read(result.ExitCode, result.Output + result.Error) with { Seconds = Math.Round(clock.Elapsed.TotalSeconds, 1) };
        }
        finally
        {
            Delete(folder);
        }
    }

    /// <summary>Takes a run apart: what CPython's runner printed, and how it ended.</summary>
    public static TestRun Read(int exitCode, string output)
    {
        var tests = RanLine().Matches(output).Sum(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        var failures = FailureLine().Matches(output).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var outcome = exitCode switch
        {
            124 or 137 => "timeout",
            > 125 => "crashed",
            0 or 4 when SkippedLine().IsMatch(output) => "skipped",
            0 => "passed",
            _ => "failed",
        };
        var skipped = SkippedCount().Matches(output).Sum(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        return new TestRun(outcome, tests, failures, output) { Skipped = skipped };
    }

    // What a test has made unreadable stays: an empty folder below /tmp is no reason to lose a run.
    private static void Delete(string folder) => ChildProcess.Run(new Command("rm", ["-rf", folder]));

    [GeneratedRegex(@"^Ran (\d+) tests? in", RegexOptions.Multiline)]
    private static partial Regex RanLine();

    [GeneratedRegex(@"^(?:OK|FAILED) \(.*?skipped=(\d+)", RegexOptions.Multiline)]
    private static partial Regex SkippedCount();

    [GeneratedRegex(@"^1 test skipped", RegexOptions.Multiline)]
    private static partial Regex SkippedLine();

    [GeneratedRegex(@"^(?:ERROR|FAIL): (\S+(?: \(\S+\))?)", RegexOptions.Multiline)]
    private static partial Regex FailureLine();
}
