using System.Collections.Concurrent;
using Oxidizer.Packager.Context;

namespace Oxidizer.Compatibility;

/// <summary>Runs CPython's test files on both sides, and compares.</summary>
public static class CompatibilityRun
{
    /// <param name="options">What is compared.</param>
    /// <param name="say">Gets a line for each file.</param>
    /// <exception cref="FormatException">The options name a test file that this version does not have.</exception>
    public static CompatibilityReport Execute(CompatibilityOptions options, Action<string> say)
    {
        var interpreters = Interpreters.LayOut(options, new ConsoleLog(say));
        var all = FindTestFiles(interpreters.TestFolder);
        // What is not there fails on both sides, and would look like the same behaviour.
        if (options.TestFiles.Except(all).FirstOrDefault() is { } unknown)
            throw new FormatException($"CPython {interpreters.Version} has no test file `{unknown}`");
        var names = options.TestFiles.Count > 0 ? options.TestFiles : all;
        var reasons = KnownDifferences.Read(
            Path.Combine(options.Root, "docs", "compatibility.md"),
            interpreters.MajorMinor,
            options.ModuleFile
        );
        var journal = Journal.Open(Path.Combine(interpreters.Folder, "journal.jsonl"), $"{interpreters.Identity} {options.LimitSeconds}");
        var results = CompareAll(names, interpreters, journal, options, say);
        // A busy machine makes timing tests fail on either side. What differs is run once more on both sides, one file at a time.
        var again = new Comparison(interpreters, journal, options, say, results.Count(file => file.Difference is not null));
        for (var index = 0; index < results.Count; index++)
            if (results[index].Difference is not null)
                results[index] = again.Run(results[index].Name);
        var files = results
            .Select(file => file with { IsExplained = reasons.ContainsKey(file.Name), Difference = Explain(file, reasons) })
            .ToList();
        var report = new CompatibilityReport(interpreters.Version, $"the plain interpreter of {interpreters.Name}", files);
        return options.TestFiles.Count > 0 ? report.MergeInto(options.ResultFolder) : report;
    }

    private static List<FileResult> CompareAll(
        IReadOnlyList<string> names,
        Interpreters interpreters,
        Journal journal,
        CompatibilityOptions options,
        Action<string> say
    )
    {
        var finished = options.Resume ? names.Select(journal.Find).OfType<FileResult>().ToList() : [];
        if (finished.Count > 0)
            say($"{finished.Count} of {names.Count} files are finished already");
        var rest = names.Except(finished.Select(file => file.Name)).OrderByDescending(journal.Seconds).ToList();
        var comparison = new Comparison(interpreters, journal, options, say, rest.Count);
        // One at a time is taken from the list: some files take minutes.
        var results = Partitioner
            .Create(rest, EnumerablePartitionerOptions.NoBuffering)
            .AsParallel()
            .WithDegreeOfParallelism(options.Jobs)
            .Select(comparison.Run);
        return [.. results.ToList().Concat(finished).OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    private static string? Explain(FileResult file, IReadOnlyDictionary<string, string> reasons) =>
        file.Difference is null ? null
        : reasons.TryGetValue(file.Name, out var reason) ? $"{file.Difference}: {reason}"
        : file.Difference;

    /// <summary>As CPython's runner finds them: <c>test_*.py</c>, and packages of that name.</summary>
    private static List<string> FindTestFiles(string folder) =>
        [
            .. Directory
                .EnumerateFileSystemEntries(folder, "test_*")
                .Where(path => path.EndsWith(".py", StringComparison.Ordinal) || File.Exists(Path.Combine(path, "__init__.py")))
                .Select(path => Path.GetFileNameWithoutExtension(path))
                .Order(StringComparer.Ordinal),
        ];

    private sealed class ConsoleLog(Action<string> say) : IBuildLog
    {
        public void Information(string message) => say(message);

        public void Debug(string message) { }

        public void Warning(string message) => say(message);

        public void Progress(string stage, double? share, string? detail = null) { }
    }
}
