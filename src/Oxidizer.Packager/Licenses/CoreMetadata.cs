using System.Text;

namespace Oxidizer.Packager.Licenses;

/// <summary>The fields of <c>METADATA</c> and <c>PKG-INFO</c>: as of a mail, up to the first empty line. A line that begins with a blank
/// goes on with the field before it.</summary>
internal static class CoreMetadata
{
    /// <summary>The fields, in order.</summary>
    public static IReadOnlyList<(string Name, string Value)> Fields(IEnumerable<string> lines)
    {
        var fields = new List<(string Name, StringBuilder Value)>();
        foreach (var line in lines)
        {
            if (line.Length == 0)
                break;
            if (line[0] is ' ' or '\t')
            {
                if (fields.Count > 0)
                    fields[^1].Value.Append('\n').Append(line.Trim());
            }
            else if (line.IndexOf(':') is > 0 and var colon)
                fields.Add((line[..colon].Trim(), new StringBuilder(line[(colon + 1)..].Trim())));
        }
        return [.. fields.Select(field => (field.Name, field.Value.ToString()))];
    }

    /// <summary>Every value of a field.</summary>
    public static IEnumerable<string> All(IReadOnlyList<(string Name, string Value)> fields, string name) =>
        fields.Where(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value);

    /// <summary>The first value of a field; empty if it has none.</summary>
    public static string First(IReadOnlyList<(string Name, string Value)> fields, string name) => All(fields, name).FirstOrDefault() ?? "";
}
