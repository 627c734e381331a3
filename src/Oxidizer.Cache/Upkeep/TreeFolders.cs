using Oxidizer.Cache.Files;
using Oxidizer.Cache.Index;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Locking;
using Oxidizer.Cache.Records;
using Oxidizer.Cache.Trees;

namespace Oxidizer.Cache.Upkeep;

/// <summary>A tree, as upkeep sees it.</summary>
/// <param name="Key">Of the action that made it: its folder's name.</param>
/// <param name="Record">The action's record; <c>null</c> when it was lost.</param>
/// <param name="LastUse">In seconds since 1970.</param>
internal sealed record TreeInUpkeep(Sha256Digest Key, ActionRecord? Record, long LastUse)
{
    /// <summary>What it takes, in bytes; 0 without a record.</summary>
    public long Size => Record is null ? 0 : TreeStore.SizeOf(Record);
}

/// <summary>The trees in the cache's folder. There are few: a look at all of them costs a directory's list and a look-up each.</summary>
internal sealed class TreeFolders(CacheFolder folder, CacheIndex index)
{
    /// <summary>What <see cref="Remove"/> removed, with its size in bytes.</summary>
    public Dictionary<Sha256Digest, long> Removed { get; } = [];

    /// <summary>Every tree that is there.</summary>
    public IEnumerable<TreeInUpkeep> All()
    {
        foreach (var key in TreeStore.KeysIn(folder.Trees))
        {
            var record = index.FindAction(key, out var lastUse) is { } payload ? StoredAction.Read(payload)?.Record : null;
            yield return new TreeInUpkeep(key, record, record is null ? WrittenAt(TreeStore.PathOf(folder.Trees, key)) : lastUse);
        }
    }

    /// <summary>Removes a tree, unless a running process uses it. It is renamed under the lock and deleted after it: builds wait for milliseconds.</summary>
    public void Remove(TreeInUpkeep tree)
    {
        var path = TreeStore.PathOf(folder.Trees, tree.Key);
        var aside = $"{path}.{Guid.NewGuid():N}.old";
        index.Flush(() => SessionUses.Evict(folder, [tree.Key], unused =>
        {
            // Without stamps everything is verified.
            FileTransfer.TryDelete(TreeStamps.PathFor(path));
            if (unused.Count == 0 || !Directory.Exists(path))
                return;
            Directory.Move(path, aside);
            Removed[tree.Key] = tree.Size;
        }));
        TreeStore.Discard(aside);
    }

    /// <summary>Removes what killed processes left, and trees that no record has named for a day.</summary>
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
