namespace Oxidizer.Benchmarks;

/// <summary>A file that names the modules which both sides of a comparison import.</summary>
internal sealed class ImportList
{
    private readonly Programs _programs;
    private readonly List<string> _leftOut = [];
    private List<string> _names;

    public ImportList(Programs programs, string folder, string name, string names)
    {
        _programs = programs;
        _names = [.. names.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        Path = System.IO.Path.Combine(folder, $"modules-{name}.txt");
        Write();
    }

    public string Path { get; }

    public string Text => string.Join('\n', _names) + "\n";

    public string Note =>
        $"{_names.Count} modules"
        + (_leftOut.Count == 0 ? "" : $"; left out, because one side does not import them: {string.Join(", ", _leftOut)}");

    /// <summary>Drops what the program that a command names does not import, all in one process.</summary>
    public ImportList KeepWhatImports(Func<string, string[]> commandFor)
    {
        var result = _programs.Try(commandFor(Path));
        if (result.ExitCode == 0)
            return this;
        // The importer says `name: error` for each that failed; other lines are warnings of the modules themselves.
        var said = result.Error.Split('\n').Select(line => line.Split(':')[0]).ToHashSet(StringComparer.Ordinal);
        var failed = _names.Where(said.Contains).ToList();
        if (failed.Count == 0 || failed.Count == _names.Count)
            throw new BenchmarkFailedException(
                $"`{string.Join(' ', commandFor(Path))}` ended with exit code {result.ExitCode}:\n{result.Error}"
            );
        _leftOut.AddRange(failed);
        _names = [.. _names.Except(failed)];
        Write();
        // What is left must import without those that failed, too.
        return KeepWhatImports(commandFor);
    }

    private void Write() => File.WriteAllText(Path, Text);
}
