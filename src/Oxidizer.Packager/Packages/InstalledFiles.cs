using Oxidizer.Cache.Files;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>
/// Which files of a site folder are a distribution's. A wheel's RECORD says it, and an egg's installed-files.txt; else the names of its
/// top-level packages; at last the distribution's name and Debian's own list. A regular package is taken whole, with what was put into it
/// later; of a namespace only the distribution's part.
/// </summary>
internal sealed class InstalledFiles(string site, InstalledSite all, RuleScope scope)
{
    private readonly IReadOnlyList<FolderEntry> _entries = all.Entries[site];
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    /// <summary>Adds what a distribution has.</summary>
    public void Add(InstalledDistribution distribution)
    {
        var spaces = distribution
            .Lines("namespace_packages.txt")
            .Select(line => line.Trim().Replace('.', '/'))
            .ToHashSet(StringComparer.Ordinal);
        var names = distribution.Lines("top_level.txt").Select(line => line.Trim()).Where(IsBelow).ToList();
        if (Listed(distribution) is { } listed)
            AddListed(listed, spaces);
        else if (names.Count > 0)
            AddNamed(names, spaces, distribution);
        else if (!AddUnlisted(distribution, spaces))
            scope.Report(
                DiagnosticKinds.DistributionFilesUnknown,
                $"nothing says which files of `{site}` are those of `{distribution.Name}`: `{distribution.Metadata.Name}` has no RECORD and no top_level.txt; only its metadata is packed: bring its modules with a `package-root` rule"
            );
    }

    // By its name, and by Debian's list. False if neither leads to a file.
    private bool AddUnlisted(InstalledDistribution distribution, HashSet<string> spaces)
    {
        var guesses = Guesses(distribution).Where(Exists).ToList();
        var package = DebianPackageOf(distribution);
        AddNamed(guesses, spaces, distribution);
        if (package is not null)
            AddPackage(package);
        return guesses.Count > 0 || package is not null;
    }

    // Debian's package says it where it has no other distribution, or where no name leads to a module.
    private string? DebianPackageOf(InstalledDistribution distribution) =>
        all.DebianOf(site) is { } debian
        && debian.PackageOf(distribution.Metadata.Name) is { } package
        && (debian.HasOneDistribution(package) || !Guesses(distribution).Any(Exists))
            ? package
            : null;

    /// <summary>Adds what a package of Debian's has in the folder.</summary>
    public void AddPackage(string package) =>
        AddListed([.. all.DebianOf(site)!.Files(package).Select(Normalize).OfType<string>().Where(path => !IsMetadata(path))], []);

    private static bool IsMetadata(string path) =>
        path.Split('/')[0] is var top
        && (top.EndsWith(".egg-info", StringComparison.Ordinal) || top.EndsWith(".dist-info", StringComparison.Ordinal));

    /// <summary>The tree of all that was added.</summary>
    public FolderNode Tree()
    {
        var root = new FolderNode(Path.GetFileName(site), site);
        var tops = _files.Concat(_folders).Select(path => path.Split('/', 2)[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in _entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var path = Path.Combine(site, entry.Name);
            if (entry.Facts.Kind != FileKind.Folder)
            {
                if (_files.Contains(entry.Name) && FileNode.Find(path, scope) is { } file)
                    root.Files.Add(file);
                continue;
            }
            var isWhole = _folders.Contains(entry.Name);
            if (!tops.Contains(entry.Name))
                continue;
            var folder = FolderNode.Load(path, scope);
            root.Folders.Add(isWhole ? folder : folder.Part(_folders.Contains, _files.Contains, entry.Name + "/"));
        }
        return root;
    }

    // Null if there is no list. One may hold nothing but the metadata.
    private static List<string>? Listed(InstalledDistribution distribution)
    {
        var record = distribution.Lines("RECORD").Select(line => DistributionNames.ReadRecordLine(line).Path).ToList();
        var paths =
            record.Count > 0
                ? record
                : [.. distribution.Lines("installed-files.txt").Select(line => $"{distribution.Metadata.Name}/{line.Trim()}")];
        return paths.Count == 0 ? null : [.. paths.Select(Normalize).OfType<string>().Where(path => !IsMetadata(path))];
    }

    // As far as it leads into the folder: programs and manuals lie elsewhere.
    private static string? Normalize(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts.Count == 0)
                return null;
            else
                parts.RemoveAt(parts.Count - 1);
        }
        return parts.Count == 0 || path.StartsWith('/') || parts.Contains("__pycache__") ? null : string.Join('/', parts);
    }

    private void AddListed(List<string> paths, HashSet<string> spaces)
    {
        var packages = paths
            .Where(path => Path.GetFileName(path).StartsWith("__init__.", StringComparison.Ordinal) && path.Contains('/'))
            .Select(path => path[..path.LastIndexOf('/')])
            .Where(folder => !spaces.Contains(folder))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            if (Above(path).FirstOrDefault(packages.Contains) is { } package)
                _folders.Add(package);
            else
                _files.Add(path);
        }
    }

    // The folders above a path, from the top.
    private static IEnumerable<string> Above(string path)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
    }

    private void AddNamed(List<string> names, HashSet<string> spaces, InstalledDistribution distribution)
    {
        foreach (var name in names)
        {
            if (Directory.Exists(Path.Combine(site, name)))
                AddFolder(name, spaces, distribution.Key.Split('_'));
            foreach (var entry in _entries.Where(entry => entry.Facts.Kind != FileKind.Folder && IsModule(entry.Name, name)))
                _files.Add(entry.Name);
        }
        // A file that only makes namespaces is not needed: a product has them.
        foreach (var entry in _entries.Where(entry => entry.Name.EndsWith(".pth", StringComparison.Ordinal)))
        {
            if (
                entry.Name.StartsWith($"{distribution.Name}-{distribution.Version}", StringComparison.OrdinalIgnoreCase)
                || string.Equals(entry.Name, distribution.Name + ".pth", StringComparison.OrdinalIgnoreCase)
            )
                _files.Add(entry.Name);
        }
    }

    // `zope.interface` has of the namespace `zope` what the rest of its name says.
    private void AddFolder(string path, HashSet<string> spaces, string[] words)
    {
        var init = Path.Combine(site, path, "__init__.py");
        var isSpace = spaces.Contains(path) || !File.Exists(init);
        var depth = path.Split('/').Length;
        for (var count = words.Length - depth; isSpace && count > 0; count--)
        {
            var part = Directory
                .EnumerateFileSystemEntries(Path.Combine(site, path))
                .Select(entry => Path.GetFileName(entry))
                .Where(entry => DistributionNames.Normalize(entry.Split('.')[0]) == string.Join('_', words.Skip(depth).Take(count)))
                .Order(StringComparer.Ordinal)
                .ToList();
            if (part.Count == 0)
                continue;
            foreach (var entry in part)
            {
                if (!Directory.Exists(Path.Combine(site, path, entry)))
                    _files.Add($"{path}/{entry}");
                else if (spaces.Contains($"{path}/{entry}"))
                    AddFolder($"{path}/{entry}", spaces, words);
                else
                    _folders.Add($"{path}/{entry}");
            }
            _files.Add($"{path}/__init__.py");
            return;
        }
        _folders.Add(path);
    }

    private static IEnumerable<string> Guesses(InstalledDistribution distribution) =>
        new[] { distribution.Name, distribution.Name.Replace('-', '_'), distribution.Name.ToLowerInvariant(), distribution.Key }.Distinct();

    private bool Exists(string name) =>
        IsBelow(name) && _entries.Any(entry => entry.Facts.Kind == FileKind.Folder ? entry.Name == name : IsModule(entry.Name, name));

    private static bool IsModule(string file, string name) =>
        file == name + ".py" || (file.StartsWith(name + ".", StringComparison.Ordinal) && file.EndsWith(".so", StringComparison.Ordinal));

    // A name from a file: it must not lead elsewhere.
    private static bool IsBelow(string name) =>
        name.Length > 0 && name[0] != '/' && !name.Split('/').Contains("..") && !name.Contains('\0');
}
