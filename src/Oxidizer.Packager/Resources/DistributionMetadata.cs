namespace Oxidizer.Packager.Resources;

/// <summary>Reads the metadata folders of installed packages, <c>*.dist-info</c> and <c>*.egg-info</c>.</summary>
internal static class DistributionMetadata
{
    /// <summary>The package distributions in a site folder, in order.</summary>
    public static IEnumerable<PackageDistribution> Collect(FolderNode site, RuleScope scope)
    {
        foreach (var folder in site.Folders)
        {
            var isWheel = folder.Name.EndsWith(".dist-info", StringComparison.Ordinal);
            if (!isWheel && !folder.Name.EndsWith(".egg-info", StringComparison.Ordinal))
                continue;
            var (name, version) = Read(folder, isWheel ? "METADATA" : "PKG-INFO");
            var files = new List<(string, ResourceFile)>();
            AddFiles(folder, "", files);
            yield return new PackageDistribution(name, version, folder.Name, files, scope.Origin, scope.Location);
        }
    }

    // What the file does not say stands in the folder's name: `ruamel.yaml-0.17.21.dist-info`.
    private static (string Name, string Version) Read(FolderNode folder, string file)
    {
        var stem = folder.Name[..folder.Name.LastIndexOf('.')];
        var dash = stem.IndexOf('-');
        var (name, version) = dash < 0 ? (stem, "") : (stem[..dash], stem[(dash + 1)..]);
        if (folder.Files.Find(candidate => candidate.Name == file) is not { } metadata)
            return (name, version);
        foreach (var line in File.ReadLines(metadata.Path).TakeWhile(line => line.Length > 0))
        {
            if (line.StartsWith("Name:", StringComparison.OrdinalIgnoreCase))
                name = line["Name:".Length..].Trim();
            else if (line.StartsWith("Version:", StringComparison.OrdinalIgnoreCase))
                version = line["Version:".Length..].Trim();
        }
        return (name, version);
    }

    private static void AddFiles(FolderNode folder, string relative, List<(string, ResourceFile)> files)
    {
        foreach (var file in folder.Files)
            files.Add((relative + file.Name, RuleScope.Resolve(file)));
        foreach (var below in folder.Folders)
            AddFiles(below, relative + below.Name + "/", files);
        files.Sort((left, right) => string.CompareOrdinal(left.Item1, right.Item1));
    }
}
