using Oxidizer.Cache.Files;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>What is installed in the folders of a Python. Names are read of all, the rest only of what is asked for.</summary>
internal sealed class InstalledSite
{
    private readonly RuleScope _scope;
    private readonly Dictionary<string, InstalledDistribution?> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DebianIndex?> _debian = new(StringComparer.Ordinal);
    private readonly ILookup<string, (string Site, string Entry)> _metadata;

    /// <summary>Lists the folders; of two distributions of one name the first counts, as on <c>sys.path</c>.</summary>
    public InstalledSite(IReadOnlyList<string> folders, RuleScope scope)
    {
        (Folders, _scope) = (folders, scope);
        Entries = folders.ToDictionary(folder => folder, FolderListing.Read, StringComparer.Ordinal);
        _metadata = folders
            .SelectMany(folder =>
                Entries[folder]
                    .Select(entry => entry.Name)
                    .Where(IsMetadata)
                    .Order(StringComparer.Ordinal)
                    .Select(entry => (Site: folder, Entry: entry))
            )
            .ToLookup(pair => KeyOf(pair.Entry), StringComparer.Ordinal);
    }

    /// <summary>The folders, in the order of <c>sys.path</c>.</summary>
    public IReadOnlyList<string> Folders { get; }

    /// <summary>What lies in each.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<FolderEntry>> Entries { get; }

    /// <summary>What dpkg knows of a folder; <c>null</c> if it is not Debian's.</summary>
    public DebianIndex? DebianOf(string folder)
    {
        if (!_debian.TryGetValue(folder, out var index))
            _debian[folder] = index = DebianIndex.Of(folder, _scope.Context);
        return index;
    }

    /// <summary>The name that a metadata folder is known by. Installers write names without a dash:
    /// <c>ruamel.yaml-0.17.21.egg-info</c>.</summary>
    public static string KeyOf(string entry) => DistributionNames.Normalize(entry[..entry.LastIndexOf('.')].Split('-')[0]);

    /// <summary>The distribution of that name (as names are compared), or <c>null</c>.</summary>
    public InstalledDistribution? Find(string key)
    {
        if (!_known.TryGetValue(key, out var known))
            _known[key] = known = All(key).FirstOrDefault();
        return known;
    }

    /// <summary>Other metadata folders of the same distribution: Debian leaves an egg's beside a wheel's.</summary>
    public IEnumerable<FolderNode> Others(InstalledDistribution distribution) =>
        _metadata[distribution.Key]
            .Where(pair => pair.Site == distribution.Site && pair.Entry != distribution.Metadata.Name)
            .Select(pair => DistributionMetadata.Find(Path.Combine(pair.Site, pair.Entry), _scope))
            .OfType<FolderNode>();

    // A wheel's metadata before an egg's: it says which files there are.
    private IEnumerable<InstalledDistribution> All(string key) =>
        _metadata[key]
            .OrderBy(pair => Folders.ToList().IndexOf(pair.Site))
            .ThenBy(pair => !pair.Entry.EndsWith(".dist-info", StringComparison.Ordinal))
            .Select(pair => (pair.Site, Node: DistributionMetadata.Find(Path.Combine(pair.Site, pair.Entry), _scope)))
            .Where(pair => pair.Node is not null)
            .Select(pair => InstalledDistribution.Load(pair.Site, pair.Node!, _scope));

    private static bool IsMetadata(string name) =>
        name.EndsWith(".dist-info", StringComparison.Ordinal) || name.EndsWith(".egg-info", StringComparison.Ordinal);
}
