using Oxidizer.Cache.Blobs;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Index;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Locking;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Upkeep;

/// <summary>
/// Removes the least recently used entries. It reads the index without a lock, and removes in small steps under the lock, so that builds
/// wait only for milliseconds; it may be killed after any step. Entries that running processes use, and those that were used within the
/// grace period, stay.
/// </summary>
internal sealed class Eviction(CacheFolder folder, CacheIndex index, PackReader packs)
{
    // Running processes note what they use (SessionUses), so this protects only those that cannot write notes. With an hour instead, builds
    // that store 200 MB each could not be kept below `max_size` for that hour.
    private const long GraceSeconds = 60;

    // The clocks of two machines, or a clock before and after it was set, may differ by this much.
    private const long ClockSeconds = 3600;
    private const int StepSize = 256;

    private int _removedActions;
    private readonly Dictionary<Sha256Digest, StoredBlob> _removedBlobs = [];

    private readonly TreeFolders _trees = new(folder, index);

    /// <summary>What was removed.</summary>
    public (int Actions, int Blobs, int Trees, long Bytes) Removed =>
        (
            _removedActions,
            _removedBlobs.Count,
            _trees.Removed.Count,
            _removedBlobs.Values.Sum(blob => blob.Size) + _trees.Removed.Values.Sum()
        );

    /// <summary>Whether <see cref="Run"/> could not reach its target, because entries are in use.</summary>
    public bool IsAboveTarget { get; private set; }

    /// <summary>Removes entries until blobs and trees take at most <paramref name="target"/> bytes, and all that were last used before
    /// <paramref name="oldest"/>.</summary>
    /// <param name="target">In bytes.</param>
    /// <param name="oldest">In seconds since 1970.</param>
    /// <param name="grace">Whether entries that were used within the last minute stay.</param>
    public void Run(long target, long oldest, bool grace)
    {
        var actions = index.AllActions();
        var blobs = index.AllBlobs();
        var used = SessionUses.ReadAll(folder);
        var uses = LastUses(actions, blobs, used);
        var trees = _trees
            .All()
            .ToDictionary(
                tree => tree.Key,
                tree => tree with { LastUse = used.Contains(tree.Key) ? long.MaxValue : NotInTheFuture(tree.LastUse) }
            );
        var total = blobs.Values.Sum(entry => entry.Blob.Size) + trees.Values.Sum(tree => tree.Size);
        var newestToGo = grace ? UnixTime.Now - GraceSeconds : UnixTime.Now + ClockSeconds;
        var victims = new List<Sha256Digest>();
        // A tree is named by its action's digest, which is never a blob's, so the two cannot be confused.
        foreach (
            var (digest, lastUse) in uses.Concat(trees.Select(tree => KeyValuePair.Create(tree.Key, tree.Value.LastUse)))
                .OrderBy(entry => entry.Value)
        )
        {
            if ((total <= target && lastUse >= oldest) || lastUse > newestToGo)
                break;
            total -= trees.TryGetValue(digest, out var tree) ? tree.Size : blobs[digest].Blob.Size;
            victims.Add(digest);
        }
        IsAboveTarget = total > target;
        foreach (var step in victims.Where(blobs.ContainsKey).Select(digest => (digest, blobs[digest].LastUse)).Chunk(StepSize))
            RemoveStep(step);
        RemoveActions(actions, victims.ToHashSet(), oldest, used);
        foreach (var key in victims.Where(trees.ContainsKey))
            _trees.Remove(trees[key]);
        CompactPacks();
    }

    /// <summary>Removes damaged trees, unless they are in use: then the next build verifies and repairs them.</summary>
    public void Remove(IEnumerable<TreeInUpkeep> trees)
    {
        foreach (var tree in trees)
            _trees.Remove(tree);
    }

    /// <summary>Removes damaged blobs, and records that name damaged ones.</summary>
    public void Remove(IReadOnlyCollection<Sha256Digest> blobs, IReadOnlyCollection<(Sha256Digest Digest, byte[] Payload)> actions)
    {
        foreach (var step in blobs.Select(digest => (digest, long.MaxValue)).Chunk(StepSize))
            RemoveStep(step);
        RemoveRecords(actions);
    }

    // Using an action uses its outputs.
    private Dictionary<Sha256Digest, long> LastUses(
        IReadOnlyList<(StoredAction Action, byte[] Payload, long LastUse)> actions,
        IReadOnlyDictionary<Sha256Digest, (StoredBlob Blob, long LastUse)> blobs,
        HashSet<Sha256Digest> used
    )
    {
        var uses = blobs.ToDictionary(
            entry => entry.Key,
            entry => used.Contains(entry.Key) ? long.MaxValue : NotInTheFuture(entry.Value.LastUse)
        );
        foreach (var (action, _, lastUse) in actions)
        {
            var time = used.Contains(action.Record.Key.Digest) ? long.MaxValue : NotInTheFuture(lastUse);
            foreach (var output in action.Record.Outputs)
                Raise(uses, output.Digest, time);
        }
        return uses;
    }

    // Otherwise an entry that was used while the clock was ahead would stay until that time comes.
    private static long NotInTheFuture(long time) => time > UnixTime.Now + ClockSeconds ? UnixTime.Now - ClockSeconds : time;

    private static void Raise(Dictionary<Sha256Digest, long> uses, Sha256Digest digest, long time)
    {
        if (uses.TryGetValue(digest, out var known) && known < time)
            uses[digest] = time;
    }

    private void RemoveStep(IReadOnlyCollection<(Sha256Digest Digest, long LastUse)> victims) =>
        index.Flush(() =>
        {
            // Blobs that were used or stored again since they were chosen stay.
            var condemned = victims
                .Where(victim => index.TryFindBlob(victim.Digest, out _, out var lastUse) && lastUse <= victim.LastUse)
                .Select(victim => victim.Digest)
                .ToList();
            SessionUses.Evict(
                folder,
                condemned,
                unused =>
                {
                    foreach (var digest in unused)
                    {
                        if (
                            index.TryFindBlob(digest, out var blob, out _) && FileTransfer.TryDelete(BlobFiles.PathOf(folder.Blobs, digest))
                        )
                            _removedBlobs[digest] = blob;
                        index.SetBlob(digest, null);
                    }
                }
            );
        });

    private void RemoveActions(
        IReadOnlyList<(StoredAction Action, byte[] Payload, long LastUse)> actions,
        HashSet<Sha256Digest> victims,
        long oldest,
        HashSet<Sha256Digest> used
    )
    {
        victims.IntersectWith(_removedBlobs.Keys);
        RemoveRecords([
            .. actions
                .Where(entry => !used.Contains(entry.Action.Record.Key.Digest))
                .Where(entry =>
                    NotInTheFuture(entry.LastUse) < oldest
                    || entry.Action.Record.Outputs.Any(output => output.LinkTarget is null && victims.Contains(output.Digest))
                )
                .Select(entry => (entry.Action.Record.Key.Digest, entry.Payload)),
        ]);
    }

    private void RemoveRecords(IReadOnlyCollection<(Sha256Digest Digest, byte[] Payload)> records)
    {
        foreach (var step in records.Chunk(StepSize))
        {
            index.Flush(() =>
            {
                foreach (var (digest, payload) in step)
                {
                    // A record that was added again since stays.
                    if (index.FindAction(digest, out _) is not { } now || !now.AsSpan().SequenceEqual(payload))
                        continue;
                    index.SetAction(digest, null);
                    _removedActions++;
                }
            });
        }
    }

    // A pack is rewritten when half of it is dead. Processes that have the old one open can still read it.
    private void CompactPacks()
    {
        var live = index.AllBlobs().Where(entry => entry.Value.Blob.IsPacked).ToLookup(entry => entry.Value.Blob.Pack);
        foreach (var number in Pack.Numbers(folder).ToList())
        {
            var path = Pack.PathOf(folder, number);
            if (
                FileStamp.TryRead(path, out var stamp)
                && live[number].Sum(entry => entry.Value.Blob.Size + Pack.HeaderSize) * 2 < stamp.Size
            )
            {
                var moved = false;
                // The old pack is deleted only after the index has the new places.
                if (index.Flush(() => moved = TryCompact(number, path, stamp, [.. live[number].Select(entry => entry.Key)])) && moved)
                    FileTransfer.TryDelete(path);
            }
        }
    }

    // True if blobs were moved to another pack. A pack without any is deleted under the lock, as the next blobs might be appended to it.
    private bool TryCompact(long number, string path, FileStamp seen, IReadOnlyList<Sha256Digest> live)
    {
        // It was appended to since.
        if (!FileStamp.TryRead(path, out var now) || now != seen)
            return false;
        var kept = new List<KeyValuePair<Sha256Digest, byte[]>>();
        foreach (var digest in live)
        {
            if (
                index.TryFindBlob(digest, out var blob, out _)
                && blob.Pack == number
                && packs.TryRead(blob) is { } content
                && Sha256Digest.Of(content) == digest
            )
                kept.Add(KeyValuePair.Create(digest, content));
        }
        if (kept.Count == 0)
        {
            FileTransfer.TryDelete(path);
            return false;
        }
        foreach (var (digest, blob) in Pack.Append(folder, kept, Pack.Numbers(folder).Max() + 1))
            index.MoveBlob(digest, blob);
        return true;
    }
}
