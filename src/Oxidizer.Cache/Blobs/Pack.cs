using System.Buffers.Binary;
using System.Globalization;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Blobs;

/// <summary>
/// A file that many small blobs share. A file each would take a disk page, a directory entry and up to four system calls. Each blob has a
/// header of its own, so that a pack can be read without an index:
/// <code>
///   0         4         8          40
///   +---------+---------+----------+---------+
///   | "OXPB"  | length  | SHA-256  | bytes   |  next header ...
///   +---------+---------+----------+---------+
/// </code>
/// Packs are appended to under the cache's lock. A blob that a killed process left half-written is skipped, because its digest is wrong.
/// </summary>
internal static class Pack
{
    public const int HeaderSize = 8 + Sha256Digest.Size;

    /// <summary>Blobs below this size share packs.</summary>
    public const int LargestBlob = 64 * 1024;

    private const uint Magic = 0x4250_584F;
    private const long FullSize = 64L << 20;

    public static string PathOf(CacheFolder folder, long number) =>
        Path.Combine(folder.Packs, string.Create(CultureInfo.InvariantCulture, $"{number:D6}.pack"));

    /// <summary>The numbers of the packs that are there.</summary>
    public static IEnumerable<long> Numbers(CacheFolder folder)
    {
        string[] paths;
        try
        {
            paths = Directory.GetFiles(folder.Packs, "*.pack");
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            yield break;
        }
        foreach (var path in paths)
        {
            if (
                long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number > 0
            )
                yield return number;
        }
    }

    /// <summary>Appends blobs to the last pack, or starts a new one. The caller holds the cache's lock.</summary>
    /// <returns>Where each is.</returns>
    /// <exception cref="IOException">They cannot be written.</exception>
    public static List<(Sha256Digest Digest, StoredBlob Blob)> Append(
        CacheFolder folder,
        IReadOnlyCollection<KeyValuePair<Sha256Digest, byte[]>> blobs,
        long first = 0
    )
    {
        // Numbers are never reused, even after the cache was cleared: another process may still have the old pack of that number open.
        var number = Math.Max(first, Numbers(folder).DefaultIfEmpty(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()).Max());
        var placed = new List<(Sha256Digest, StoredBlob)>(blobs.Count);
        var length = FileStamp.TryRead(PathOf(folder, number), out var stamp) ? stamp.Size : 0;
        if (length >= FullSize)
            (number, length) = (number + 1, 0);
        Directory.CreateDirectory(folder.Packs, CacheFolder.Private);
        using var handle = File.OpenHandle(
            PathOf(folder, number),
            FileMode.OpenOrCreate,
            FileAccess.Write,
            FileShare.ReadWrite | FileShare.Delete
        );
        var writer = new ByteWriter(1 << 16);
        foreach (var (digest, content) in blobs)
        {
            writer.UInt32(Magic);
            writer.UInt32((uint)content.Length);
            writer.Digest(digest);
            placed.Add((digest, new StoredBlob(content.Length, number, length + writer.Length)));
            writer.Bytes(content);
        }
        try
        {
            RandomAccess.Write(handle, writer.Written, length);
        }
        catch (IOException)
        {
            // The disk is full; the part that was written would only take space.
            RandomAccess.SetLength(handle, length);
            throw;
        }
        return placed;
    }

    /// <summary>Finds the blobs in all packs. Their bytes are checked.</summary>
    public static IEnumerable<(Sha256Digest Digest, StoredBlob Blob)> Scan(CacheFolder folder) =>
        Numbers(folder).SelectMany(number => Scan(folder, number));

    /// <summary>Finds the blobs in a pack. Their bytes are checked.</summary>
    public static IReadOnlyList<(Sha256Digest Digest, StoredBlob Blob)> Scan(CacheFolder folder, long number)
    {
        var found = new List<(Sha256Digest, StoredBlob)>();
        byte[] bytes;
        try
        {
            bytes = FileTransfer.ReadAll(PathOf(folder, number));
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception) || exception is OverflowException)
        {
            return found;
        }
        Span<byte> magic = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(magic, Magic);
        for (var position = 0; position <= bytes.Length - HeaderSize; )
        {
            var skipped = bytes.AsSpan(position).IndexOf(magic);
            if (skipped < 0)
                break;
            position += skipped;
            if (TryReadAt(bytes.AsSpan(position), out var digest, out var length))
            {
                found.Add((digest, new StoredBlob(length, number, position + HeaderSize)));
                position += HeaderSize + length;
            }
            else
                position += 4;
        }
        return found;
    }

    private static bool TryReadAt(ReadOnlySpan<byte> bytes, out Sha256Digest digest, out int length)
    {
        digest = default;
        length = 0;
        if (bytes.Length < HeaderSize)
            return false;
        length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        digest = new Sha256Digest(bytes[8..HeaderSize]);
        return length >= 0 && length <= bytes.Length - HeaderSize && Sha256Digest.Of(bytes.Slice(HeaderSize, length)) == digest;
    }
}
