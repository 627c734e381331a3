using Oxidizer.Cache.Files;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Requirements;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>A distribution that is installed, as its metadata folder describes it.</summary>
internal sealed class InstalledDistribution
{
    private InstalledDistribution(string site, FolderNode metadata) => (Site, Metadata) = (site, metadata);

    /// <summary>The folder that it is installed in, absolute.</summary>
    public string Site { get; }

    /// <summary>Its metadata folder.</summary>
    public FolderNode Metadata { get; }

    /// <summary>As its metadata says.</summary>
    public string Name { get; private init; } = "";

    /// <summary>As its metadata says.</summary>
    public string Version { get; private init; } = "";

    /// <summary>What it requires.</summary>
    public IReadOnlyList<PackageRequirement> Requirements { get; private init; } = [];

    /// <summary>Whether a wheel's metadata describes it: then all of its requirements and files stand there.</summary>
    public bool IsWheel => Metadata.Name.EndsWith(".dist-info", StringComparison.Ordinal);

    /// <summary>As names are compared.</summary>
    public string Key => DistributionNames.Normalize(Name);

    /// <summary>Reads a metadata folder. Requirements that cannot be read are reported.</summary>
    public static InstalledDistribution Load(string site, FolderNode metadata, RuleScope scope)
    {
        var isWheel = metadata.Name.EndsWith(".dist-info", StringComparison.Ordinal);
        var (name, version) = DistributionMetadata.Read(metadata, isWheel ? "METADATA" : "PKG-INFO");
        var texts = RequiresDist(Lines(metadata, isWheel ? "METADATA" : "PKG-INFO"));
        // As importlib.metadata: an egg's own file counts when its metadata says nothing.
        if (texts.Count == 0 && !isWheel)
            texts = RequiresText(Lines(metadata, "requires.txt"));
        var requirements = new List<PackageRequirement>();
        foreach (var text in texts)
        {
            if (PackageRequirement.TryParse(text, out var problem) is { } requirement)
                requirements.Add(requirement);
            else
                scope.Report(
                    DiagnosticKinds.RequirementNotRead,
                    $"`{Shorten(text)}`, which `{name}` requires, is left out, because {problem}; if it is needed, name its distribution in the rule"
                );
        }
        return new InstalledDistribution(site, metadata)
        {
            Name = name,
            Version = version,
            Requirements = requirements,
        };
    }

    /// <summary>The lines of a file of the metadata; none if it is not there.</summary>
    public IReadOnlyList<string> Lines(string file) => Lines(Metadata, file);

    /// <summary>Requirements as METADATA has them: a field for each, possibly over several lines, until the first empty one.</summary>
    internal static List<string> RequiresDist(IEnumerable<string> lines)
    {
        const string Field = "Requires-Dist:";
        var found = new List<string>();
        var isOpen = false;
        foreach (var line in lines.TakeWhile(line => line.Length > 0))
        {
            if (line[0] is ' ' or '\t')
            {
                if (isOpen)
                    found[^1] += " " + line.Trim();
                continue;
            }
            isOpen = line.StartsWith(Field, StringComparison.OrdinalIgnoreCase);
            if (isOpen)
                found.Add(line[Field.Length..].Trim());
        }
        return found;
    }

    /// <summary>Requirements as an egg's <c>requires.txt</c> has them: a line each, in sections <c>[extra:marker]</c>, both of which may be
    /// missing.</summary>
    internal static List<string> RequiresText(IEnumerable<string> lines)
    {
        var found = new List<string>();
        var section = "";
        foreach (var line in lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line[0] == '[' && line[^1] == ']')
                section = MarkerOf(line[1..^1]);
            // A line may have a marker of its own.
            else if (section.Length > 0 && line.IndexOf(';') is >= 0 and var semicolon)
                found.Add($"{line[..semicolon]} ; ({line[(semicolon + 1)..]}) and ({section})");
            else
                found.Add(section.Length > 0 ? $"{line} ; {section}" : line);
        }
        return found;
    }

    private static string MarkerOf(string section)
    {
        var colon = section.IndexOf(':');
        var (extra, marker) = colon < 0 ? (section, "") : (section[..colon], section[(colon + 1)..]);
        var asked = extra.Trim().Length > 0 ? $"extra == '{extra.Trim().Replace('\'', '_')}'" : "";
        return asked.Length > 0 && marker.Trim().Length > 0 ? $"({marker}) and {asked}" : asked + marker.Trim();
    }

    private static string[] Lines(FolderNode metadata, string file) =>
        metadata.Files.Find(candidate => candidate.Name == file) is { } node ? RegularFile.ReadAllLines(node.Path) : [];

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "...";
}
