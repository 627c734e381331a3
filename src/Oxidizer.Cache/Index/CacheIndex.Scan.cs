using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Index;

internal sealed partial class CacheIndex
{
    /// <summary>Every action, with the time of its last use. What this process has not written yet is not among them.</summary>
    public IReadOnlyList<(StoredAction Action, byte[] Payload, long LastUse)> AllActions()
    {
        lock (_gate)
        {
            Load();
            var all = new List<(StoredAction, byte[], long)>();
            foreach (
                var (digest, payload) in Merge(
                    _snapshot is null ? [] : PayloadsOf(_snapshot, _snapshot.Actions, FrameKind.Action),
                    _journal.Actions
                )
            )
            {
                if (StoredAction.Read(payload.Payload) is { } action)
                    all.Add((action, payload.Payload, LastUse(digest, payload.LastUse)));
            }
            return all;
        }
    }

    /// <summary>Every blob, with the time of its own last use.</summary>
    public IReadOnlyDictionary<Sha256Digest, (StoredBlob Blob, long LastUse)> AllBlobs()
    {
        lock (_gate)
        {
            Load();
            var all = new Dictionary<Sha256Digest, (StoredBlob, long)>();
            foreach (var (digest, payload, lastUse) in _snapshot is null ? [] : PayloadsOf(_snapshot, _snapshot.Blobs, FrameKind.Blob))
            {
                if (StoredBlob.TryRead(payload, out _, out var blob))
                    all[digest] = (blob, LastUse(digest, lastUse));
            }
            foreach (var (digest, blob) in _journal.Blobs)
            {
                if (blob is { } stored)
                    all[digest] = (stored, LastUse(digest, 0));
                else
                    all.Remove(digest);
            }
            return all;
        }
    }

    private static IEnumerable<(Sha256Digest Digest, byte[] Payload, long LastUse)> PayloadsOf(
        Snapshot snapshot,
        ReadOnlySpan<SnapshotSlot> slots,
        FrameKind kind
    )
    {
        var found = new List<(Sha256Digest, byte[], long)>(slots.Length);
        foreach (var slot in slots)
        {
            if (snapshot.ReadFrame(slot.Offset, kind) is { Length: >= Sha256Digest.Size } payload)
                found.Add((new Sha256Digest(payload.AsSpan(0, Sha256Digest.Size)), payload, slot.Time));
        }
        return found;
    }

    private static Dictionary<Sha256Digest, (byte[] Payload, long LastUse)> Merge(
        IEnumerable<(Sha256Digest Digest, byte[] Payload, long LastUse)> older,
        Dictionary<Sha256Digest, byte[]?> newer
    )
    {
        var merged = older.ToDictionary(entry => entry.Digest, entry => (entry.Payload, entry.LastUse));
        foreach (var (digest, payload) in newer)
        {
            if (payload is null)
                merged.Remove(digest);
            else
                merged[digest] = (payload, 0);
        }
        return merged;
    }
}
