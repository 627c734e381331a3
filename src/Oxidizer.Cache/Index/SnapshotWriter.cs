using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Index;

/// <summary>
/// Writes the next snapshot from the last one and the changes since. The kernel copies the old frames as one block, so that only the tables
/// cost time; when half of the block is dead, the live frames are written one by one.
/// </summary>
internal sealed class SnapshotWriter
{
    // Explanations use at most this many earlier actions of a name: enough for a few branches, and no name has a long list.
    private const int NamesKept = 16;
    private const long SmallestWaste = 1 << 20;

    private readonly Snapshot? _old;
    private readonly IndexChanges _changes;
    private readonly ByteWriter _added = new(1 << 16);
    private readonly List<SnapshotSlot> _actions = [],
        _blobs = [],
        _names = [];
    private readonly HashSet<long> _deadOffsets = [];
    private long _start = SnapshotHeader.Size,
        _live,
        _blobBytes;

    private SnapshotWriter(Snapshot? old, IndexChanges changes)
    {
        _old = old;
        _changes = changes;
    }

    /// <summary>Writes and names the file.</summary>
    /// <exception cref="IOException">It cannot be written; the old file is untouched.</exception>
    public static void Write(string path, Snapshot? old, IndexChanges changes, byte[] statistics, long generation, long sequence)
    {
        var writer = new SnapshotWriter(old, changes);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
                writer.WriteTo(file, statistics, generation, sequence);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            FileTransfer.TryDelete(temporary);
            throw;
        }
    }

    private void WriteTo(SafeFileHandle file, byte[] statistics, long generation, long sequence)
    {
        KeepOld(file);
        AddChanges();
        var statisticsOffset = Append(FrameKind.Statistics, statistics);
        RandomAccess.Write(file, _added.Written, _start);
        var end = _start + _added.Length;
        var position = end;
        foreach (var table in new[] { _actions, _blobs, NewestNames() })
        {
            // Sorted by time as well, newest first, so that the newest of several is found first.
            table.Sort(
                (left, right) => left.Prefix != right.Prefix ? left.Prefix.CompareTo(right.Prefix) : right.Time.CompareTo(left.Time)
            );
            var bytes = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(table));
            RandomAccess.Write(file, bytes, position);
            position += bytes.Length;
        }
        var header = new SnapshotHeader(
            SnapshotHeader.ExpectedMagic,
            SnapshotHeader.CurrentVersion,
            generation,
            sequence,
            end,
            _live,
            _blobBytes,
            _actions.Count,
            _blobs.Count,
            (position - end) / 24 - _actions.Count - _blobs.Count,
            statisticsOffset,
            0
        ).Sealed();
        RandomAccess.Write(file, MemoryMarshal.AsBytes(new ReadOnlySpan<SnapshotHeader>(in header)), 0);
    }

    private void KeepOld(SafeFileHandle file)
    {
        if (_old is null)
            return;
        var waste = _old.Header.EntriesEnd - SnapshotHeader.Size - _old.Header.LiveBytes;
        if (
            !_old.IsDamaged
            && waste <= Math.Max(SmallestWaste, _old.Header.LiveBytes)
            && Libc.TryCopyRange(_old.Handle, file, _old.Header.EntriesEnd) == _old.Header.EntriesEnd
        )
            KeepBlock();
        else
            KeepFrames();
    }

    private void KeepBlock()
    {
        _start = _old!.Header.EntriesEnd;
        _live = _old.Header.LiveBytes;
        _blobBytes = _old.Header.BlobBytes;
        KeepSlots(_old.Actions, _changes.Actions.Keys, _actions, FrameKind.Action);
        KeepSlots(_old.Blobs, _changes.Blobs.Keys, _blobs, FrameKind.Blob);
        foreach (var slot in _old.Names)
        {
            if (!_deadOffsets.Contains(slot.Offset))
                _names.Add(slot);
        }
    }

    private void KeepSlots(ReadOnlySpan<SnapshotSlot> slots, IEnumerable<Sha256Digest> changed, List<SnapshotSlot> kept, FrameKind kind)
    {
        var gone = changed.Select(Snapshot.PrefixOf).ToHashSet();
        var used = UsedPrefixes();
        foreach (var slot in slots)
        {
            if (!gone.Contains(slot.Prefix))
                kept.Add(used.TryGetValue(slot.Prefix, out var time) ? slot with { Time = time } : slot);
            else
                Drop(slot, kind);
        }
    }

    private void Drop(SnapshotSlot slot, FrameKind kind)
    {
        _deadOffsets.Add(slot.Offset);
        if (_old!.ReadFrame(slot.Offset, kind) is not { } payload)
            return;
        _live -= payload.Length + Frame.HeaderSize;
        if (kind == FrameKind.Blob && StoredBlob.TryRead(payload, out _, out var blob))
            _blobBytes -= blob.Size;
    }

    // Reads and checks every live frame; damaged ones are dropped.
    private void KeepFrames()
    {
        var used = UsedPrefixes();
        KeepFrames(_old!.Actions, _changes.Actions.Keys, FrameKind.Action, used);
        KeepFrames(_old.Blobs, _changes.Blobs.Keys, FrameKind.Blob, used);
    }

    private void KeepFrames(
        ReadOnlySpan<SnapshotSlot> slots,
        IEnumerable<Sha256Digest> changed,
        FrameKind kind,
        Dictionary<ulong, long> used
    )
    {
        var gone = changed.Select(Snapshot.PrefixOf).ToHashSet();
        foreach (var slot in slots)
        {
            if (!gone.Contains(slot.Prefix) && _old!.ReadFrame(slot.Offset, kind) is { } payload)
                AddEntry(kind, payload, slot.Prefix, used.GetValueOrDefault(slot.Prefix, slot.Time));
        }
    }

    private void AddChanges()
    {
        foreach (var (digest, payload) in _changes.Actions)
        {
            if (payload is not null)
                AddEntry(FrameKind.Action, payload, Snapshot.PrefixOf(digest), _changes.Uses.GetValueOrDefault(digest));
        }
        var writer = new ByteWriter();
        foreach (var (digest, blob) in _changes.Blobs)
        {
            if (blob is not { } stored)
                continue;
            writer.Clear();
            stored.Write(writer, digest);
            AddEntry(FrameKind.Blob, writer.Written, Snapshot.PrefixOf(digest), _changes.Uses.GetValueOrDefault(digest));
        }
    }

    private void AddEntry(FrameKind kind, ReadOnlySpan<byte> payload, ulong prefix, long lastUse)
    {
        var offset = Append(kind, payload);
        if (kind == FrameKind.Action)
        {
            _actions.Add(new SnapshotSlot(prefix, offset, lastUse));
            _names.Add(new SnapshotSlot(IndexChanges.NameHashOf(payload), offset, BitConverter.ToInt64(payload[Sha256Digest.Size..])));
        }
        else if (StoredBlob.TryRead(payload, out _, out var blob))
        {
            _blobs.Add(new SnapshotSlot(prefix, offset, lastUse));
            _blobBytes += blob.Size;
        }
    }

    private long Append(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        var offset = _start + _added.Length;
        Frame.Write(_added, kind, payload);
        if (kind != FrameKind.Statistics)
            _live += payload.Length + Frame.HeaderSize;
        return offset;
    }

    private List<SnapshotSlot> NewestNames() =>
        [.. _names.GroupBy(slot => slot.Prefix).SelectMany(group => group.OrderByDescending(slot => slot.Time).Take(NamesKept))];

    private Dictionary<ulong, long> UsedPrefixes()
    {
        var used = new Dictionary<ulong, long>(_changes.Uses.Count);
        foreach (var (digest, time) in _changes.Uses)
            used[Snapshot.PrefixOf(digest)] = time;
        return used;
    }
}
