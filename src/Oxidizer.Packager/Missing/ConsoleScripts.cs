using Oxidizer.Cache.Files;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Missing;

/// <summary>
/// The console scripts of packed distributions whose module nothing brings. A module that the distribution's own RECORD lists was left
/// out on purpose, by <c>excludes</c> or a filter: of it nothing is said, and nothing of a distribution without a RECORD.
/// </summary>
internal static class ConsoleScripts
{
    /// <summary>The file that lists them.</summary>
    public const string EntryPoints = "entry_points.txt";

    /// <summary>Finds them, in the order of the distributions.</summary>
    public static IEnumerable<Finding> FindMissing(ResourceSet resources, BroughtNames brought)
    {
        foreach (var distribution in resources.PackageDistributions)
        {
            var files = distribution.Files.ToDictionary(file => file.Name, file => file.File, StringComparer.Ordinal);
            if (!files.TryGetValue(EntryPoints, out var entries) || !files.TryGetValue(DistributionNames.Record, out var record))
                continue;
            var missing = ScriptsIn(Lines(entries)).Where(script => !brought.Has(script.Module)).ToList();
            if (missing.Count == 0)
                continue;
            var listed = Lines(record).Select(line => DistributionNames.ReadRecordLine(line).Path).ToList();
            foreach (var (name, module) in missing.Where(script => !listed.Exists(path => Holds(path, script.Module))))
                yield return new Finding(FindingKind.Script, module, distribution.Name, 0, 0, name);
        }
    }

    /// <summary>The scripts of a file in the form of <c>configparser</c>. Those of an extra are left out: it may not be wanted.</summary>
    internal static IEnumerable<(string Name, string Module)> ScriptsIn(IEnumerable<string> lines)
    {
        var isScripts = false;
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
                isScripts = line is "[console_scripts]" or "[gui_scripts]";
            else if (isScripts && !line.Contains('[') && line.Split('=', 2) is [var name, var target] && !line.StartsWith('#'))
            {
                var module = target.Split(':')[0].Trim();
                if (module.Split('.').All(part => ModuleNames.IsImportable(part)) && !name.Contains('\t'))
                    yield return (name.Trim(), module);
            }
        }
    }

    private static bool Holds(string path, string module)
    {
        var file = module.Replace('.', '/');
        return path == file + ".py"
            || path == file + "/__init__.py"
            || (path.StartsWith(file + ".", StringComparison.Ordinal) && path.EndsWith(".so", StringComparison.Ordinal));
    }

    // What cannot be read says nothing; packing will.
    private static string[] Lines(ResourceFile file)
    {
        try
        {
            return RegularFile.ReadAllLines(file.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
