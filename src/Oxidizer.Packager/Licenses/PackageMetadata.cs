using System.Text;
using Oxidizer.Cache;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Packages;
using Oxidizer.Packager.Requirements;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Licenses;

/// <summary>What the metadata of a Python distribution says of its licence, and what it needs.</summary>
/// <param name="License">What it is under.</param>
/// <param name="Files">What it names as texts of licences, relative to its metadata's folder.</param>
/// <param name="Requires">What it requires, by the names that are compared, sorted.</param>
internal sealed record PackageMetadata(LicenseStatement License, IReadOnlyList<string> Files, IReadOnlyList<string> Requires)
{
    // Raised when the same metadata are read otherwise.
    private const int Version = 1;
    private const int MostDeclared = 200;

    /// <summary>Reads the metadata of distributions, in their order. What was read is kept by the files' digests, so that an unchanged
    /// build opens none.</summary>
    public static IReadOnlyList<PackageMetadata> Of(
        IReadOnlyList<PackageDistribution> distributions,
        Distribution python,
        BuildContext context
    )
    {
        if (distributions.Count == 0)
            return [];
        var key = new ActionKeyBuilder("package_licenses", Version)
            .Add("python", $"{python.Version} {python.Target}")
            .Add("metadata", DigestList.Of(distributions.SelectMany(Read).Select(file => file.Digest)))
            .Add("files", Sha256Digest.Of(string.Join('\0', distributions.SelectMany(FilesOf))))
            .Build();
        if (
            context.Cache.Find(key) is { Outputs: [var output] }
            && context.Cache.TryRead(output.Digest) is { } bytes
            && Parse(bytes, distributions.Count) is { } known
        )
            return known;
        var environment = MarkerEnvironment.Of(python);
        var found = distributions.Select(distribution => Of(distribution, environment)).ToList();
        var text = Encoding.UTF8.GetBytes(string.Concat(found.Select(Line)));
        context.Cache.Add(
            new ActionRecord(key, $"{found.Count} distributions", [new ActionOutput("licenses", context.Cache.Store(text), text.Length)], 0)
        );
        return found;
    }

    private static IEnumerable<string> FilesOf(PackageDistribution distribution) =>
        distribution.Files.Select(file => file.Name).Prepend(distribution.Folder);

    // A wheel's file, an egg's, and where an egg keeps what it requires.
    private static IEnumerable<ResourceFile> Read(PackageDistribution distribution) =>
        distribution.Files.Where(file => file.Name is "METADATA" or "PKG-INFO" or "requires.txt").Select(file => file.File);

    private static PackageMetadata Of(PackageDistribution distribution, MarkerEnvironment environment)
    {
        var lines = LinesOf(distribution, "METADATA") ?? LinesOf(distribution, "PKG-INFO") ?? [];
        var fields = CoreMetadata.Fields(lines);
        var files = LicenseFileNames.Choose(CoreMetadata.All(fields, "License-File"), [.. distribution.Files.Select(file => file.Name)]);
        var requires = InstalledDistribution.RequiresDist(lines);
        if (requires.Count == 0 && LinesOf(distribution, "requires.txt") is { } egg)
            requires = InstalledDistribution.RequiresText(egg);
        var extras = CoreMetadata.All(fields, "Provides-Extra").ToList();
        return new PackageMetadata(
            DeclaredLicense.Of(fields, files),
            files,
            [
                .. requires
                    .Select(text => PackageRequirement.TryParse(text, out _))
                    .OfType<PackageRequirement>()
                    // An extra's requirement that is there is there for it.
                    .Where(requirement => requirement.Counts(environment, extras))
                    .Select(requirement => requirement.Key)
                    .Distinct()
                    .Order(StringComparer.Ordinal),
            ]
        );
    }

    private static string[]? LinesOf(PackageDistribution distribution, string name) =>
        distribution.Files.FirstOrDefault(file => file.Name == name).File is { } file ? RegularFile.ReadAllLines(file.Path) : null;

    // Names of files have been checked to be paths, and may hold anything but a NUL and a line feed.
    private static string Line(PackageMetadata metadata) =>
        string.Join(
            '\0',
            [
                metadata.License.Expression?.ToString() ?? "",
                metadata.License.Declared.Length > MostDeclared ? metadata.License.Declared[..MostDeclared] : metadata.License.Declared,
                string.Join(' ', metadata.Requires),
                .. metadata.Files,
            ]
        ) + "\n";

    private static List<PackageMetadata>? Parse(byte[] bytes, int count)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length != count)
            return null;
        var found = new List<PackageMetadata>();
        foreach (var parts in lines.Select(line => line.Split('\0')))
        {
            if (parts.Length < 3)
                return null;
            var license = parts[0].Length > 0 ? LicenseStatement.Of(parts[0]) : LicenseStatement.None with { Declared = parts[1] };
            found.Add(new PackageMetadata(license, parts[3..], parts[2].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        }
        return found;
    }
}
