using System.Text.RegularExpressions;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Resources;

/// <summary>Names of package distributions, and what they installed.</summary>
internal static partial class DistributionNames
{
    /// <summary>The file of a distribution that lists what it installed.</summary>
    public const string Record = "RECORD";

    /// <summary>As PEP 503 says, with <c>_</c>: <c>ruamel.yaml</c> is <c>ruamel_yaml</c>.</summary>
    public static string Normalize(string name) => Separators().Replace(name, "_").ToLowerInvariant();

    /// <summary>Which distribution brought a file, by path relative to site-packages: what its RECORD says.</summary>
    /// <exception cref="BuildFailedException">A RECORD cannot be read any more.</exception>
    public static Dictionary<string, int> OwnersOf(IReadOnlyList<PackageDistribution> distributions)
    {
        var owners = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < distributions.Count; index++)
        {
            var record = distributions[index].Files.FirstOrDefault(file => file.Name == Record);
            if (record.File is null)
                continue;
            foreach (var line in ReadLines(record.File.Path))
                owners.TryAdd(FirstField(line), index);
        }
        return owners;
    }

    /// <summary>A line of <c>RECORD</c>: the path, and the digest as written (empty if there is none).</summary>
    public static (string Path, string Digest) ReadRecordLine(string line)
    {
        var path = FirstField(line, out var rest);
        return (path, rest.TrimStart(',').Split(',')[0]);
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return RegularFile.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BuildFailedException(
                DiagnosticKinds.PackedFileChanged,
                $"cannot be read: {exception.Message}; install the package again",
                new SourceLocation(path),
                exception
            );
        }
    }

    private static string FirstField(string line) => FirstField(line, out _);

    // CSV: a name with a comma or a quote is in quotes, with each quote twice.
    private static string FirstField(string line, out string rest)
    {
        if (!line.StartsWith('"'))
        {
            var comma = line.IndexOf(',');
            rest = comma < 0 ? "" : line[comma..];
            return comma < 0 ? line : line[..comma];
        }
        var end = 1;
        while (end < line.Length && (line[end] != '"' || (end + 1 < line.Length && line[end + 1] == '"')))
            end += line[end] == '"' ? 2 : 1;
        rest = end + 1 < line.Length ? line[(end + 1)..] : "";
        return line[1..Math.Min(end, line.Length)].Replace("\"\"", "\"");
    }

    [GeneratedRegex("[-_.]+")]
    private static partial Regex Separators();
}
