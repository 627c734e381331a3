using System.Collections.Immutable;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Distributions;

/// <summary>The files below <c>python/</c> of an unpacked archive.</summary>
internal sealed class DistributionFiles
{
    /// <summary>The folder that a distribution's archive holds everything in.</summary>
    private const string Folder = "python", Prefix = "python/";

    private readonly TreeManifest _manifest;

    /// <summary>Lists them, with the digests that the manifest knows. A link to a file stands with the digest of that file; one to a folder, or to nothing, does not stand here.</summary>
    public DistributionFiles(UnpackedTree tree)
    {
        Root = Path.Combine(tree.Root, Folder);
        _manifest = tree.Manifest;
        var files = new List<KeyValuePair<string, ActionOutput>>(_manifest.Entries.Count);
        foreach (var entry in _manifest.Entries)
        {
            if (entry.Kind == TreeEntryKind.Directory || entry.Size < 0 || !entry.Path.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            var path = entry.Path[Prefix.Length..];
            var mode = entry.Kind == TreeEntryKind.Executable ? ActionOutput.Executable : ActionOutput.PlainFile;
            files.Add(new(path, new ActionOutput(path, entry.Digest, entry.Size, mode, entry.LinkTarget)));
        }
        ByPath = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, files);
    }

    /// <summary>The folder <c>python/</c>, absolute.</summary>
    public string Root { get; }

    /// <summary>By path relative to <see cref="Root"/>.</summary>
    public ImmutableSortedDictionary<string, ActionOutput> ByPath { get; }

    /// <summary>Whether the archive has such a folder, by path relative to <see cref="Root"/>.</summary>
    public bool HasFolder(string path)
    {
        var whole = Prefix + path;
        return _manifest.Entries.Any(entry => entry.Kind == TreeEntryKind.Directory && entry.Path == whole);
    }
}
