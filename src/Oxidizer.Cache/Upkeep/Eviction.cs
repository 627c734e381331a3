using Oxidizer.Cache.Blobs;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Index;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Locking;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Upkeep;

/// <summary>
/// Removes what was not used for longest. It looks at everything without a lock, and removes in small steps under the lock, so that builds wait for milliseconds;
/// it may be stopped after any step. What running processes use, and what was used within the grace period, stays.
/// </summary>
internal sealed class Eviction(CacheFolder folder, CacheIndex index, PackReader packs)
{
    // What running processes use they have noted (SessionUses), so this protects little: those that cannot write notes. Were it an hour, an hour of
    // builds that store 200 MB each could not be kept below `max_size`.
    private const long GraceSeconds = 60;

    // Two machines' clocks, or one that was set right, may differ by so much.
    private const long ClockSeconds = 3600;
    private const int StepSize = 256;

    private int _removedActions;
    private readonly Dictionary<Sha256Digest, StoredBlob> _removedBlobs = [];

    private readonly TreeFolders _trees = new(folder, index);

    /// <summary>What was removed.</summary>
    public (int Actions, int Blobs, int Trees, long Bytes) Removed =>
        (_removedActions, _removedBlobs.Count, _trees.Removed.Count, _removedBlobs.Values.Sum(blob => blob.Size) + _trees.Removed.Values.Sum());

    /// <summary>Whether, after <see cref="Run"/>, more is left than was asked for, because it is in use.</summary>
    public bool IsAboveTarget { get; private set; }

    /// <summary>Removes until blobs and trees take at most <paramref name="target"/> bytes, and what is older than <paramref name="oldest"/> (seconds since 1970).</summary>
    /// <param name="target">In bytes.</param>
    /// <param name="oldest">Last uses before it are too old.</param>
    /// <param name="grace">Whether what was used within the last minute stays.</param>
    public void Run(long target, long oldest, bool grace)
    {
        var actions = index.AllActions();
        var blobs = index.AllBlobs();
        var used = SessionUses.ReadAll(folder);
        var uses = LastUses(actions, blobs, used);
        var trees = _trees.All().ToDictionary(tree => tree.Key, tree => tree with { LastUse = used.Contains(tree.Key) ? long.MaxValue : NotInTheFuture(tree.LastUse) });
        var total = blobs.Values.Sum(entry => entry.Blob.Size) + trees.Values.Sum(tree => tree.Size);
        var newestToGo = grace ? UnixTime.Now - GraceSeconds : UnixTime.Now + ClockSeconds;
        var victims = new List<Sha256Digest>();
        // A tree has the name of its action, which is no blob's: the two cannot be confused.
        foreach (var (digest, lastUse) in uses.Concat(trees.Select(tree => KeyValuePair.Create(tree.Key, tree.Value.LastUse))).OrderBy(entry => entry.Value))
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

    /// <summary>Removes trees that were found to be wrong, unless they are in use: then the next build verifies and mends them.</summary>
    public void Remove(IEnumerable<TreeInUpkeep> trees)
    {
        foreach (var tree in trees)
            _trees.Remove(tree);
    }

    /// <summary>Removes blobs and records that were found to be wrong.</summary>
    public void Remove(IReadOnlyCollection<Sha256Digest> blobs, IReadOnlyCollection<(Sha256Digest Digest, byte[] Payload)> actions)
    {
        foreach (var step in blobs.Select(digest => (digest, long.MaxValue)).Chunk(StepSize))
            RemoveStep(step);
        RemoveRecords(actions);
    }

    // The use of an action is the use of its outputs.
    private Dictionary<Sha256Digest, long> LastUses(
        IReadOnlyList<(StoredAction Action, byte[] Payload, long LastUse)> actions,
        IReadOnlyDictionary<Sha256Digest, (StoredBlob Blob, long LastUse)> blobs,
        HashSet<Sha256Digest> used)
    {
        var uses = blobs.ToDictionary(entry => entry.Key, entry => used.Contains(entry.Key) ? long.MaxValue : NotInTheFuture(entry.Value.LastUse));
        foreach (var (action, _, lastUse) in actions)
        {
            var time = used.Contains(action.Record.Key.Digest) ? long.MaxValue : NotInTheFuture(lastUse);
            foreach (var output in action.Record.Outputs)
                Raise(uses, output.Digest, time);
        }
        return uses;
    }

    // What was used while the clock stood ahead would be kept until it is there again.
    private static long NotInTheFuture(long time) => time > UnixTime.Now + ClockSeconds ? UnixTime.Now - ClockSeconds : time;

    private static void Raise(Dictionary<Sha256Digest, long> uses, Sha256Digest digest, long time)
    {
        if (uses.TryGetValue(digest, out var known) && known < time)
            uses[digest] = time;
    }

    private void RemoveStep(IReadOnlyCollection<(Sha256Digest Digest, long LastUse)> victims) => index.Flush(() =>
    {
        // Not what was used or stored again since it was chosen.
        var condemned = victims
            .Where(victim => index.TryFindBlob(victim.Digest, out _, out var lastUse) && lastUse <= victim.LastUse)
            .Select(victim => victim.Digest)
            .ToList();
        SessionUses.Evict(folder, condemned, unused =>
        {
            foreach (var digest in unused)
            {
                if (index.TryFindBlob(digest, out var blob, out _) && FileTransfer.TryDelete(BlobFiles.PathOf(folder.Blobs, digest)))
                    _removedBlobs[digest] = blob;
                index.SetBlob(digest, null);
            }
        });
    });

    private void RemoveActions(
        IReadOnlyList<(StoredAction Action, byte[] Payload, long LastUse)> actions, HashSet<Sha256Digest> victims, long oldest, HashSet<Sha256Digest> used)
    {
        victims.IntersectWith(_removedBlobs.Keys);
        RemoveRecords([.. actions
            .Where(entry => !used.Contains(entry.Action.Record.Key.Digest))
            .Where(entry => NotInTheFuture(entry.LastUse) < oldest || entry.Action.Record.Outputs.Any(output => output.LinkTarget is null && victims.Contains(output.Digest)))
            .Select(entry => (entry.Action.Record.Key.Digest, entry.Payload))]);
    }

    private void RemoveRecords(IReadOnlyCollection<(Sha256Digest Digest, byte[] Payload)> records)
    {
        foreach (var step in records.Chunk(StepSize))
        {
            index.Flush(() =>
            {
                foreach (var (digest, payload) in step)
                {
                    // Not one that was added again since.
                    if (index.FindAction(digest, out _) is not { } now || !now.AsSpan().SequenceEqual(payload))
                        continue;
                    index.SetAction(digest, null);
                    _removedActions++;
                }
            });
        }
    }

    // A pack of which half is dead is written anew. Who has the old one open can still read it.
    private void CompactPacks()
    {
        var live = index.AllBlobs().Where(entry => entry.Value.Blob.IsPacked).ToLookup(entry => entry.Value.Blob.Pack);
        foreach (var number in Pack.Numbers(folder).ToList())
        {
            var path = Pack.PathOf(folder, number);
            if (FileStamp.TryRead(path, out var stamp) && live[number].Sum(entry => entry.Value.Blob.Size + Pack.HeaderSize) * 2 < stamp.Size)
            {
                var moved = false;
                // The old pack is deleted when the new places can be read, and not before.
                if (index.Flush(() => moved = TryCompact(number, path, stamp, [.. live[number].Select(entry => entry.Key)])) && moved)
                    FileTransfer.TryDelete(path);
            }
        }
    }

    // True if blobs were moved to another pack. A pack without any is deleted under the lock, as the next blobs might be appended to it.
    private bool TryCompact(long number, string path, FileStamp seen, IReadOnlyList<Sha256Digest> live)
    {
        // Appended to since.
        if (!FileStamp.TryRead(path, out var now) || now != seen)
            return false;
        var kept = new List<KeyValuePair<Sha256Digest, byte[]>>();
        foreach (var digest in live)
        {
            if (index.TryFindBlob(digest, out var blob, out _) && blob.Pack == number && packs.TryRead(blob) is { } content && Sha256Digest.Of(content) == digest)
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
