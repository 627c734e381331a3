using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Memo;

/// <summary>What the memo holds of a file.</summary>
/// <param name="Stamp">The stamp that the file had.</param>
/// <param name="Digest">Of its content.</param>
/// <param name="Seen">When it was last looked up, to a day, in seconds since 1970.</param>
internal readonly record struct MemoEntry(FileStamp Stamp, Sha256Digest Digest, long Seen);

/// <summary>
/// The memo's file, searched in place:
/// <code>
///   0        8          16       24       28
///   +--------+----------+--------+--------+------------------+------------------------------------------------+
///   | magic, | checksum | count  | slots  | slots x 4 bytes: | entries: stamp 32, digest 32, seen 8,          |
///   | version| of rest  | 8      | 4      | place, 0: none   |          length of path 4, path in UTF-8       |
///   +--------+----------+--------+--------+------------------+------------------------------------------------+
/// </code>
/// </summary>
internal sealed class MemoTable
{
    private const ulong Magic = 0x4F4D_454D_5849_4F01; // 01 "OIXMEMO" backwards: the first byte is the version
    private const int HeaderSize = 28,
        EntrySize = 76;
    private const int MostEntries = 200_000;
    private const long OldestSeconds = 30 * 86_400;

    private readonly byte[] _bytes;
    private readonly int _slots;

    private MemoTable(byte[] bytes, int slots) => (_bytes, _slots) = (bytes, slots);

    public static MemoTable Empty { get; } = new([], 0);

    /// <summary>Reads the file; an empty table if there is none, or it is damaged.</summary>
    public static MemoTable Load(string path)
    {
        try
        {
            return File.Exists(path) ? Read(FileTransfer.ReadAll(path)) : Empty;
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception) || exception is OverflowException)
        {
            return Empty;
        }
    }

    public static MemoTable Read(byte[] bytes)
    {
        if (
            bytes.Length < HeaderSize
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8)) != Checksum.Of(bytes.AsSpan(16))
        )
            return Empty;
        var slots = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(24));
        return slots > 0 && BitOperations.IsPow2(slots) && HeaderSize + slots * 4L <= bytes.Length ? new MemoTable(bytes, slots) : Empty;
    }

    public bool TryFind(string path, out MemoEntry entry)
    {
        entry = default;
        if (_slots == 0)
            return false;
        var longest = Encoding.UTF8.GetMaxByteCount(path.Length);
        byte[]? rented = null;
        var buffer = longest <= 1024 ? stackalloc byte[1024] : rented = ArrayPool<byte>.Shared.Rent(longest);
        var found = TryFind(buffer[..Encoding.UTF8.GetBytes(path, buffer)], out entry);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return found;
    }

    /// <summary>The bytes of a table with more entries, without those that were not looked up for a month.</summary>
    public byte[] With(IReadOnlyCollection<KeyValuePair<string, MemoEntry>> added, long now)
    {
        var all = new Dictionary<string, MemoEntry>(StringComparer.Ordinal);
        foreach (var (path, entry) in Entries())
        {
            if (now - entry.Seen < OldestSeconds)
                all[path] = entry;
        }
        foreach (var (path, entry) in added)
        {
            // The UTF-8 form of a path that is not valid UTF-16 is also another path's.
            if (Utf16.IsWellFormed(path))
                all[path] = entry;
        }
        IEnumerable<KeyValuePair<string, MemoEntry>> kept = all;
        if (all.Count > MostEntries)
            kept = all.OrderByDescending(entry => entry.Value.Seen).Take(MostEntries);
        return Write(kept, Math.Min(all.Count, MostEntries));
    }

    private bool TryFind(ReadOnlySpan<byte> path, out MemoEntry entry)
    {
        entry = default;
        for (var slot = SlotOf(path, _slots); ; slot = (slot + 1) & (_slots - 1))
        {
            var place = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(HeaderSize + slot * 4));
            if (place == 0)
                return false;
            var reader = new ByteReader(_bytes.AsSpan(place + EntrySize - 4));
            if (!reader.Take(reader.UInt32()).SequenceEqual(path))
                continue;
            entry = ReadEntry(_bytes.AsSpan(place));
            return true;
        }
    }

    private IEnumerable<KeyValuePair<string, MemoEntry>> Entries()
    {
        for (var place = HeaderSize + _slots * 4; place + EntrySize <= _bytes.Length; )
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(place + EntrySize - 4));
            yield return new(Encoding.UTF8.GetString(_bytes, place + EntrySize, length), ReadEntry(_bytes.AsSpan(place)));
            place += EntrySize + length;
        }
    }

    private static byte[] Write(IEnumerable<KeyValuePair<string, MemoEntry>> entries, int count)
    {
        var slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, count * 2));
        var writer = new ByteWriter(HeaderSize + slots * 4 + count * 160);
        writer.UInt64(Magic);
        writer.UInt64(0);
        writer.Int64(count);
        writer.UInt32((uint)slots);
        writer.Bytes(new byte[slots * 4]);
        var places = new int[slots];
        foreach (var (path, entry) in entries)
        {
            var encoded = Encoding.UTF8.GetBytes(path);
            var slot = SlotOf(encoded, slots);
            while (places[slot] != 0)
                slot = (slot + 1) & (slots - 1);
            places[slot] = writer.Length;
            WriteEntry(writer, entry, encoded);
        }
        var bytes = writer.ToArray();
        for (var slot = 0; slot < slots; slot++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(HeaderSize + slot * 4), places[slot]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), Checksum.Of(bytes.AsSpan(16)));
        return bytes;
    }

    private static void WriteEntry(ByteWriter writer, in MemoEntry entry, byte[] path)
    {
        writer.Int64(entry.Stamp.Size);
        writer.Int64(entry.Stamp.Modified);
        writer.Int64(entry.Stamp.Changed);
        writer.UInt64(entry.Stamp.Inode);
        writer.Digest(entry.Digest);
        writer.Int64(entry.Seen);
        writer.UInt32((uint)path.Length);
        writer.Bytes(path);
    }

    private static MemoEntry ReadEntry(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        return new MemoEntry(
            new FileStamp(reader.Int64(), reader.Int64(), reader.Int64(), reader.UInt64()),
            reader.Digest(),
            reader.Int64()
        );
    }

    // FNV-1a: stable between processes, unlike string.GetHashCode.
    private static int SlotOf(ReadOnlySpan<byte> path, int slots)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in path)
            hash = (hash ^ b) * 1099511628211UL;
        return (int)((hash ^ (hash >> 32)) & (uint)(slots - 1));
    }
}
