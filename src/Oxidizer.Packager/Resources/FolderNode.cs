using System.IO.Enumeration;
using Oxidizer.Cache;
using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Resources;

/// <summary>A file of a tree.</summary>
/// <param name="Name">Without its folder.</param>
/// <param name="Path">Absolute.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Digest">If it is known without asking.</param>
internal sealed record FileNode(string Name, string Path, long Size, Sha256Digest? Digest = null)
{
    /// <summary>The file at a path, through links; <c>null</c> when there is none.</summary>
    public static FileNode? Find(string path)
    {
        var file = new FileInfo(path);
        return file.Exists && SizeOf(file) is { } size ? new FileNode(file.Name, file.FullName, size) : null;
    }

    /// <summary>The size of what a file is or a link leads to; .NET gives that of the link. <c>null</c>: it leads nowhere.</summary>
    public static long? SizeOf(FileInfo file) =>
        file.LinkTarget is null ? file.Length : file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target.Length : null;
}

/// <summary>
/// A folder of a tree, read once and whole, in ordinal order. Whether a folder without <c>__init__.py</c> is a namespace package or just a folder with data
/// depends on what is below it, so classification needs the tree before it begins.
/// </summary>
internal sealed class FolderNode(string name, string path)
{
    private const int MaxDepth = 64;

    /// <summary>Without its parents.</summary>
    public string Name { get; } = name;

    /// <summary>Absolute.</summary>
    public string Path { get; } = path;

    /// <summary>Files directly in it, by name.</summary>
    public List<FileNode> Files { get; } = [];

    /// <summary>Folders directly in it, by name.</summary>
    public List<FolderNode> Folders { get; } = [];

    /// <summary>The folder of that name, or <c>null</c>.</summary>
    public FolderNode? Folder(string name) => Folders.Find(folder => folder.Name == name);

    /// <summary>Reads a folder of the disk.</summary>
    /// <exception cref="IOException">It cannot be read, or links lead round in it.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FolderNode Load(string path) => Load(path, System.IO.Path.GetFileName(path), 0);

    /// <summary>Makes the tree of a distribution's folder from its list of files: the disk is not asked.</summary>
    public static FolderNode FromDistribution(Distribution distribution, string relative)
    {
        var root = new FolderNode(System.IO.Path.GetFileName(relative), distribution.PathOf(relative));
        var folders = new Dictionary<string, FolderNode>(StringComparer.Ordinal) { [""] = root };
        var prefix = relative + "/";
        foreach (var (path, file) in distribution.Files)
        {
            if (!path.StartsWith(prefix, StringComparison.Ordinal) || file.LinkTarget is not null || path.Contains("/__pycache__/", StringComparison.Ordinal))
                continue;
            var slash = path.LastIndexOf('/');
            var folder = FolderAt(folders, path.Length > prefix.Length && slash >= prefix.Length ? path[prefix.Length..slash] : "", root.Path);
            folder.Files.Add(new FileNode(path[(slash + 1)..], distribution.PathOf(path), file.Size, file.Digest));
        }
        foreach (var folder in folders.Values)
            folder.Sort();
        return root;
    }

    private static FolderNode FolderAt(Dictionary<string, FolderNode> folders, string relative, string root)
    {
        if (folders.TryGetValue(relative, out var known))
            return known;
        var slash = relative.LastIndexOf('/');
        var folder = new FolderNode(relative[(slash + 1)..], System.IO.Path.Combine(root, relative));
        FolderAt(folders, slash < 0 ? "" : relative[..slash], root).Folders.Add(folder);
        return folders[relative] = folder;
    }

    private static FolderNode Load(string path, string name, int depth)
    {
        if (depth > MaxDepth)
            throw new IOException($"it is more than {MaxDepth} folders deep; does a symbolic link in it lead upwards?");
        var folder = new FolderNode(name, path);
        foreach (var (entry, isDirectory, size) in Entries(path))
        {
            if (isDirectory)
                folder.Folders.Add(Load(System.IO.Path.Combine(path, entry), entry, depth + 1));
            // An editor's lock is a link that leads nowhere.
            else if (size >= 0)
                folder.Files.Add(new FileNode(entry, System.IO.Path.Combine(path, entry), size));
        }
        folder.Sort();
        return folder;
    }

    // Hidden folders are version control and tools' caches; hidden files may be templates that a package reads, except editors' swap files.
    private static FileSystemEnumerable<(string Name, bool IsDirectory, long Size)> Entries(string path) => new(
        path,
        static (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory, entry.IsDirectory ? 0 : SizeOf(ref entry)),
        new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = static (ref FileSystemEntry entry) => !(entry.IsDirectory
            ? entry.FileName[0] == '.' || entry.FileName.SequenceEqual("__pycache__")
            : entry.FileName.EndsWith(".pyc") || entry.FileName.EndsWith(".pyo") || entry.FileName.EndsWith(".swp") || entry.FileName.EndsWith("~")
                || entry.FileName.SequenceEqual(".DS_Store")),
    };

    private static long SizeOf(ref FileSystemEntry entry) =>
        (entry.Attributes & FileAttributes.ReparsePoint) == 0 ? entry.Length : FileNode.SizeOf(new FileInfo(entry.ToFullPath())) ?? -1;

    private void Sort()
    {
        Files.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        Folders.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
    }
}
