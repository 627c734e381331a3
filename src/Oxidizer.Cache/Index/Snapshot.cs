using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Index;

/// <summary>One entry of a snapshot's tables.</summary>
/// <param name="Prefix">The first eight bytes of the digest, or the hash of kind and name.</param>
/// <param name="Offset">Where the frame begins in the file.</param>
/// <param name="Time">Of last use, in seconds since 1970; in the table of names, of creation.</param>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal readonly record struct SnapshotSlot(ulong Prefix, long Offset, long Time);

/// <summary>What stands at the beginning of a snapshot.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal readonly record struct SnapshotHeader(
    ulong Magic,
    long Version,
    long Generation,
    long Sequence,
    long EntriesEnd,
    long LiveBytes,
    long BlobBytes,
    long Actions,
    long Blobs,
    long Names,
    long StatisticsOffset,
    ulong Checksum
)
{
    public const ulong ExpectedMagic = 0x5844_4E49_4958_4F01; // 01 "OXIINDX" backwards
    public const long CurrentVersion = 1;
    public const int Size = 96;

    /// <summary>The header with its checksum.</summary>
    public SnapshotHeader Sealed() => this with { Checksum = Sum() };

    public bool IsValid(long fileLength) =>
        Magic == ExpectedMagic
        && Version == CurrentVersion
        && Checksum == Sum()
        && EntriesEnd >= Size
        && Actions >= 0
        && Blobs >= 0
        && Names >= 0
        && fileLength == EntriesEnd + (Actions + Blobs + Names) * 24;

    private ulong Sum()
    {
        var copy = this with { Checksum = 0 };
        return Records.Checksum.Of(MemoryMarshal.AsBytes(new ReadOnlySpan<SnapshotHeader>(in copy)));
    }
}

/// <summary>
/// The database's content in a form that a build can read without LiteDB (which takes 90 to 225 ms to load, and a lock): frames, and three
/// sorted tables that point to them. It can be made again from the database, and each frame is checked when it is read. A snapshot is never
/// changed after it got its name.
/// <code>
///   +--------+---------------------+---------------+-------------+-------------+
///   | header | frames              | actions       | blobs       | names       |
///   |        | actions, blobs, ... | slots, sorted | ...         | ...         |
///   +--------+---------------------+---------------+-------------+-------------+
/// </code>
/// </summary>
internal sealed class Snapshot : IDisposable
{
    private readonly SafeFileHandle _handle;
    private SnapshotSlot[]? _actions,
        _blobs,
        _names;

    private Snapshot(SafeFileHandle handle, SnapshotHeader header)
    {
        _handle = handle;
        Header = header;
    }

    public SnapshotHeader Header { get; }

    public SafeFileHandle Handle => _handle;

    /// <summary>Whether a frame was not what its slot says; then the file should be rewritten.</summary>
    public bool IsDamaged { get; private set; }

    public ReadOnlySpan<SnapshotSlot> Actions => _actions ??= Table(0, Header.Actions);

    public ReadOnlySpan<SnapshotSlot> Blobs => _blobs ??= Table(Header.Actions, Header.Blobs);

    public ReadOnlySpan<SnapshotSlot> Names => _names ??= Table(Header.Actions + Header.Blobs, Header.Names);

    /// <summary>Opens a snapshot; <c>null</c> if there is none, or it is <paramref name="damaged"/>.</summary>
    public static Snapshot? TryOpen(string path, out bool damaged)
    {
        damaged = false;
        SafeFileHandle? handle = null;
        try
        {
            if (!File.Exists(path))
                return null;
            handle = FileTransfer.OpenForReading(path);
            var header = new SnapshotHeader[1];
            var read = FileTransfer.ReadAt(handle, 0, MemoryMarshal.AsBytes(header.AsSpan()));
            if (read == SnapshotHeader.Size && header[0].IsValid(RandomAccess.GetLength(handle)))
                return new Snapshot(handle, header[0]);
            damaged = true;
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            damaged = exception is not (FileNotFoundException or DirectoryNotFoundException);
        }
        handle?.Dispose();
        return null;
    }

    /// <summary>The payload of an action; <c>null</c> if there is none.</summary>
    public byte[]? FindAction(Sha256Digest digest, out long lastUse) => Find(Actions, digest, FrameKind.Action, out lastUse);

    /// <summary>Where a blob is.</summary>
    public bool TryFindBlob(Sha256Digest digest, out StoredBlob blob, out long lastUse)
    {
        blob = default;
        return Find(Blobs, digest, FrameKind.Blob, out lastUse) is { } payload && StoredBlob.TryRead(payload, out _, out blob);
    }

    /// <summary>The payloads of the actions of a kind and name, newest first.</summary>
    public IEnumerable<byte[]> Named(ulong nameHash)
    {
        for (var index = LowerBound(Names, nameHash); index < Names.Length && Names[index].Prefix == nameHash; index++)
        {
            if (ReadFrame(Names[index].Offset, FrameKind.Action) is { } payload)
                yield return payload;
        }
    }

    /// <summary>The payload of the frame at an offset; <c>null</c> if there is no undamaged frame of that kind.</summary>
    public byte[]? ReadFrame(long offset, FrameKind expected)
    {
        if (offset < SnapshotHeader.Size || offset >= Header.EntriesEnd)
            return Damaged();
        Span<byte> first = stackalloc byte[1024];
        var read = FileTransfer.ReadAt(_handle, offset, first[..(int)Math.Min(first.Length, Header.EntriesEnd - offset)]);
        var length = Frame.PayloadLength(first[..read]);
        if (length < 0 || offset + Frame.HeaderSize + length > Header.EntriesEnd)
            return Damaged();
        var frame = first[..read];
        if (length + Frame.HeaderSize > read)
        {
            frame = new byte[length + Frame.HeaderSize];
            FileTransfer.ReadAt(_handle, offset, frame);
        }
        return Frame.TryRead(frame, out var kind, out var payload) && kind == expected ? payload.ToArray() : Damaged();
    }

    /// <summary>The index of the first slot whose prefix is at least <paramref name="prefix"/>.</summary>
    public static int LowerBound(ReadOnlySpan<SnapshotSlot> slots, ulong prefix)
    {
        int low = 0,
            high = slots.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (slots[middle].Prefix < prefix)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>A digest's place in the tables.</summary>
    public static ulong PrefixOf(Sha256Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Sha256Digest.Size];
        digest.CopyTo(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    public void Dispose() => _handle.Dispose();

    private byte[]? Find(ReadOnlySpan<SnapshotSlot> slots, Sha256Digest digest, FrameKind kind, out long lastUse)
    {
        var prefix = PrefixOf(digest);
        for (var index = LowerBound(slots, prefix); index < slots.Length && slots[index].Prefix == prefix; index++)
        {
            lastUse = slots[index].Time;
            if (ReadFrame(slots[index].Offset, kind) is { } payload && new Sha256Digest(payload.AsSpan(0, Sha256Digest.Size)) == digest)
                return payload;
        }
        lastUse = 0;
        return null;
    }

    private SnapshotSlot[] Table(long first, long count)
    {
        var slots = GC.AllocateUninitializedArray<SnapshotSlot>(checked((int)count));
        var bytes = MemoryMarshal.AsBytes(slots.AsSpan());
        if (FileTransfer.ReadAt(_handle, Header.EntriesEnd + first * 24, bytes) == bytes.Length)
            return slots;
        IsDamaged = true;
        return [];
    }

    private byte[]? Damaged()
    {
        IsDamaged = true;
        return null;
    }
}
