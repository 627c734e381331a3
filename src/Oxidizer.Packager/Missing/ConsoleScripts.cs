using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Missing;

/// <summary>
/// The console scripts of packed distributions whose module nothing brings. A module that the distribution's own RECORD lists was left
/// out on purpose, by <c>excludes</c> or a filter: of it nothing is said, and nothing of a distribution without a RECORD.
/// </summary>
internal static class ConsoleScripts
{
    /// <summary>Finds them, in the order of the distributions.</summary>
    public static IEnumerable<Finding> FindMissing(ResourceSet resources, BroughtNames brought)
    {
        foreach (var distribution in resources.PackageDistributions)
        {
            var files = distribution.Files.ToDictionary(file => file.Name, file => file.File, StringComparer.Ordinal);
            if (!files.TryGetValue(DistributionNames.Record, out var record))
                continue;
            // Those of an extra are left out: it may not be wanted.
            var missing = ConsoleScript.Of(distribution).Where(script => !script.IsOfExtra && !brought.Has(script.Module)).ToList();
            if (missing.Count == 0)
                continue;
            var listed = ConsoleScript.Lines(record).Select(line => DistributionNames.ReadRecordLine(line).Path).ToList();
            foreach (var script in missing.Where(script => !listed.Exists(path => Holds(path, script.Module))))
                yield return new Finding(FindingKind.Script, script.Module, distribution.Name, 0, 0, script.Name);
        }
    }

    private static bool Holds(string path, string module)
    {
        var file = module.Replace('.', '/');
        return path == file + ".py"
            || path == file + "/__init__.py"
            || (path.StartsWith(file + ".", StringComparison.Ordinal) && path.EndsWith(".so", StringComparison.Ordinal));
    }
}
