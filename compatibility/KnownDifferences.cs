namespace Oxidizer.Compatibility;

/// <summary>The tables of docs/compatibility.md: <c>| `test_x` | 3.11, 3.13 | reason |</c>. One below a heading that names a
/// <c>module_file</c> is for products with that alone.</summary>
public static class KnownDifferences
{
    /// <summary>Reasons by test file, for one version and one kind of file names.</summary>
    public static IReadOnlyDictionary<string, string> Read(string path, string majorMinor, string moduleFile)
    {
        var reasons = new Dictionary<string, string>(StringComparer.Ordinal);
        var counts = true;
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith('#'))
                counts =
                    !line.Contains("module_file", StringComparison.Ordinal) || line.Contains($"\"{moduleFile}\"", StringComparison.Ordinal);
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (
                counts
                && cells.Length >= 5
                && cells[1].StartsWith("`test_", StringComparison.Ordinal)
                && cells[2].Split(',', StringSplitOptions.TrimEntries).Contains(majorMinor)
            )
                reasons[cells[1].Trim('`')] = reasons.TryGetValue(cells[1].Trim('`'), out var other) ? $"{other}; {cells[3]}" : cells[3];
        }
        return reasons;
    }
}
