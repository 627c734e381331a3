using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Oxidizer.Cache;
using Oxidizer.Packager.Archives;

namespace Oxidizer.Packager.Distributions;

/// <summary>
/// The files below <c>python/</c> of an unpacked archive, by path relative to that folder and in the order of their paths, with the digests
/// that the manifest knows. A link to a file stands with the digest of that file; one to a folder, or to nothing, does not stand here. It
/// is a view of the manifest's sorted list: a sorted dictionary of 8,000 files took 13 ms to make, in each build.
/// </summary>
internal sealed class DistributionFiles : IReadOnlyDictionary<string, ActionOutput>
{
    /// <summary>The folder that a distribution's archive holds everything in.</summary>
    private const string Folder = "python",
        Prefix = "python/";

    private readonly TreeEntry[] _files;
    private readonly TreeManifest _manifest;

    /// <summary>Lists the files of a tree.</summary>
    public DistributionFiles(UnpackedTree tree)
    {
        Root = Path.Combine(tree.Root, Folder);
        _manifest = tree.Manifest;
        var files = new List<TreeEntry>(_manifest.Entries.Count);
        foreach (var entry in _manifest.Entries)
        {
            if (entry.Kind != TreeEntryKind.Directory && entry.Size >= 0 && entry.Path.StartsWith(Prefix, StringComparison.Ordinal))
                files.Add(entry);
        }
        _files = [.. files];
    }

    /// <summary>The folder <c>python/</c>, absolute.</summary>
    public string Root { get; }

    /// <inheritdoc/>
    public int Count => _files.Length;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _files.Select(file => file.Path[Prefix.Length..]);

    /// <inheritdoc/>
    public IEnumerable<ActionOutput> Values => _files.Select(Output);

    /// <inheritdoc/>
    public ActionOutput this[string key] =>
        TryGetValue(key, out var file) ? file : throw new KeyNotFoundException($"the distribution has no file `{key}`");

    /// <inheritdoc/>
    public bool ContainsKey(string key) => Find(key) is not null;

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out ActionOutput value)
    {
        value = Find(key) is { } entry ? Output(entry) : null;
        return value is not null;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, ActionOutput>> GetEnumerator()
    {
        foreach (var entry in _files)
        {
            var file = Output(entry);
            yield return new KeyValuePair<string, ActionOutput>(file.Path, file);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether the archive has such a folder, by path relative to <see cref="Root"/>.</summary>
    public bool HasFolder(string path) => _manifest.Find(Prefix + path) is { Kind: TreeEntryKind.Directory };

    private TreeEntry? Find(string key) =>
        _manifest.Find(Prefix + key) is { Kind: not TreeEntryKind.Directory, Size: >= 0 } entry ? entry : null;

    private static ActionOutput Output(TreeEntry entry) =>
        new(
            entry.Path[Prefix.Length..],
            entry.Digest,
            entry.Size,
            entry.Kind == TreeEntryKind.Executable ? ActionOutput.Executable : ActionOutput.PlainFile,
            entry.LinkTarget
        );
}
