using Oxidizer.Cache.Files;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Packages;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Selection;

/// <summary>Applies <c>filter-include</c>, <c>filter-exclude</c> and the rules' own <c>excludes</c>.</summary>
internal static class ResourceFilters
{
    /// <summary>Keeps or drops modules of what the rules before brought. Packages above a kept module are kept: it could not be imported
    /// without them.</summary>
    public static void Apply(FilterRule rule, ResourceCollection collection, BuildContext context)
    {
        var names = rule
            .Names.Concat(rule.Files.Concat(rule.FromTrace).SelectMany(file => ReadNames(file, rule, context)))
            .ToHashSet(StringComparer.Ordinal);
        var globs = rule.Globs.Select(glob => new GlobPattern(glob)).ToList();
        var unused = globs.ToHashSet();
        var matched = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in collection.ModuleNames)
        {
            var byGlob = false;
            foreach (var glob in globs.Where(glob => glob.Matches(name)))
            {
                byGlob = true;
                unused.Remove(glob);
            }
            if (byGlob || names.Contains(name))
                matched.Add(name);
        }
        WarnOfUnused(
            rule.Globs.Where(glob => unused.Any(pattern => pattern.Text == glob)).Concat(rule.Names.Where(name => !matched.Contains(name))),
            rule,
            context
        );
        if (rule.Include)
        {
            foreach (var name in matched.ToList())
            {
                for (var parent = ModuleNames.ParentOf(name); parent.Length > 0; parent = ModuleNames.ParentOf(parent))
                    matched.Add(parent);
            }
        }
        collection.Keep(name => matched.Contains(name) == rule.Include, rule.Include);
    }

    /// <summary>Drops what a rule's own <c>excludes</c> match, with the resources of packages that are dropped.</summary>
    public static IReadOnlyList<Resource> Exclude(IReadOnlyList<Resource> resources, RuleScope scope)
    {
        if (scope.Rule.Excludes.Count == 0)
            return resources;
        var kept = resources.Where(resource => !scope.Excluded.Hold(resource)).ToList();
        WarnOfUnused(scope.Excluded.Unused, scope.Rule, scope.Context);
        return kept;
    }

    private static void WarnOfUnused(IEnumerable<string> patterns, PackageRule rule, BuildContext context)
    {
        foreach (var pattern in patterns)
            context.Diagnostics.Add(
                DiagnosticKinds.FilterMatchesNothing,
                $"`{pattern}` of the `{rule.Type}` rule matches no module that the rules before it brought; check the spelling, or drop it",
                rule.Location
            );
    }

    // One name in each line; text after the first blank or `#` is a comment. A trace may name a module several times.
    private static IEnumerable<string> ReadNames(string file, FilterRule rule, BuildContext context)
    {
        try
        {
            return
            [
                .. RegularFile
                    .ReadAllLines(file)
                    .Select(line => line.Split('#')[0].Trim().Split([' ', '\t'])[0])
                    .Where(name => name.Length > 0),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Diagnostics.Add(
                DiagnosticKinds.FilterFileNotReadable,
                $"cannot read `{file}` of the `{rule.Type}` rule: {exception.Message}",
                rule.Location
            );
            return [];
        }
    }
}
