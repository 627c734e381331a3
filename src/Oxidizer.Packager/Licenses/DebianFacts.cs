using Oxidizer.Packager.Context;
using Oxidizer.Packager.Packages;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Licenses;

/// <summary>
/// What dpkg knows of distributions that Debian installed: their dependencies, which Debian takes out of an egg's metadata, and the file
/// with their licences, which its packages have in place of the authors' own.
/// </summary>
internal sealed class DebianFacts(BuildContext context)
{
    private readonly Dictionary<string, DebianIndex?> _indexes = new(StringComparer.Ordinal);

    /// <summary>The normalised names of what a distribution depends on by its package; none if it is not Debian's.</summary>
    public IEnumerable<string> Requires(PackageDistribution distribution) =>
        Find(distribution) is ({ } index, { } package) ? index.Needs(package).Metadata.Select(InstalledSite.KeyOf) : [];

    /// <summary>The text that Debian gives with it; <c>null</c> if there is none.</summary>
    public LicenseText? TextOf(PackageDistribution distribution) =>
        Find(distribution) is ({ } index, { } package) && index.CopyrightOf(package) is { } path
            ? new LicenseText($"{package}/copyright", path, context.Cache.DigestFile(path))
            : null;

    private (DebianIndex? Index, string? Package) Find(PackageDistribution distribution)
    {
        if (SiteOf(distribution) is not { } site)
            return (null, null);
        if (!_indexes.TryGetValue(site, out var index))
            _indexes[site] = index = DebianIndex.Of(site, context);
        return (index, index?.PackageOf(distribution.Folder));
    }

    // The folder that holds the metadata: a folder with files, or a file.
    private static string? SiteOf(PackageDistribution distribution)
    {
        if (distribution.Files.Count == 0)
            return null;
        var path = distribution.Files[0].File.Path;
        var end = path.LastIndexOf("/" + distribution.Folder, StringComparison.Ordinal);
        return end > 0 ? path[..end] : null;
    }
}
