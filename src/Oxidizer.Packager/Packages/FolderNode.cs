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

    /// <summary>Of a link that is packed as one: what it says.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>The file at a path, through links; <c>null</c> when there is none. Something else than a file is reported.</summary>
    public static FileNode? Find(string path, RuleScope scope)
    {
        var facts = FileFacts.Of(path);
        if (facts.Kind == FileKind.Regular)
        {
            if (facts.IsLink)
                scope.NoteLink(path);
            return Of(System.IO.Path.GetFileName(path), path, facts) with { LinkTarget = facts.IsLink ? scope.PackedTarget(path) : null };
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

/// <summary>A link of a tree in whose place there is nothing else: it leads nowhere, in a circle, or to a folder above it.</summary>
/// <param name="Name">Without its folder.</param>
/// <param name="Target">What it says.</param>
internal sealed record LoneLink(string Name, string Target);

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

    /// <summary>Links directly in it that are packed as such, with nothing in their place, by name.</summary>
    public List<LoneLink> Links { get; } = [];

    /// <summary>Of a link that is packed as one: what it says.</summary>
    public string? LinkTarget { get; private init; }

    /// <summary>Whether the folder on the disk has no entry at all.</summary>
    public bool IsBare { get; private set; }

    /// <summary>The folder of that name, or <c>null</c>.</summary>
    public FolderNode? Folder(string name) => Folders.Find(folder => folder.Name == name);

    /// <summary>Reads a folder of the disk. What is neither file nor folder is left out and reported.</summary>
    /// <exception cref="IOException">It cannot be read, or its links form a circle.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FolderNode Load(string path, RuleScope scope)
    {
        var isLink = scope.Root is not null && scope.Root != path && FileFacts.Of(path).IsLink;
        if (isLink)
            scope.NoteLink(path);
        return Load(
            new Place(path, Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path, null, 0),
            isLink ? scope.PackedTarget(path) : null,
            scope.Root is null ? scope with { Root = path } : scope
        );
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

    /// <summary>Folders as one. Of two files with one path the later stays.</summary>
    /// <param name="folders">At least one; the result has the name and the path of the first.</param>
    public static FolderNode Merge(IReadOnlyList<FolderNode> folders)
    {
        if (folders.Count == 1)
            return folders[0];
        var merged = new FolderNode(folders[0].Name, folders[0].Path) { IsBare = folders.All(folder => folder.IsBare) };
        merged.Files.AddRange(folders.SelectMany(folder => folder.Files).GroupBy(file => file.Name).Select(same => same.Last()));
        merged.Links.AddRange(folders.SelectMany(folder => folder.Links).GroupBy(link => link.Name).Select(same => same.Last()));
        merged.Folders.AddRange(folders.SelectMany(folder => folder.Folders).GroupBy(below => below.Name).Select(same => Merge([.. same])));
        merged.Sort();
        return merged;
    }

    /// <summary>A part of the folder: the files and folders that are wanted, by path relative to it.</summary>
    /// <param name="whole">Whether a folder is wanted with all in it.</param>
    /// <param name="file">Whether a file is wanted.</param>
    /// <param name="relative">The folder's own path, with a slash after it, or empty.</param>
    public FolderNode Part(Predicate<string> whole, Predicate<string> file, string relative)
    {
        var part = new FolderNode(Name, Path) { LinkTarget = LinkTarget };
        part.Links.AddRange(Links.Where(link => file(relative + link.Name)));
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

    // A folder while it is read. `Real` is where it lies, behind the links above it.
    private sealed record Place(string Path, string Real, Place? Above, int Depth)
    {
        public Place Below(string name, string real) => new(System.IO.Path.Combine(Path, name), real, this, Depth + 1);

        public bool IsBelow(string real) => Real == real || Above?.IsBelow(real) == true;
    }

    private static FolderNode Load(Place place, string? target, RuleScope scope)
    {
        var path = place.Path;
        if (place.Depth > MaxDepth)
            throw new IOException($"`{path}` is more than {MaxDepth} folders deep; does a symbolic link in it lead upwards?");
        scope.Context.Cancellation.ThrowIfCancellationRequested();
        var entries = FolderListing.Read(path);
        var folder = new FolderNode(System.IO.Path.GetFileName(path), path) { IsBare = entries.Count == 0, LinkTarget = target };
        foreach (var entry in entries)
        {
            if (!scope.TakesAll && IsPassedOver(entry))
                continue;
            if (entry.Facts.IsLink)
                folder.AddLink(entry, place, scope);
            else if (entry.Facts.Kind == FileKind.Regular)
                folder.Files.Add(FileNode.Of(entry.Name, System.IO.Path.Combine(path, entry.Name), entry.Facts));
            else if (entry.Facts.Kind == FileKind.Folder)
                folder.Folders.Add(Load(place.Below(entry.Name, System.IO.Path.Combine(place.Real, entry.Name)), null, scope));
            else if (entry.Facts.Kind != FileKind.Missing)
                scope.ReportLeftOut(System.IO.Path.Combine(path, entry.Name), entry.Facts.Reason!);
        }
        folder.Sort();
        return folder;
    }

    // What it leads to is read in its place too: a module has its own name there, and a link that another rule's files or an exclusion
    // leaves without its target is packed as that.
    private void AddLink(FolderEntry entry, Place place, RuleScope scope)
    {
        var (path, own) = (System.IO.Path.Combine(Path, entry.Name), System.IO.Path.Combine(place.Real, entry.Name));
        var target = scope.PackedTarget(path);
        if (entry.Facts.Kind == FileKind.Regular)
        {
            scope.NoteLink(path);
            Files.Add(FileNode.Of(entry.Name, path, entry.Facts) with { LinkTarget = target });
        }
        else if (entry.Facts.Kind == FileKind.Folder)
        {
            var real = Directory.ResolveLinkTarget(own, returnFinalTarget: true)?.FullName.TrimEnd('/') ?? own;
            var isAbove = place.IsBelow(real) || own.StartsWith(real + "/", StringComparison.Ordinal);
            // The kernel follows such a link forty times before it refuses: each time the same modules under another name.
            if (isAbove && target is null)
                throw new IOException($"the symbolic link `{path}` leads to a folder above it; remove it");
            if (isAbove)
            {
                Links.Add(new LoneLink(entry.Name, target!));
                return;
            }
            scope.NoteLink(path);
            Folders.Add(Load(place.Below(entry.Name, real), target, scope));
        }
        else if (entry.Facts.Kind is FileKind.DanglingLink or FileKind.LoopingLink && target is not null)
            Links.Add(new LoneLink(entry.Name, target));
        else if (entry.Facts.Kind != FileKind.Missing)
            scope.ReportLeftOut(path, entry.Facts.Reason!);
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

    private void Sort()
    {
        Files.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        Links.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        Folders.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
    }
}
