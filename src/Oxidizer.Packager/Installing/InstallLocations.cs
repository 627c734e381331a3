using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Licenses;

namespace Oxidizer.Packager.Installing;

/// <summary>Finds folders of <c>install_location</c> that get in each other's way, or in that of the product's own files.</summary>
internal static class InstallLocations
{
    /// <summary>Reports them.</summary>
    /// <param name="packages">All rules of the configuration.</param>
    /// <param name="fileName">The product's.</param>
    /// <param name="name">The product's without what kinds of libraries have.</param>
    /// <param name="diagnostics">Where they go.</param>
    public static void Check(IReadOnlyList<PackageRule> packages, string fileName, string name, DiagnosticBag diagnostics)
    {
        string[] own =
        [
            fileName,
            fileName + AppRelativeManifest.Suffix,
            fileName + ".build.json",
            fileName + LicenseFiles.CycloneDxSuffix,
            fileName + LicenseFiles.SpdxSuffix,
            "pyembed.h",
            name + ".pc",
            name + "-config.cmake",
        ];
        var rules = packages.OfType<ResourceRule>().Where(rule => rule.InstallFolder is not null).ToList();
        foreach (var rule in rules)
        {
            var folder = rule.InstallFolder!;
            if (own.Contains(folder.Split('/')[0], StringComparer.Ordinal))
                Report(rule, $"`{folder.Split('/')[0]}` is a file of the product; name another folder");
            else if (rules.Find(other => Holds(other.InstallFolder!, folder) && other.InstallFolder != folder) is { } outer)
                Report(
                    rule,
                    $"it lies inside of `{outer.InstallFolder}`, where another rule puts its files; name one folder for both, or two side by side"
                );
        }

        void Report(ResourceRule rule, string problem) =>
            diagnostics.Add(
                DiagnosticKinds.InstallLocationUnusable,
                $"`install_location = \"{rule.InstallLocation}\"` cannot be used: {problem}",
                rule.Location
            );
    }

    /// <summary>Whether a folder is another, or one above it.</summary>
    public static bool Holds(string outer, string inner) => (inner + "/").StartsWith(outer + "/", StringComparison.Ordinal);
}
