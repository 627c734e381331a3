using System.Diagnostics;
using Oxidizer.Cache.Index;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache;

public sealed partial class LiteDbCache
{
    // A miss is compared with at most this many earlier actions of the same kind and name.
    private const int MostCompared = 8;

    /// <inheritdoc/>
    public ActionRecord? Find(ActionKey key)
    {
        var record = Look(key);
        Count(key, record);
        return record;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<Sha256Digest, ActionRecord> FindMany(IReadOnlyCollection<ActionKey> keys)
    {
        var found = new Dictionary<Sha256Digest, ActionRecord>(keys.Count);
        foreach (var key in keys)
        {
            if (Find(key) is { } record)
                found[key.Digest] = record;
        }
        return found;
    }

    /// <inheritdoc/>
    public void Add(ActionRecord record)
    {
        Remember(record);
        WriteIfDue();
    }

    /// <inheritdoc/>
    public ActionResult GetOrAdd(
        ActionKey key,
        string name,
        Func<IReadOnlyList<ActionOutput>> execute,
        CancellationToken cancellation = default
    )
    {
        if (Look(key) is { } found)
            return Reused(key, found);
        using var held = _keys.Acquire(key, name, cancellation);
        // The previous holder of the lock may have made it.
        _index.Refresh();
        if (Look(key) is { } made)
            return Reused(key, made);
        cancellation.ThrowIfCancellationRequested();
        Count(key, null);
        var reason = Explain(key, name);
        var started = Stopwatch.GetTimestamp();
        var outputs = execute();
        var record = new ActionRecord(key, name, outputs, Stopwatch.GetElapsedTime(started).TotalSeconds);
        Remember(record);
        // A process that waits for the key reads the record as soon as the lock is free.
        _index.Flush(_blobs.WriteWaiting);
        return new ActionResult(record, false, reason);
    }

    /// <inheritdoc/>
    public string Explain(ActionKey key, string name)
    {
        var earlier = _index
            .Named(key.Kind, name, MostCompared)
            .Select(payload => StoredAction.Read(payload)?.Record)
            .OfType<ActionRecord>()
            .Where(record => record.Key.Kind == key.Kind && record.Name == name);
        return Explanation.Of(key, earlier, _index.WasEmpty);
    }

    private ActionResult Reused(ActionKey key, ActionRecord record)
    {
        Count(key, record);
        return new ActionResult(record, true, null);
    }

    private ActionRecord? Look(ActionKey key)
    {
        if (_index.FindAction(key.Digest, out var lastUse) is not { } payload || StoredAction.Read(payload, key) is not { } record)
            return null;
        NoteUse(record);
        foreach (var output in record.Outputs)
        {
            if (output.LinkTarget is null && !_blobs.IsPresent(output.Digest))
                return null;
        }
        if (Math.Abs(UnixTime.Now - lastUse) > UseResolutionSeconds)
            _index.SetUse(key.Digest);
        Attribute(record);
        return record;
    }

    // Before the blobs are looked for: an eviction that runs now either sees the note, or has already deleted them.
    private void NoteUse(ActionRecord record)
    {
        var digests = new Sha256Digest[record.Outputs.Count + 1];
        digests[0] = record.Key.Digest;
        for (var i = 1; i < digests.Length; i++)
            digests[i] = record.Outputs[i - 1].Digest;
        _uses.Note(digests);
    }

    private void Remember(ActionRecord record)
    {
        _executed = true;
        NoteUse(record);
        foreach (var output in record.Outputs)
            _unwritten.Stored(record.Key.Kind, output.Size);
        _session.Stored(record.Key.Kind, record.Outputs.Sum(output => output.Size));
        Attribute(record);
        if (StoredAction.Write(record, UnixTime.Now) is { } payload)
            _index.SetAction(record.Key.Digest, payload);
        else
            _warnings.Add(CacheWarnings.RecordTooLarge(record.Name));
    }

    private void Count(ActionKey key, ActionRecord? record)
    {
        foreach (var table in new[] { _session, _unwritten })
        {
            if (record is null)
                table.Miss(key.Kind);
            else
                table.Hit(record);
        }
    }

    private void Attribute(ActionRecord record)
    {
        if (record.Outputs.Count > MostAttributed)
            return;
        foreach (var output in record.Outputs)
            _kinds[output.Digest] = record.Key.Kind;
    }
}
