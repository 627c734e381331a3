using System.Globalization;
using System.Text;

namespace Oxidizer.Packager.Missing;

/// <summary>What a finding is about.</summary>
internal enum FindingKind
{
    /// <summary>A module.</summary>
    Import,

    /// <summary>The module of a console script.</summary>
    Script,

    /// <summary>A library.</summary>
    Library,
}

/// <summary>A name that the program asks for and nothing brings.</summary>
/// <param name="Kind">What it names.</param>
/// <param name="Name">The module; of a library, as the program names it.</param>
/// <param name="By">The module that asks for it; empty: the configuration's <c>[python_run]</c>. Of a script, its distribution.</param>
/// <param name="Line">The first place in the module; 0 without a place.</param>
/// <param name="More">How many other places ask for it. Of a script 0.</param>
/// <param name="Script">The script's name; empty for others.</param>
internal sealed record Finding(FindingKind Kind, string Name, string By, int Line, int More, string Script = "")
{
    /// <summary>Findings as text for the cache, a line each.</summary>
    public static byte[] Write(IEnumerable<Finding> findings) =>
        Encoding.UTF8.GetBytes(
            string.Concat(
                findings.Select(finding =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(int)finding.Kind}\t{finding.Name}\t{finding.By}\t{finding.Line}\t{finding.More}\t{finding.Script}\n"
                    )
                )
            )
        );

    /// <summary>Reads them; <c>null</c> when the bytes are none.</summary>
    public static List<Finding>? Read(byte[] bytes)
    {
        var findings = new List<Finding>();
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (
                line.Split('\t') is not [var kind, var name, var by, var at, var more, var script]
                || !int.TryParse(kind, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || !int.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
                || !int.TryParse(more, NumberStyles.None, CultureInfo.InvariantCulture, out var others)
                || !Enum.IsDefined((FindingKind)number)
            )
                return null;
            findings.Add(new Finding((FindingKind)number, name, by, position, others, script));
        }
        return findings;
    }
}
