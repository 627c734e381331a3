using System.Collections.Concurrent;
using Oxidizer.Packager;

namespace Oxidizer.Compatibility;

/// <summary>Runs CPython's test files on both sides, and compares.</summary>
public static class CompatibilityRun
{
    /// <param name="options">What is compared.</param>
    /// <param name="say">Gets a line for each file.</param>
    public static CompatibilityReport Execute(CompatibilityOptions options, Action<string> say)
    {
        var interpreters = Interpreters.LayOut(options, new ConsoleLog(say));
        var names = options.TestFiles.Count > 0 ? options.TestFiles : FindTestFiles(interpreters.TestFolder);
        var reasons = KnownDifferences.Read(Path.Combine(options.Root, "docs", "compatibility.md"), interpreters.MajorMinor);
        var logs = Path.Combine(options.WorkFolder, "logs-" + interpreters.MajorMinor);
        Directory.CreateDirectory(logs);
        // One at a time is taken from the list: some files take minutes.
        var results = Partitioner.Create(names, EnumerablePartitionerOptions.NoBuffering).AsParallel().WithDegreeOfParallelism(options.Jobs)
            .Select(name => Compare(name, interpreters, options, logs, say)).OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
        // A busy machine makes timing tests fail on either side. What differs is run once more on both sides, one file at a time.
        for (var index = 0; index < results.Count; index++)
            if (results[index].Difference is not null)
                results[index] = Compare(results[index].Name, interpreters, options, logs, say);
        var files = results.Select(file => file with { IsExplained = reasons.ContainsKey(file.Name), Difference = Explain(file, reasons) }).ToList();
        var report = new CompatibilityReport(interpreters.Version, $"the plain interpreter of {interpreters.Name}", files);
        return options.TestFiles.Count > 0 ? report.MergeInto(options.ResultFolder) : report;
    }

    private static string? Explain(FileResult file, IReadOnlyDictionary<string, string> reasons) =>
        file.Difference is null ? null : reasons.TryGetValue(file.Name, out var reason) ? $"{file.Difference}: {reason}" : file.Difference;

    private static FileResult Compare(string name, Interpreters interpreters, CompatibilityOptions options, string logs, Action<string> say)
    {
        var reference = TestRun.Of(interpreters.Reference, interpreters.ProductCache, name, options);
        var product = TestRun.Of(interpreters.Product, interpreters.ProductCache, name, options);
        File.WriteAllText(Path.Combine(logs, name + ".reference.txt"), reference.Output);
        File.WriteAllText(Path.Combine(logs, name + ".product.txt"), product.Output);
        var file = FileResult.Of(name, reference, product);
        say($"{name}: {file.Product}{(file.Difference is { } difference ? $" ({difference})" : "")}");
        return file;
    }

    /// <summary>As CPython's runner finds them: <c>test_*.py</c>, and packages of that name.</summary>
    private static List<string> FindTestFiles(string folder) =>
    [
        .. Directory.EnumerateFileSystemEntries(folder, "test_*")
            .Where(path => path.EndsWith(".py", StringComparison.Ordinal) || File.Exists(Path.Combine(path, "__init__.py")))
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Order(StringComparer.Ordinal),
    ];

    private sealed class ConsoleLog(Action<string> say) : IBuildLog
    {
        public void Information(string message) => say(message);

        public void Debug(string message)
        {
        }

        public void Warning(string message) => say(message);

        public void Progress(string stage, double? share, string? detail = null)
        {
        }
    }
}
