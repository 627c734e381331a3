using Oxidizer.Cache;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Packages;

/// <summary>A file of a tree.</summary>
/// <param name="Name">Without its folder.</param>
/// <param name="Path">Absolute.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Digest">If it is known without asking.</param>
internal sealed record FileNode(string Name, string Path, long Size, Sha256Digest? Digest = null)
{
    /// <summary>Whether somebody may run it.</summary>
    public bool IsExecutable { get; init; }

    /// <summary>The file at a path, through links; <c>null</c> when there is none. Something else than a file is reported.</summary>
    public static FileNode? Find(string path, RuleScope scope)
    {
        var facts = FileFacts.Of(path);
        if (facts.Kind == FileKind.Regular)
        {
            if (facts.IsLink)
                scope.NoteLink(path);
            return Of(System.IO.Path.GetFileName(path), path, facts);
        }
        if (facts.Kind is not FileKind.Missing and not FileKind.Folder)
            scope.ReportLeftOut(path, facts.Reason!);
        return null;
    }

    /// <summary>A regular file of which the facts are known.</summary>
    public static FileNode Of(string name, string path, FileFacts facts) =>
        new(name, path, facts.Size) { IsExecutable = facts.IsExecutable };

    /// <summary>The file that a rule names, which must be there; <c>null</c> if it was reported as missing.</summary>
    /// <param name="what">What the rule calls it.</param>
    /// <param name="path">Absolute.</param>
    /// <param name="scope">The rule.</param>
    public static FileNode? Named(string what, string path, RuleScope scope)
    {
        var facts = FileFacts.Of(path);
        if (facts.Kind == FileKind.Regular)
            return Of(System.IO.Path.GetFileName(path), path, facts);
        scope.Report(
            DiagnosticKinds.PackageNotFound,
            facts.Kind switch
            {
                FileKind.Missing => $"the {what} `{path}` is not there; name an existing file",
                FileKind.Folder => $"the {what} `{path}` is a folder; name the file in it",
                _ => $"the {what} `{path}` cannot be read, because {facts.Reason}; name a regular file",
            }
        );
        return null;
    }
}

/// <summary>
/// A folder of a tree, read once and whole, in ordinal order. Whether a folder without <c>__init__.py</c> is a namespace package or just a
/// folder with data depends on what is below it, so classification needs the tree before it begins.
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

    /// <summary>Whether the folder on the disk has no entry at all.</summary>
    public bool IsBare { get; private set; }

    /// <summary>The folder of that name, or <c>null</c>.</summary>
    public FolderNode? Folder(string name) => Folders.Find(folder => folder.Name == name);

    /// <summary>Reads a folder of the disk. What is neither file nor folder is left out and reported.</summary>
    /// <exception cref="IOException">It cannot be read, or its links form a circle.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FolderNode Load(string path, RuleScope scope)
    {
        if (scope.Root is not null && scope.Root != path && FileFacts.Of(path).IsLink)
            scope.NoteLink(path);
        return Load(path, System.IO.Path.GetFileName(path), 0, scope.Root is null ? scope with { Root = path } : scope);
    }

    /// <summary>Makes the tree of a distribution's folder from its list of files: the disk is not asked.</summary>
    public static FolderNode FromDistribution(Distribution distribution, string relative)
    {
        var root = new FolderNode(System.IO.Path.GetFileName(relative), distribution.PathOf(relative));
        var folders = new Dictionary<string, FolderNode>(StringComparer.Ordinal) { [""] = root };
        var prefix = relative + "/";
        foreach (var (path, file) in distribution.Files)
        {
            if (
                !path.StartsWith(prefix, StringComparison.Ordinal)
                || file.LinkTarget is not null
                || path.Contains("/__pycache__/", StringComparison.Ordinal)
            )
                continue;
            var slash = path.LastIndexOf('/');
            var folder = FolderAt(
                folders,
                path.Length > prefix.Length && slash >= prefix.Length ? path[prefix.Length..slash] : "",
                root.Path
            );
            folder.Files.Add(
                new FileNode(path[(slash + 1)..], distribution.PathOf(path), file.Size, file.Digest)
                {
                    IsExecutable = file.Mode == ActionOutput.Executable,
                }
            );
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

    /// <summary>A part of the folder: the files and folders that are wanted, by path relative to it.</summary>
    /// <param name="whole">Whether a folder is wanted with all in it.</param>
    /// <param name="file">Whether a file is wanted.</param>
    /// <param name="relative">The folder's own path, with a slash after it, or empty.</param>
    public FolderNode Part(Predicate<string> whole, Predicate<string> file, string relative)
    {
        var part = new FolderNode(Name, Path);
        part.Files.AddRange(Files.Where(entry => file(relative + entry.Name)));
        foreach (var below in Folders)
        {
            var path = relative + below.Name;
            var inner = whole(path) ? below : below.Part(whole, file, path + "/");
            if (inner == below || inner.Files.Count > 0 || inner.Folders.Count > 0)
                part.Folders.Add(inner);
        }
        return part;
    }

    private static FolderNode Load(string path, string name, int depth, RuleScope scope)
    {
        if (depth > MaxDepth)
            throw new IOException($"`{path}` is more than {MaxDepth} folders deep; does a symbolic link in it lead upwards?");
        scope.Context.Cancellation.ThrowIfCancellationRequested();
        var entries = FolderListing.Read(path);
        var folder = new FolderNode(name, path) { IsBare = entries.Count == 0 };
        foreach (var entry in entries)
        {
            var below = System.IO.Path.Combine(path, entry.Name);
            if (!scope.TakesAll && IsPassedOver(entry))
                continue;
            if (entry.Facts is { IsLink: true, Kind: FileKind.Regular or FileKind.Folder })
                scope.NoteLink(below);
            if (entry.Facts.Kind == FileKind.Regular)
                folder.Files.Add(FileNode.Of(entry.Name, below, entry.Facts));
            else if (entry.Facts.Kind == FileKind.Folder)
            {
                if (entry.Facts.IsLink)
                    CheckLink(below);
                folder.Folders.Add(Load(below, entry.Name, depth + 1, scope));
            }
            else if (entry.Facts.Kind != FileKind.Missing)
                scope.ReportLeftOut(below, entry.Facts.Reason!);
        }
        folder.Sort();
        return folder;
    }

    // Hidden folders are version control and tools' caches; hidden files may be templates that a package reads, except editors' swap files
    // and locks (Emacs: a link `.#x.py` that leads nowhere).
    private static bool IsPassedOver(FolderEntry entry) =>
        entry.Facts.Kind == FileKind.Folder
            ? entry.Name[0] == '.' || entry.Name == "__pycache__"
            : entry.Name.EndsWith(".pyc", StringComparison.Ordinal)
                || entry.Name.EndsWith(".pyo", StringComparison.Ordinal)
                || entry.Name.EndsWith(".swp", StringComparison.Ordinal)
                || entry.Name.EndsWith('~')
                || entry.Name == ".DS_Store"
                || (entry.Facts.Kind == FileKind.DanglingLink && entry.Name.StartsWith(".#", StringComparison.Ordinal));

    // The kernel follows such a link forty times before it refuses: each time the same modules under another name.
    private static void CheckLink(string link)
    {
        if (
            Directory.ResolveLinkTarget(link, returnFinalTarget: true) is { } target
            && link.StartsWith(target.FullName.TrimEnd('/') + "/", StringComparison.Ordinal)
        )
            throw new IOException($"the symbolic link `{link}` leads to a folder above it; remove it");
    }

    private void Sort()
    {
        Files.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        Folders.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
    }
}
