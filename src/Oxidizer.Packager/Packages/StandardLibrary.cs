using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>The rule <c>stdlib</c>. The distribution's own list of files has names, sizes and digests, so that nothing is read.</summary>
internal static class StandardLibrary
{
    // lib-dynload: extension modules are linked in, as [python_extensions] chooses. config-*: makefiles and objects of CPython's build.
    private static bool IsNoLibrary(string folder) =>
        folder is "lib-dynload" or "site-packages" or "dist-packages" || folder.StartsWith("config-", StringComparison.Ordinal);

    /// <summary>Brings the standard library.</summary>
    public static IEnumerable<Resource> Collect(StdlibRule rule, RuleScope scope)
    {
        var root = FolderNode.FromDistribution(scope.Distribution, scope.Distribution.StandardLibrary);
        root.Folders.RemoveAll(folder => IsNoLibrary(folder.Name));
        var leftOut = rule.IncludeTestModules ? scope.LeftOut : scope.Distribution.TestPackages.ToHashSet(StringComparer.Ordinal);
        var classifier = new PackageClassifier(scope with { LeftOut = leftOut });
        classifier.TakeAll(root);
        var tests = scope.Distribution.TestPackages.ToHashSet(StringComparer.Ordinal);
        return classifier
            .Resources.Select(resource =>
                resource is ModuleSource module && IsBelow(module.Name, tests) ? module with { MayNotCompile = true } : resource
            )
            .Concat(ConfigurationHeader(scope));
    }

    // What CPython was configured with, where `sysconfig.get_config_h_filename` says that it is.
    private static IEnumerable<Resource> ConfigurationHeader(RuleScope scope)
    {
        const string Name = "pyconfig.h";
        var distribution = scope.Distribution;
        var path = $"{distribution.IncludeDirectory}/{Name}";
        if (distribution.Files.TryGetValue(path, out var file))
            yield return new PlainFile(
                $"include/python{distribution.MajorMinor}/{Name}",
                RuleScope.Resolve(new FileNode(Name, distribution.PathOf(path), file.Size, file.Digest)),
                scope.Origin,
                scope.Location
            );
    }

    private static bool IsBelow(string name, HashSet<string> packages)
    {
        for (var end = name.Length; end > 0; end = name.LastIndexOf('.', end - 1))
            if (packages.Contains(name[..end]))
                return true;
        return false;
    }
}
