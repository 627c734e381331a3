using Oxidizer.Cache.Files;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

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

    /// <summary>
    /// Those of a folder of <c>sys.path</c> that installed one of the packages: by their own name, by <c>top_level.txt</c>, or by
    /// <c>RECORD</c>. So
    /// <c>importlib.metadata</c> knows a package that was taken out of site-packages by name.
    /// </summary>
    /// <param name="packages">Their names; <c>null</c>: all that lie there.</param>
    /// <param name="site">The folder, absolute.</param>
    /// <param name="scope">The rule.</param>
    public static IEnumerable<PackageDistribution> CollectFor(IReadOnlyList<string>? packages, string site, RuleScope scope)
    {
        var holder = new FolderNode(Path.GetFileName(site), site);
        foreach (var path in Directory.EnumerateFileSystemEntries(site, "*-info").Order(StringComparer.Ordinal))
        {
            if (Find(path, scope) is { } folder)
                holder.Folders.Add(folder);
        }
        if (packages?.Select(package => package.Split('.')[0]).ToHashSet(StringComparer.Ordinal) is { } wanted)
            holder.Folders.RemoveAll(folder => !Installed(folder, wanted));
        return Collect(holder, scope);
    }

    /// <summary>That of a project which is not installed. Its files are written into the build's own folder, because what is packed
    /// comes from files.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    public static IEnumerable<PackageDistribution> Generate(MetadataRule rule, RuleScope scope)
    {
        var site = Path.Combine(scope.Context.WorkDirectory, "metadata");
        var folder = Path.Combine(site, $"{DistributionNames.Normalize(rule.Name)}-{rule.Version}.dist-info");
        Directory.CreateDirectory(folder);
        foreach (var (name, text) in rule.Files)
            File.WriteAllText(Path.Combine(folder, name), text);
        return CollectFor(null, site, scope);
    }

    /// <summary>A metadata folder; distutils' older form is one file, with what is PKG-INFO otherwise. <c>null</c> if it is
    /// neither.</summary>
    public static FolderNode? Find(string path, RuleScope scope) =>
        Directory.Exists(path) ? FolderNode.Load(path, scope)
        : path.EndsWith(".egg-info", StringComparison.Ordinal) && FileNode.Find(path, scope) is { } file
            ? new FolderNode(file.Name, path) { Files = { file with { Name = "PKG-INFO" } } }
        : null;

    private static bool Installed(FolderNode folder, HashSet<string> packages)
    {
        var stem = folder.Name[..folder.Name.LastIndexOf('.')].Split('-')[0];
        if (
            packages.Any(package =>
                string.Equals(package.Replace('_', '-'), stem.Replace('_', '-').Replace('.', '-'), StringComparison.OrdinalIgnoreCase)
            )
        )
            return true;
        if (
            folder.Files.Find(file => file.Name == "top_level.txt") is { } top
            && RegularFile.ReadAllLines(top.Path).Any(line => packages.Contains(line.Trim()))
        )
            return true;
        return folder.Files.Find(file => file.Name == "RECORD") is { } record
            && RegularFile
                .ReadAllLines(record.Path)
                .Any(line => packages.Contains(line.Split('/', 2)[0]) || packages.Contains(line.Split(".py,", 2)[0]));
    }

    // What the file does not say stands in the folder's name: `ruamel.yaml-0.17.21.dist-info`.
    internal static (string Name, string Version) Read(FolderNode folder, string file)
    {
        var stem = folder.Name[..folder.Name.LastIndexOf('.')];
        var dash = stem.IndexOf('-');
        var (name, version) = dash < 0 ? (stem, "") : (stem[..dash], stem[(dash + 1)..]);
        if (folder.Files.Find(candidate => candidate.Name == file) is not { } metadata)
            return (name, version);
        foreach (var line in RegularFile.ReadAllLines(metadata.Path).TakeWhile(line => line.Length > 0))
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
