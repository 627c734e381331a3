using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Index;

/// <summary>
/// Entries that were added to or removed from an index: the content of the journal, or what waits to be appended to it. A value of
/// <c>null</c> means that the entry was removed. Not thread-safe.
/// </summary>
internal sealed class IndexChanges
{
    private readonly Dictionary<ulong, List<Sha256Digest>> _names = [];

    public Dictionary<Sha256Digest, byte[]?> Actions { get; } = [];

    public Dictionary<Sha256Digest, StoredBlob?> Blobs { get; } = [];

    public Dictionary<Sha256Digest, long> Uses { get; } = [];

    /// <summary>Counts, each with the number of its batch, so that none is added twice.</summary>
    public List<(long Sequence, byte[] Payload)> Statistics { get; } = [];

    public bool IsEmpty => Actions.Count == 0 && Blobs.Count == 0 && Uses.Count == 0 && Statistics.Count == 0;

    public void SetAction(Sha256Digest digest, byte[]? payload, long now)
    {
        Actions[digest] = payload;
        if (payload is null)
            return;
        Uses[digest] = now;
        var hash = NameHashOf(payload);
        if (!_names.TryGetValue(hash, out var named))
            _names[hash] = named = [];
        if (!named.Contains(digest))
            named.Add(digest);
    }

    public void SetBlob(Sha256Digest digest, StoredBlob? blob, long now)
    {
        Blobs[digest] = blob;
        if (blob is not null)
            Uses[digest] = now;
    }

    /// <summary>The actions of a kind and name, oldest first.</summary>
    public IReadOnlyList<Sha256Digest> Named(ulong nameHash) => _names.TryGetValue(nameHash, out var named) ? named : [];

    /// <summary>Applies a frame; an invalid payload is skipped.</summary>
    public void Apply(FrameKind kind, ReadOnlySpan<byte> payload, long sequence)
    {
        switch (kind)
        {
            case FrameKind.Action when payload.Length > 40:
                SetAction(
                    new Sha256Digest(payload[..Sha256Digest.Size]),
                    payload.ToArray(),
                    BitConverter.ToInt64(payload[Sha256Digest.Size..])
                );
                break;
            case FrameKind.Blob when StoredBlob.TryRead(payload, out var digest, out var blob):
                Blobs[digest] = blob;
                break;
            case FrameKind.RemovedAction when payload.Length == Sha256Digest.Size:
                Actions[new Sha256Digest(payload)] = null;
                break;
            case FrameKind.RemovedBlob when payload.Length == Sha256Digest.Size:
                Blobs[new Sha256Digest(payload)] = null;
                break;
            case FrameKind.Statistics:
                Statistics.Add((sequence, payload.ToArray()));
                break;
            case FrameKind.Uses:
                ApplyUses(payload);
                break;
        }
    }

    /// <summary>Applies newer changes.</summary>
    public void Apply(IndexChanges newer, long sequence)
    {
        foreach (var (digest, payload) in newer.Actions)
            SetAction(digest, payload, newer.Uses.GetValueOrDefault(digest));
        foreach (var (digest, blob) in newer.Blobs)
            Blobs[digest] = blob;
        foreach (var (digest, time) in newer.Uses)
            Uses[digest] = time;
        foreach (var (_, payload) in newer.Statistics)
            Statistics.Add((sequence, payload));
    }

    /// <summary>Writes everything as frames: blobs before the actions that name them.</summary>
    public void Write(ByteWriter writer)
    {
        var payload = new ByteWriter();
        foreach (var (digest, blob) in Blobs)
        {
            payload.Clear();
            if (blob is { } stored)
                stored.Write(payload, digest);
            else
                payload.Digest(digest);
            Frame.Write(writer, blob is null ? FrameKind.RemovedBlob : FrameKind.Blob, payload.Written);
        }
        foreach (var (digest, action) in Actions)
            Frame.Write(writer, action is null ? FrameKind.RemovedAction : FrameKind.Action, action ?? digest.ToArray());
        if (Uses.Count > 0)
            WriteUses(writer, payload);
        foreach (var (_, counts) in Statistics)
            Frame.Write(writer, FrameKind.Statistics, counts);
    }

    public void Clear()
    {
        Actions.Clear();
        Blobs.Clear();
        Uses.Clear();
        Statistics.Clear();
        _names.Clear();
    }

    private void WriteUses(ByteWriter writer, ByteWriter payload)
    {
        payload.Clear();
        foreach (var (digest, time) in Uses)
        {
            payload.Digest(digest);
            payload.Int64(time);
        }
        Frame.Write(writer, FrameKind.Uses, payload.Written);
    }

    private void ApplyUses(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload);
        while (reader.Left >= Sha256Digest.Size + 8)
        {
            var digest = reader.Digest();
            Uses[digest] = reader.Int64();
        }
    }

    internal static ulong NameHashOf(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload[(Sha256Digest.Size + 16)..]);
        return StoredAction.NameHash(reader.Text(), reader.Text());
    }
}
