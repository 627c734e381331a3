using Oxidizer.Cache.Files;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>
/// What distributions install below the prefix beside their modules, such as <c>share/jupyter</c> and <c>etc</c>. It is packed as files of
/// the same paths below <c>sys.prefix</c>, where packages look for it. Programs, headers and libraries for a compiler are no use there.
/// </summary>
internal static class PrefixFiles
{
    /// <summary>The folder of a wheel that holds such files.</summary>
    public const string WheelFolder = "data";

    private static readonly string[] s_elsewhere = ["bin", "include", "lib", "lib64"];

    /// <summary>Whether a file is packed.</summary>
    /// <param name="path">Below the prefix, with slashes.</param>
    public static bool AreTaken(string path) => path.IndexOf('/') is > 0 and var slash && !s_elsewhere.Contains(path[..slash]);

    /// <summary>Those that the lists of files of the distributions in a folder name: <c>../../../share/x</c> of
    /// <c>lib/python3.11/site-packages</c>.</summary>
    /// <param name="site">The folder, with the metadata folders that count.</param>
    /// <param name="scope">The rule.</param>
    public static IEnumerable<Resource> Collect(FolderNode site, RuleScope scope)
    {
        // Elsewhere the lists of files do not say where the prefix is.
        if (site.Path.Split('/') is not [.., "lib" or "lib64", _, "site-packages" or "dist-packages"])
            return [];
        var prefix = Path.GetFullPath("../../..", site.Path);
        return Listed(site)
            .Select(path => Path.GetFullPath(path, site.Path))
            .Where(path => path.StartsWith(prefix + "/", StringComparison.Ordinal) && AreTaken(path[(prefix.Length + 1)..]))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select(path => FileNode.Find(path, scope) is { } file ? Plain(file, path[(prefix.Length + 1)..], scope) : null)
            .OfType<Resource>()
            .ToList();
    }

    /// <summary>Those of an unpacked wheel.</summary>
    /// <param name="folder">Its folder <see cref="WheelFolder"/>.</param>
    /// <param name="scope">The rule.</param>
    public static IEnumerable<Resource> OfWheel(FolderNode folder, RuleScope scope) => Below(folder, "", scope);

    private static IEnumerable<Resource> Below(FolderNode folder, string relative, RuleScope scope) =>
        folder
            .Files.Select(file => Plain(file, relative + file.Name, scope))
            .Concat(folder.Folders.SelectMany(below => Below(below, $"{relative}{below.Name}/", scope)));

    private static IEnumerable<string> Listed(FolderNode site)
    {
        foreach (var metadata in site.Folders)
        {
            foreach (var line in Lines(metadata, ".dist-info", "RECORD"))
                yield return DistributionNames.ReadRecordLine(line).Path;
            foreach (var line in Lines(metadata, ".egg-info", "installed-files.txt"))
                yield return $"{metadata.Name}/{line}";
        }
    }

    private static IEnumerable<string> Lines(FolderNode metadata, string suffix, string list) =>
        metadata.Name.EndsWith(suffix, StringComparison.Ordinal) && metadata.Files.Find(file => file.Name == list) is { } found
            ? RegularFile.ReadAllLines(found.Path).Select(line => line.Trim()).Where(line => line.Length > 0)
            : [];

    private static Resource Plain(FileNode file, string path, RuleScope scope) =>
        new PlainFile(path, RuleScope.Resolve(file), scope.Origin, scope.Location);
}
