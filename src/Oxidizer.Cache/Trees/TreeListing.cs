using Oxidizer.Cache.Index;

namespace Oxidizer.Cache.Trees;

/// <summary>The listing of a tree as bytes: a version, then the entries sorted by path, so that equal trees have equal digests.</summary>
internal static class TreeListing
{
    private const uint Version = 0x3145_4552; // "REE1"

    /// <summary>Checks and writes a listing.</summary>
    /// <exception cref="ArgumentException">A path cannot stand in a tree.</exception>
    public static byte[] Write(IReadOnlyCollection<ActionOutput> entries)
    {
        var sorted = entries.OrderBy(entry => entry.Path, StringComparer.Ordinal).ToList();
        Check(sorted);
        var writer = new ByteWriter(64 * sorted.Count + 16);
        writer.UInt32(Version);
        writer.UInt32((uint)sorted.Count);
        foreach (var entry in sorted)
            StoredAction.WriteOutput(writer, entry);
        return writer.ToArray();
    }

    /// <summary>Reads a listing; <c>null</c> if it is none, or names paths outside of the tree.</summary>
    public static IReadOnlyList<ActionOutput>? Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        if (reader.UInt32() != Version)
            return null;
        var entries = new ActionOutput[reader.Count(StoredAction.SmallestOutput)];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = StoredAction.ReadOutput(ref reader);
        return reader.IsComplete && Array.TrueForAll(entries, IsInside) ? entries : null;
    }

    private static void Check(List<ActionOutput> sorted)
    {
        var all = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in sorted)
        {
            if (!IsInside(entry))
                throw new ArgumentException($"`{entry.Path}` cannot stand in a tree: it is absolute, leaves the tree, or is a link that does");
            if (!all.Add(entry.Path.TrimEnd('/')))
                throw new ArgumentException($"`{entry.Path}` stands in the tree twice");
        }
        all.ExceptWith(sorted.Where(entry => entry.Path.EndsWith('/')).Select(entry => entry.Path.TrimEnd('/')));
        foreach (var entry in sorted)
        {
            for (var slash = entry.Path.LastIndexOf('/', Math.Max(0, entry.Path.Length - 2)); slash > 0; slash = entry.Path.LastIndexOf('/', slash - 1))
            {
                if (all.Contains(entry.Path[..slash]))
                    throw new ArgumentException($"`{entry.Path}` lies below `{entry.Path[..slash]}`, which is no folder");
            }
        }
    }

    private static bool IsInside(ActionOutput entry)
    {
        var depth = Depth(0, entry.Path.EndsWith('/') ? entry.Path.AsSpan(0, entry.Path.Length - 1) : entry.Path, allowUp: false);
        return depth > 0 && (entry.LinkTarget is null || (!entry.Path.EndsWith('/') && Depth(depth - 1, entry.LinkTarget, allowUp: true) >= 0));
    }

    // The depth below the root after a path is walked; -1 if it leaves the root on its way.
    private static int Depth(int depth, ReadOnlySpan<char> path, bool allowUp)
    {
        if (path.IsEmpty || path[0] == '/' || path.Contains('\0') || !ByteWriter.IsWellFormed(path))
            return -1;
        foreach (var range in path.Split('/'))
        {
            var part = path[range];
            if (part is "..")
                depth = allowUp ? depth - 1 : -1;
            else if (!(part.IsEmpty || part is ".") || !allowUp)
                depth = part.IsEmpty || part is "." ? -1 : depth + 1;
            if (depth < 0)
                return -1;
        }
        return depth;
    }
}
