using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Requirements;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>
/// Follows requirements from distribution to distribution. Each is looked at once, and once more for each extra of it that is asked later:
/// circles end.
/// </summary>
internal sealed class RequirementClosure(InstalledSite site, IEnumerable<string> without, RuleScope scope)
{
    private readonly MarkerEnvironment _environment = MarkerEnvironment.Of(scope.Distribution);
    private readonly HashSet<string> _without = [.. without.Select(DistributionNames.Normalize)];
    private readonly Dictionary<string, HashSet<string>> _extras = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedSet<string>> _missing = new(StringComparer.Ordinal);
    private readonly HashSet<(string, string)> _judged = [];
    private readonly Queue<(PackageRequirement Requirement, Wanter By)> _waiting = new();
    private readonly List<InstalledDistribution> _found = [];
    private readonly HashSet<(string Site, string Package)> _packages = [];

    /// <summary>Debian's packages without metadata that were required, with the folder of each.</summary>
    public IReadOnlyCollection<(string Site, string Package)> Packages => _packages;

    /// <summary>What is wanted and all that it requires, in the order in which it was found. What is not installed is reported, all at
    /// once.</summary>
    public IReadOnlyList<InstalledDistribution> Follow(IEnumerable<PackageRequirement> wanted)
    {
        foreach (var requirement in wanted)
            _waiting.Enqueue((requirement, new Wanter("the rule", IsDebians: false)));
        while (_waiting.TryDequeue(out var next))
        {
            scope.Context.Cancellation.ThrowIfCancellationRequested();
            Take(next.Requirement, next.By);
        }
        if (_missing.Count > 0)
            ReportMissing();
        return _found;
    }

    private void Take(PackageRequirement requirement, Wanter by)
    {
        if (_without.Contains(requirement.Key))
            return;
        if (site.Find(requirement.Key) is not { } distribution)
        {
            if (by.IsDebians)
                ReportOptional(requirement, by.Words);
            else if (_missing.TryGetValue(requirement.Name, out var who))
                who.Add(by.Words);
            else
                _missing[requirement.Name] = new SortedSet<string>(StringComparer.Ordinal) { by.Words };
            return;
        }
        Judge(requirement, distribution, by.Words);
        var isNew = !_extras.TryGetValue(requirement.Key, out var extras);
        if (isNew)
        {
            _extras[requirement.Key] = extras = [];
            _found.Add(distribution);
        }
        var asked = requirement.Extras.Where(extra => extras!.Add(DistributionNames.Normalize(extra))).ToList();
        if (!isNew && asked.Count == 0)
            return;
        var wanter = new Wanter(
            $"`{distribution.Name}`",
            distribution.Requirements.Count > 0 && site.DebianOf(distribution.Site)?.PackageOf(distribution.Metadata.Name) is not null
        );
        foreach (var next in distribution.Requirements.Where(next => next.Counts(_environment, extras!)))
            _waiting.Enqueue((next, wanter));
        if (isNew)
            FollowDebian(distribution);
    }

    // What Debian took out of an egg's requirements stands in its package's. A wheel's requirements are whole, except for what Debian has
    // no metadata of (`_cffi_backend` of cryptography).
    private void FollowDebian(InstalledDistribution distribution)
    {
        if (site.DebianOf(distribution.Site) is not { } debian || debian.PackageOf(distribution.Metadata.Name) is not { } package)
            return;
        var (metadata, bare) = debian.Needs(package);
        _packages.UnionWith(bare.Select(name => (distribution.Site, name)));
        if (distribution.IsWheel)
            return;
        foreach (var name in metadata.Select(InstalledSite.KeyOf).Where(name => site.Find(name) is not null))
            _waiting.Enqueue((new PackageRequirement(name, [], [], null), new Wanter($"Debian's `{package}`", IsDebians: true)));
    }

    // Who requires something: the rule, a distribution, or one whose dependencies dpkg keeps.
    private readonly record struct Wanter(string Words, bool IsDebians);

    // Debian installs what its packages need: what is not there, its packages do without.
    private void ReportOptional(PackageRequirement requirement, string by)
    {
        if (_judged.Add((by, requirement.Key)))
            scope.Report(
                DiagnosticKinds.RequirementOptional,
                $"{by} wants `{requirement.Name}`, which is not installed, and Debian's package of it does without; install it if the program needs it, or name it in `without`"
            );
    }

    private void Judge(PackageRequirement requirement, InstalledDistribution distribution, string by)
    {
        if (!requirement.Accepts(distribution.Version) && _judged.Add((by, requirement.Key)))
            scope.Report(
                DiagnosticKinds.RequirementNotMet,
                $"{by} wants `{requirement.Name}{string.Join(',', requirement.Versions)}`, and installed is {distribution.Version}; it is packed as it is: install a version that fits if it does not work"
            );
    }

    private void ReportMissing()
    {
        var words = _missing.Select(entry => $"`{entry.Key}` (wanted by {string.Join(", ", entry.Value)})");
        scope.Report(
            DiagnosticKinds.RequirementsMissing,
            $"not installed in {string.Join(", ", site.Folders.Select(folder => $"`{folder}`"))}: {string.Join("; ", words)}; install them, or name in `without` what the program does not need"
        );
    }
}
