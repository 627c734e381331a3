using Oxidizer.Cache.Files;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Packages;

/// <summary>
/// The <c>.pth</c> files and egg-links of a site folder. A line that names a folder puts it on <c>sys.path</c>: it is followed and
/// reported. A line that begins with <c>import</c> is code, which a build does not run; it is reported too.
/// </summary>
internal static class PathFiles
{
    /// <summary>The folders that they name, absolute, in the order in which Python would take them.</summary>
    public static IEnumerable<string> Folders(FolderNode site, RuleScope scope)
    {
        foreach (var file in site.Files)
        {
            if (file.Name.EndsWith(".pth", StringComparison.Ordinal))
            {
                foreach (var folder in Lines(file, site, scope, isLink: false))
                    yield return folder;
            }
            // An egg-link's folder is on the path already if easy-install.pth is there; a folder is taken once.
            else if (file.Name.EndsWith(".egg-link", StringComparison.Ordinal))
            {
                foreach (var folder in Lines(file, site, scope, isLink: true).Take(1))
                    yield return folder;
            }
        }
    }

    private static IEnumerable<string> Lines(FileNode file, FolderNode site, RuleScope scope, bool isLink)
    {
        var number = 0;
        foreach (var raw in RegularFile.ReadAllLines(file.Path))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line.StartsWith("import ", StringComparison.Ordinal) || line.StartsWith("import\t", StringComparison.Ordinal))
            {
                scope.Context.Diagnostics.Add(
                    DiagnosticKinds.PathFileLineIgnored,
                    $"this line is code that Python would run at its start; a product does not: install the package without `-e`, or bring it with a `package-root` rule",
                    new SourceLocation(file.Path, number)
                );
                continue;
            }
            var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(site.Path, line)));
            if (Directory.Exists(folder))
            {
                scope.Context.Log.Information($"{scope.Origin}: `{file.Name}` leads to `{folder}`");
                yield return folder;
            }
            // Python silently skips such a line; in an egg-link the second line is always `.` or `..`.
            else if (!isLink || number == 1)
                scope.Context.Diagnostics.Add(
                    DiagnosticKinds.PathFileLineIgnored,
                    $"`{line}` is not a folder; remove the line, or install the package again",
                    new SourceLocation(file.Path, number)
                );
        }
    }
}
