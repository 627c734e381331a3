using Oxidizer.Cache;

namespace Oxidizer.Packager.Archives;

/// <summary>
/// Follows the symbolic links of a tree that is not written yet, the way a kernel would. A comparison of texts would not do: behind a link,
/// <c>..</c> leads elsewhere than the text says.
/// </summary>
internal sealed class LinkGraph(IReadOnlyDictionary<string, TreeEntry> entries)
{
    // As Linux counts them (path_resolution(7)).
    private const int MostHops = 40,
        LongestTarget = 4096;

    /// <summary>The target of a link; <c>null</c> if there is none, or it is the root.</summary>
    /// <exception cref="BadArchiveException">It leads out of the tree, or round in a circle.</exception>
    public TreeEntry? Resolve(TreeEntry link)
    {
        var place = new List<string>(Split(ArchivePath.FolderOf(link.Path)));
        var pending = new Stack<string>();
        Push(link, link, pending);
        TreeEntry? found = null;
        for (var hops = 0; pending.TryPop(out var name); )
        {
            if (name == ".")
                continue;
            if (name == "..")
            {
                if (place.Count == 0)
                    throw BadArchiveException.Unsafe(link.Path, $"is a link that leads out of its folder (`{link.LinkTarget}`)");
                place.RemoveAt(place.Count - 1);
                found = entries.GetValueOrDefault(string.Join('/', place));
                continue;
            }
            place.Add(name);
            found = entries.GetValueOrDefault(string.Join('/', place));
            if (found is not { Kind: TreeEntryKind.Link })
                continue;
            if (++hops > MostHops)
                throw BadArchiveException.Unsafe(link.Path, "is a link that leads round in a circle");
            place.RemoveAt(place.Count - 1);
            Push(link, found, pending);
        }
        return found;
    }

    private static void Push(TreeEntry start, TreeEntry link, Stack<string> pending)
    {
        var target = link.LinkTarget!;
        if (target.StartsWith('/'))
            throw BadArchiveException.Unsafe(start.Path, $"is a link to an absolute path (`{target}`)");
        if (target.Length is 0 or > LongestTarget || target.Contains('\\') || target.Any(char.IsControl))
            throw BadArchiveException.Unsafe(
                start.Path,
                "is a link whose target is empty, too long, or holds a backslash or a control character"
            );
        foreach (var name in Split(target).Reverse())
            pending.Push(name);
    }

    private static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
