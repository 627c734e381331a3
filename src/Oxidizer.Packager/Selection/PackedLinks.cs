using Oxidizer.Cache;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Selection;

/// <summary>
/// Which links are packed as links: those behind which the product has what they lead to. A link whose target an exclusion, a filter or
/// another rule took away is packed as what it led to.
/// </summary>
internal sealed class PackedLinks
{
    // As many links as the kernel follows in one path.
    private const int MostLinks = 40;
    private readonly Dictionary<string, FileLink> _links;
    private readonly Dictionary<string, Sha256Digest> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal) { "" };

    private PackedLinks(IEnumerable<FileLink> links, ResourceSet resources, ResourceLocation location)
    {
        _links = links.ToDictionary(link => link.RelativePath, StringComparer.Ordinal);
        foreach (var (path, file) in FilesOf(resources, location))
        {
            _files.TryAdd(path, file.Digest);
            AddFolders(path);
        }
        foreach (var folder in resources.EmptyFolders.Where(folder => folder.Location == location))
        {
            _folders.Add(folder.RelativePath);
            AddFolders(folder.RelativePath);
        }
        foreach (var link in _links.Keys)
            AddFolders(link);
    }

    /// <summary>The resources with those links that stay.</summary>
    /// <param name="links">All that the rules brought, each path once.</param>
    /// <param name="resources">All else that is packed.</param>
    public static ResourceSet Keep(IEnumerable<FileLink> links, ResourceSet resources)
    {
        var kept = links
            .GroupBy(link => link.Location)
            .SelectMany(group => new PackedLinks(group, resources, group.Key).Kept())
            .OrderBy(link => link.RelativePath, StringComparer.Ordinal)
            .ToList();
        var paths = kept.Select(link => link.RelativePath).ToHashSet(StringComparer.Ordinal);
        return resources with
        {
            Links = kept,
            EmptyFolders = [.. resources.EmptyFolders.Where(folder => !paths.Contains(folder.RelativePath))],
        };
    }

    private IEnumerable<FileLink> Kept()
    {
        // One that goes may have been another's way.
        while (_links.Values.Where(link => !Leads(link)).ToList() is { Count: > 0 } gone)
        {
            foreach (var link in gone)
                _links.Remove(link.RelativePath);
        }
        return _links.Values.Where(link => !Above(link.RelativePath).Any(_links.ContainsKey));
    }

    private bool Leads(FileLink link)
    {
        var below = link.RelativePath + "/";
        if (link.IsAlone)
            return !_files.ContainsKey(link.RelativePath) && !_folders.Contains(link.RelativePath);
        if (_files.ContainsKey(link.RelativePath))
            return IsSame(link.RelativePath);
        return _folders.Contains(link.RelativePath)
            && Resolve(link.RelativePath) is { } folder
            && _folders.Contains(folder)
            && _files.Keys.Where(path => path.StartsWith(below, StringComparison.Ordinal)).All(IsSame);
    }

    // Whether a path, through all links, is the file that is packed under its letters.
    private bool IsSame(string path) =>
        Resolve(path) is { } file && _files.TryGetValue(file, out var digest) && !_folders.Contains(file) && digest == _files[path];

    // Where a path leads, as the kernel walks it; null if it leads nowhere.
    private string? Resolve(string path)
    {
        var rest = new Stack<string>(path.Split('/').Reverse());
        var (place, followed) = (new List<string>(), 0);
        while (rest.TryPop(out var part))
        {
            if (part is "" or ".")
                continue;
            if (part == "..")
            {
                if (place.Count == 0)
                    return null;
                place.RemoveAt(place.Count - 1);
                continue;
            }
            place.Add(part);
            var here = string.Join('/', place);
            if (_links.TryGetValue(here, out var link))
            {
                if (++followed > MostLinks)
                    return null;
                place.RemoveAt(place.Count - 1);
                foreach (var next in link.Target.Split('/').Reverse())
                    rest.Push(next);
            }
            else if (!_folders.Contains(here) && (rest.Count > 0 || !_files.ContainsKey(here)))
                return null;
        }
        return string.Join('/', place);
    }

    private void AddFolders(string path) => _folders.UnionWith(Above(path));

    private static IEnumerable<string> Above(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            yield return path[..slash];
    }

    // What has a file in the product. A module without its source has none.
    private static IEnumerable<(string Path, ResourceFile File)> FilesOf(ResourceSet resources, ResourceLocation location) =>
        resources
            .Modules.Where(module => module.Location == location && module.IncludeSource)
            .Select(module => (module.RelativePath, module.File))
            .Concat(
                resources
                    .SharedExtensions.Where(resource => resource.Location == location)
                    .Select(extension => (extension.RelativePath, extension.File))
            )
            .Concat(
                resources
                    .SharedLibraries.Where(resource => resource.Location == location)
                    .Select(library => (library.RelativePath, library.File))
            )
            .Concat(
                resources.PackageResources.Where(resource => resource.Location == location).Select(file => (file.RelativePath, file.File))
            )
            .Concat(resources.PlainFiles.Where(resource => resource.Location == location).Select(file => (file.RelativePath, file.File)))
            .Where(entry => entry.RelativePath.Length > 0);
}
