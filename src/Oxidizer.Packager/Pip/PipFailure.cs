using System.Text.RegularExpressions;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Pip;

/// <summary>Says in our words why pip failed, with what it said of the cause.</summary>
internal static partial class PipFailure
{
    private const int LinesTold = 15;
    private static readonly string[] s_network =
    [
        "Retrying (Retry(",
        "Max retries exceeded",
        "Could not fetch URL",
        "ReadTimeoutError",
        "ConnectionError",
        "connection broken",
        "Credentials not correct",
        "HTTP error 401",
        "HTTP error 403",
        "Client Error: Unauthorized",
        "Client Error: Forbidden",
    ];

    /// <summary>The failure of a run.</summary>
    /// <param name="run">It did not succeed.</param>
    /// <param name="rule">The rule in words.</param>
    /// <param name="location">Where it stands.</param>
    /// <param name="log">The file that has all lines.</param>
    public static Exception Of(PipRun run, string rule, SourceLocation? location, string log)
    {
        var errors = run.Lines.Where(IsError).Select(line => line["ERROR:".Length..].Trim()).ToList();
        BuildFailedException Fail(DiagnosticKind kind, string message) => new(kind, message, location);
        string InFull() => $"all that it said is in `{log}`";

        if (Has(run, "No space left on device"))
            return new EnvironmentFailureException(
                DiagnosticKinds.PipFailed,
                run.Act + " for",
                rule,
                "no space is left on the device; make room, or choose another place with TMPDIR"
            );
        if (Has(run, "DO NOT MATCH THE HASHES"))
            return Fail(
                DiagnosticKinds.PackageDigestDiffers,
                $"cannot {run.Act} for {rule}: a file has other bytes than promised{Block(Mismatch(run))}if the publisher replaced it, resolve anew ([lock] mode = \"update\") and correct the hashes of the requirements; {InFull()}"
            );
        if (Has(run, "subprocess-exited-with-error") || Has(run, "Failed to build") || Has(run, "Failed building wheel"))
            return Fail(
                DiagnosticKinds.WheelNotBuilt,
                $"cannot {run.Act} for {rule}: its build backend failed{Block(Backend(run))}mend what it names, or ask for a version that has a wheel; {InFull()}"
            );
        var conflict = Conflict(run);
        if (conflict.Count > 0)
            return Fail(
                DiagnosticKinds.RequirementsNotMet,
                $"the requirements of {rule} contradict each other{Block(conflict)}loosen one of them; {InFull()}"
            );
        if (run.Lines.Concat(run.Log).FirstOrDefault(IsOfTheNetwork) is { } broken)
            return new EnvironmentFailureException(
                DiagnosticKinds.IndexNotReached,
                $"{run.Act} for",
                rule,
                $"an index cannot be read: {Shorten(broken)}; check the network, and `index_url` with its credentials (from the environment, or `.netrc`); {InFull()}"
            );
        if (errors.Exists(error => error.Contains("No matching distribution", StringComparison.Ordinal)))
            return Fail(
                DiagnosticKinds.RequirementsNotMet,
                $"a requirement of {rule} cannot be met{Block(errors)}correct its name or version, or name the index that has it in `index_url`; {InFull()}"
            );
        return Fail(
            DiagnosticKinds.PipFailed,
            $"cannot {run.Act} for {rule}: pip failed{Block(errors.Count > 0 ? errors : [.. run.Lines.TakeLast(LinesTold)])}mend what it names; {InFull()}"
        );
    }

    // An index of several that lacks a project is no failure.
    private static bool IsOfTheNetwork(string line) =>
        s_network.Any(word => line.Contains(word, StringComparison.Ordinal))
        && !line.Contains("404 Client Error", StringComparison.Ordinal);

    private static bool IsError(string line) => line.StartsWith("ERROR:", StringComparison.Ordinal);

    private static bool Has(PipRun run, string words) => run.Lines.Any(line => line.Contains(words, StringComparison.Ordinal));

    private static string Block(IEnumerable<string> lines) =>
        Environment.NewLine + string.Concat(lines.Take(LinesTold).Select(line => $"    {line.TrimEnd()}{Environment.NewLine}")) + "; ";

    // "Cannot install a and b because ...", and below it who wants what.
    private static IReadOnlyList<string> Conflict(PipRun run)
    {
        var lines = Ordered(run);
        var start = lines.FindIndex(line => IsError(line) && line.Contains("Cannot install", StringComparison.Ordinal));
        if (start < 0)
            start = lines.FindIndex(line => line.StartsWith("The conflict is caused by", StringComparison.Ordinal));
        return start < 0
            ? []
            :
            [
                .. lines
                    .Skip(start)
                    .Where(line => line.Trim().Length > 0)
                    .TakeWhile(line => !line.StartsWith("To fix this", StringComparison.Ordinal))
                    .Select(line => line.Replace("ERROR: ", "", StringComparison.Ordinal)),
            ];
    }

    private static IEnumerable<string> Mismatch(PipRun run) =>
        run
            .Lines.SkipWhile(line => !line.Contains("DO NOT MATCH THE HASHES", StringComparison.Ordinal))
            .Skip(1)
            .Where(line => line.Trim().Length > 0);

    // What the backend said stands in the log, between the command and the error; without a log, between pip's own frames.
    private static IEnumerable<string> Backend(PipRun run)
    {
        var log = run.Log.Count > 0 ? Ordered(run).ConvertAll(line => line.Trim()) : [];
        var end = log.FindIndex(line => line.StartsWith("ERROR: [present-rich]", StringComparison.Ordinal));
        var start = end < 0 ? -1 : log.FindLastIndex(end, line => line.StartsWith("Running command", StringComparison.Ordinal));
        var lines = start < 0 ? run.Lines.Where(line => line.StartsWith("  ", StringComparison.Ordinal)) : log[(start + 1)..end];
        return lines
            .Select(line => line.Trim().TrimStart('│', '╰', '╭', '─', '>').Trim())
            .Where(line =>
                line.Length > 0 && line != "[end of output]" && !line.StartsWith("note: This error originates", StringComparison.Ordinal)
            )
            .TakeLast(LinesTold);
    }

    // Errors and the rest come from two pipes, in no certain order; the log has one.
    private static List<string> Ordered(PipRun run) =>
        [.. run.Log.Count > 0 ? run.Log.Select(line => Stamp().Replace(line, "")) : run.Lines];

    // As pip begins each line of its log.
    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT[\d:,]+ ")]
    private static partial Regex Stamp();

    private static string Shorten(string line)
    {
        const int longest = 300;
        line = line.Replace("WARNING: ", "", StringComparison.Ordinal).Trim();
        return line.Length <= longest ? line : line[..longest] + "...";
    }
}
