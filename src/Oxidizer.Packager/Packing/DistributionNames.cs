using System.Text.RegularExpressions;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packing;

/// <summary>Names of package distributions, and what they installed.</summary>
internal static partial class DistributionNames
{
    /// <summary>As PEP 503 says, with <c>_</c>: <c>ruamel.yaml</c> is <c>ruamel_yaml</c>.</summary>
    public static string Normalize(string name) => Separators().Replace(name, "_").ToLowerInvariant();

    /// <summary>Which distribution brought a file, by path relative to site-packages: what its RECORD says.</summary>
    public static Dictionary<string, int> OwnersOf(IReadOnlyList<PackageDistribution> distributions)
    {
        var owners = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < distributions.Count; index++)
        {
            var record = distributions[index].Files.FirstOrDefault(file => file.Name == "RECORD");
            if (record.File is null)
                continue;
            foreach (var line in File.ReadLines(record.File.Path))
                owners.TryAdd(FirstField(line), index);
        }
        return owners;
    }

    // CSV: a name with a comma or a quote is in quotes, with each quote twice.
    private static string FirstField(string line)
    {
        if (!line.StartsWith('"'))
            return line.Split(',')[0];
        var end = 1;
        while (end < line.Length && (line[end] != '"' || (end + 1 < line.Length && line[end + 1] == '"')))
            end += line[end] == '"' ? 2 : 1;
        return line[1..Math.Min(end, line.Length)].Replace("\"\"", "\"");
    }

    [GeneratedRegex("[-_.]+")]
    private static partial Regex Separators();
}
