using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>The rules whose wheels were obtained: all of them together, as they would lie in one site-packages. Only together they tell
/// whether a folder without <c>__init__.py</c> holds modules.</summary>
internal static class ObtainedWheels
{
    private const int NamesInMessage = 3;

    /// <summary>Brings what the wheels would install.</summary>
    public static IEnumerable<Resource> Collect(PipInstallRule rule, RuleScope scope)
    {
        if (rule.Obtained.Count == 0)
            return [];
        var loaded = rule.Obtained.Select(wheel => (wheel, WheelTree.Load(wheel.Folder, scope))).ToList();
        ReportTwice([.. loaded.Select(pair => (pair.wheel, pair.Item2.Root))], scope);
        return Wheel.Classify(
            FolderNode.Merge([.. loaded.Select(pair => pair.Item2.Root)]),
            loaded.Select(pair => pair.Item2.Data).OfType<FolderNode>(),
            scope
        );
    }

    // The same bytes from two are no question: namespaces of old have one `__init__.py` in each distribution.
    private static void ReportTwice(IReadOnlyList<(ObtainedWheel Wheel, FolderNode Root)> wheels, RuleScope scope)
    {
        var owners = new Dictionary<string, (ObtainedWheel Wheel, FileNode File)>(StringComparer.Ordinal);
        var twice = new List<(ObtainedWheel Earlier, ObtainedWheel Later, string Path)>();
        foreach (var (wheel, root) in wheels)
        foreach (var (path, file) in FilesOf(root, ""))
        {
            if (owners.TryGetValue(path, out var owner) && !AreEqual(owner.File, file, scope))
                twice.Add((owner.Wheel, wheel, path));
            owners[path] = (wheel, file);
        }
        foreach (var pair in twice.GroupBy(entry => (entry.Earlier, entry.Later)))
        {
            var paths = pair.Select(entry => $"`{entry.Path}`").ToList();
            var more = paths.Count > NamesInMessage ? $" and {paths.Count - NamesInMessage} more" : "";
            scope.Report(
                DiagnosticKinds.FileOfTwoDistributions,
                $"`{pair.Key.Earlier.Name} {pair.Key.Earlier.Version}` and `{pair.Key.Later.Name} {pair.Key.Later.Version}` of {scope.Origin} both have {string.Join(", ", paths.Take(NamesInMessage))}{more}, and differ; the later one's is packed: leave one of them out of the requirements if it is not meant"
            );
        }
    }

    private static bool AreEqual(FileNode left, FileNode right, RuleScope scope) =>
        left.Size == right.Size && scope.Context.Cache.DigestFile(left.Path) == scope.Context.Cache.DigestFile(right.Path);

    private static IEnumerable<(string Path, FileNode File)> FilesOf(FolderNode folder, string relative) =>
        folder
            .Files.Select(file => (relative + file.Name, file))
            .Concat(folder.Folders.SelectMany(below => FilesOf(below, $"{relative}{below.Name}/")));
}
