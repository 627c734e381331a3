namespace Oxidizer.Compatibility;

/// <summary>The table of docs/compatibility.md: <c>| `test_x` | 3.11, 3.13 | reason |</c>.</summary>
public static class KnownDifferences
{
    /// <summary>Reasons by test file, for one version.</summary>
    public static IReadOnlyDictionary<string, string> Read(string path, string majorMinor)
    {
        var reasons = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var cells in File.ReadLines(path).Where(line => line.StartsWith("| `test_", StringComparison.Ordinal)).Select(line => line.Split('|', StringSplitOptions.TrimEntries)))
            if (cells.Length >= 5 && cells[2].Split(',', StringSplitOptions.TrimEntries).Contains(majorMinor))
                reasons[cells[1].Trim('`')] = cells[3];
        return reasons;
    }
}
