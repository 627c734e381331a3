using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Requirements;

/// <summary>What a distribution requires, or a rule names, in the form of PEP 508:
/// <c>requests[socks] &gt;=2.8,&lt;3 ; os_name == "posix"</c>.</summary>
/// <param name="Name">As written.</param>
/// <param name="Extras">As written.</param>
/// <param name="Versions">Each of them must be met.</param>
/// <param name="Marker">Where it counts; <c>null</c>: everywhere.</param>
internal sealed record PackageRequirement(
    string Name,
    IReadOnlyList<string> Extras,
    IReadOnlyList<VersionSpecifier> Versions,
    Marker? Marker
)
{
    /// <summary>As names are compared (PEP 503).</summary>
    public string Key => DistributionNames.Normalize(Name);

    /// <summary>Whether it counts when these extras of its distribution are asked.</summary>
    public bool Counts(MarkerEnvironment environment, IEnumerable<string> extras) =>
        Marker is null || extras.Prepend("").Any(extra => Marker.Holds(environment, extra));

    /// <summary>Whether an installed version meets it. A version that is none of PEP 440 is not judged.</summary>
    public bool Accepts(string version) =>
        PackageVersion.TryParse(version) is null || Versions.All(specifier => specifier.Accepts(version));

    /// <summary>Reads one.</summary>
    /// <param name="text">One requirement.</param>
    /// <param name="problem">What is wrong with it, in words; empty if nothing is.</param>
    /// <returns><c>null</c> if it is no requirement.</returns>
    public static PackageRequirement? TryParse(string text, out string problem)
    {
        var parser = new RequirementParser(text);
        var requirement = parser.Read();
        problem = requirement is null ? parser.Problem : "";
        return requirement;
    }
}
