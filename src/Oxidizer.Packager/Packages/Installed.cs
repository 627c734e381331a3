using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Programs;
using Oxidizer.Packager.Requirements;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>The rule <c>installed</c>: distributions as they are installed on this machine, with all that they require. Nothing is run, and
/// nothing is fetched.</summary>
internal static class Installed
{
    // It patches the import system of the machine's Python, and has no use in a product.
    private const string Precedence = "distutils-precedence.pth",
        NamespaceSuffix = "-nspkg.pth";

    /// <summary>Brings the distributions of a rule.</summary>
    public static IEnumerable<Resource> Collect(InstalledRule rule, RuleScope scope)
    {
        if (Folders(rule, scope) is not { Count: > 0 } folders || Wanted(rule, scope) is not { } wanted)
            return [];
        var site = new InstalledSite(folders, scope);
        var closure = new RequirementClosure(site, rule.Without, scope);
        var distributions = closure.Follow(wanted);
        if (distributions.Count > 0)
            scope.Context.Log.Information(
                $"{scope.Origin}: {string.Join(", ", distributions.Select(found => $"{found.Name} {found.Version}"))} of {string.Join(", ", distributions.Select(found => found.Site).Distinct())}"
            );
        return
        [
            .. folders.SelectMany(folder => Bring(folder, [.. distributions.Where(found => found.Site == folder)], closure, site, scope)),
        ];
    }

    private static IEnumerable<Resource> Bring(
        string folder,
        List<InstalledDistribution> distributions,
        RequirementClosure closure,
        InstalledSite site,
        RuleScope scope
    )
    {
        if (distributions.Count == 0)
            return [];
        scope = scope with { Root = folder };
        var files = new InstalledFiles(folder, site, scope);
        var metadata = new FolderNode(Path.GetFileName(folder), folder);
        foreach (var distribution in distributions)
        {
            files.Add(distribution);
            metadata.Folders.AddRange([distribution.Metadata, .. site.Others(distribution)]);
        }
        foreach (var (_, package) in closure.Packages.Where(pair => pair.Site == folder))
            files.AddPackage(package);
        var tree = files.Tree();
        tree.Files.RemoveAll(file => file.Name == Precedence || file.Name.EndsWith(NamespaceSuffix, StringComparison.Ordinal));
        var classifier = new PackageClassifier(scope);
        classifier.TakeAll(tree);
        // What is installed as a link to its project: the project's folder. Lines that are code are reported.
        foreach (var linked in PathFiles.Folders(tree, scope).Distinct(StringComparer.Ordinal))
            classifier.TakeAll(FolderNode.Load(linked, scope with { Root = linked }));
        return
        [
            .. classifier.Resources,
            .. SharedObjects.Classify(classifier.SharedObjects, scope),
            .. DistributionMetadata.Collect(metadata, scope),
            .. PrefixFiles.Collect(metadata, scope),
        ];
    }

    private static IReadOnlyList<string> Folders(InstalledRule rule, RuleScope scope)
    {
        if (rule.Path is { } path)
        {
            if (Directory.Exists(path))
                return [path];
            scope.Report(
                DiagnosticKinds.SiteNotFound,
                $"the folder `{path}` of the `installed` rule is not there; name an existing `path`, such as a `site-packages`"
            );
            return [];
        }
        var version = scope.Distribution.MajorMinor;
        var folders = SiteFolders.Of(version, Machine.This());
        if (folders.Count == 0)
            scope.Report(
                DiagnosticKinds.SiteNotFound,
                $"no Python {version} on this machine has a folder of installed packages; install the packages, or name their folder in `path`"
            );
        return folders;
    }

    private static List<PackageRequirement>? Wanted(InstalledRule rule, RuleScope scope)
    {
        var wanted = new List<PackageRequirement>();
        foreach (var text in rule.Distributions)
        {
            if (PackageRequirement.TryParse(text, out var problem) is { } requirement)
                wanted.Add(requirement with { Marker = null });
            else
                scope.Report(
                    DiagnosticKinds.RequirementsMissing,
                    $"`{text}` in `distributions` is no requirement, because {problem}; write a name such as `requests`, or `requests[socks] >=2.8`"
                );
        }
        return wanted.Count == rule.Distributions.Count ? wanted : null;
    }
}
