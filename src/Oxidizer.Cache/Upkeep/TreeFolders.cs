using Oxidizer.Cache.Files;
using Oxidizer.Cache.Index;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Locking;
using Oxidizer.Cache.Records;
using Oxidizer.Cache.Trees;

namespace Oxidizer.Cache.Upkeep;

/// <summary>A tree, as upkeep sees it.</summary>
/// <param name="Key">The key of the action that made it, which is its folder's name.</param>
/// <param name="Record">The action's record; <c>null</c> when it was lost.</param>
/// <param name="LastUse">In seconds since 1970.</param>
internal sealed record TreeInUpkeep(Sha256Digest Key, ActionRecord? Record, long LastUse)
{
    /// <summary>Its size in bytes; 0 without a record.</summary>
    public long Size => Record is null ? 0 : TreeStore.SizeOf(Record);
}

/// <summary>The trees in the cache's folder. There are few, so looking at all of them is cheap: a directory listing, and a look-up
/// each.</summary>
internal sealed class TreeFolders(CacheFolder folder, CacheIndex index)
{
    /// <summary>The trees that <see cref="Remove"/> removed, with their sizes in bytes.</summary>
    public Dictionary<Sha256Digest, long> Removed { get; } = [];

    /// <summary>All trees.</summary>
    public IEnumerable<TreeInUpkeep> All()
    {
        foreach (var key in TreeStore.KeysIn(folder.Trees))
        {
            var record = index.FindAction(key, out var lastUse) is { } payload ? StoredAction.Read(payload)?.Record : null;
            yield return new TreeInUpkeep(key, record, record is null ? WrittenAt(TreeStore.PathOf(folder.Trees, key)) : lastUse);
        }
    }

    /// <summary>Removes a tree, unless a running process uses it. It is renamed under the lock and deleted after it, so that builds wait
    /// only for milliseconds.</summary>
    public void Remove(TreeInUpkeep tree)
    {
        var path = TreeStore.PathOf(folder.Trees, tree.Key);
        var aside = $"{path}.{Guid.NewGuid():N}.old";
        index.Flush(() =>
            SessionUses.Evict(
                folder,
                [tree.Key],
                unused =>
                {
                    // Without stamps the next build verifies everything.
                    FileTransfer.TryDelete(TreeStamps.PathFor(path));
                    if (unused.Count == 0 || !Directory.Exists(path))
                        return;
                    Directory.Move(path, aside);
                    Removed[tree.Key] = tree.Size;
                }
            )
        );
        TreeStore.Discard(aside);
    }

    /// <summary>Removes folders that killed processes left, and trees that no record has named for a day.</summary>
    public void RemoveLeftovers()
    {
        TemporaryTree.RemoveAbandoned(folder.Trees);
        if (!Directory.Exists(folder.Trees))
            return;
        foreach (var path in Directory.GetDirectories(folder.Trees, "*.old"))
            TreeStore.Discard(path);
        foreach (var tree in All().Where(tree => tree.Record is null && tree.LastUse < UnixTime.Now - 86_400).ToList())
            Remove(tree);
    }

    private static long WrittenAt(string path) =>
        FileStamp.TryRead(path, follow: false, out var stamp, out _) ? stamp.Changed / 1_000_000_000 : UnixTime.Now;
}
