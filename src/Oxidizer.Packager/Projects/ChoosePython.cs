using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Requirements;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Projects;

/// <summary>Takes a CPython that <c>requires-python</c> accepts, and checks the one that was taken.</summary>
internal static class ChoosePython
{
    // What is built and tested from Debian's sources, the older first: it is the one that most packages are tested with.
    private static readonly string[] s_offered = ["3.11", "3.13"];

    // More than any minor version has had.
    private const int MostReleases = 40;

    /// <summary>Where the CPython comes from when the configuration does not say.</summary>
    /// <param name="requirement">Which ones will do; <c>null</c>: all.</param>
    /// <param name="configuration">When it names one, none is looked for.</param>
    /// <param name="mistakes">Takes that none will do.</param>
    public static string SourceFor(PythonRequirement? requirement, TomlTable configuration, DiagnosticBag mistakes)
    {
        const string Default = ConfigurationTables.DefaultSource;
        var isNamed = ConfigurationTables
            .Find(configuration, DistributionKeys.Table.Name)
            .Any(table => Array.Exists(DistributionKeys.Ways, way => table.Find(way) is not null));
        if (requirement is null || isNamed)
            return Default;
        var accepted = Array.FindAll(
            s_offered,
            minor => Enumerable.Range(0, MostReleases).Any(release => Accepts(requirement, $"{minor}.{release}"))
        );
        if (accepted.Length == s_offered.Length)
            return Default;
        if (accepted.Length > 0)
            return $"apt:python{accepted[0]}";
        mistakes.Add(
            DiagnosticKinds.PythonNotOffered,
            $"`requires-python = \"{requirement.Specifiers}\"` accepts none of the CPythons that are built from Debian's sources ({string.Join(", ", s_offered)}); widen it, or name a CPython in [python_distribution] by `url`, `local_path` or `source`",
            requirement.Location
        );
        return Default;
    }

    /// <summary>Reports that the CPython that was taken is not accepted.</summary>
    /// <param name="requirement">Which ones will do; <c>null</c>: all.</param>
    /// <param name="version">Of the one that was taken, such as <c>3.11.2</c>.</param>
    /// <param name="diagnostics">Takes it.</param>
    public static void Check(PythonRequirement? requirement, string version, DiagnosticBag diagnostics)
    {
        if (requirement is not null && !Accepts(requirement, version))
            diagnostics.Add(
                DiagnosticKinds.PythonNotOffered,
                $"`requires-python = \"{requirement.Specifiers}\"` does not accept the CPython {version} that [python_distribution] names; name another there, or widen it",
                requirement.Location
            );
    }

    private static bool Accepts(PythonRequirement requirement, string version) =>
        PackageRequirement.TryParse($"python {requirement.Specifiers}", out _) is not { } parsed || parsed.Accepts(version);
}
