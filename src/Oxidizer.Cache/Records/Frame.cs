using System.Buffers.Binary;

namespace Oxidizer.Cache.Records;

/// <summary>What a frame holds.</summary>
internal enum FrameKind : byte
{
    Action = 1,
    Blob = 2,

    /// <summary>Times of last use: digests of actions, blobs and trees, each with seconds since 1970.</summary>
    Uses = 3,

    /// <summary>Counts to be added to the statistics.</summary>
    Statistics = 4,

    RemovedAction = 5,
    RemovedBlob = 6,

    /// <summary>Begins a batch of the journal: its number.</summary>
    Batch = 7,
}

/// <summary>
/// One record of the journal or of the snapshot:
/// <code>
///   0         4        5           8                16
///   +---------+--------+-----------+----------------+---------+
///   | length  | kind   | reserved  | checksum       | payload |
///   | 4 bytes | 1 byte | 3 bytes 0 | of kind+payload| length  |
///   +---------+--------+-----------+----------------+---------+
/// </code>
/// A frame that is incomplete, zeroed or changed in any bit is not read.
/// </summary>
internal static class Frame
{
    public const int HeaderSize = 16;
    public const int LargestPayload = 16 << 20;

    public static void Write(ByteWriter writer, FrameKind kind, ReadOnlySpan<byte> payload)
    {
        writer.UInt32((uint)payload.Length);
        writer.UInt32((byte)kind);
        writer.UInt64(ChecksumOf(kind, payload));
        writer.Bytes(payload);
    }

    /// <summary>The payload's length by the header; -1 if it is not a header.</summary>
    public static int PayloadLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize)
            return -1;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        var kind = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        return length <= LargestPayload && kind is >= (uint)FrameKind.Action and <= (uint)FrameKind.Batch ? (int)length : -1;
    }

    /// <summary>Reads the frame that begins at the start of <paramref name="bytes"/>; false if it is not whole.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out FrameKind kind, out ReadOnlySpan<byte> payload)
    {
        kind = default;
        payload = default;
        var length = PayloadLength(bytes);
        if (length < 0 || bytes.Length - HeaderSize < length)
            return false;
        kind = (FrameKind)bytes[4];
        payload = bytes.Slice(HeaderSize, length);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) == ChecksumOf(kind, payload);
    }

    private static ulong ChecksumOf(FrameKind kind, ReadOnlySpan<byte> payload) => Checksum.Of(payload) + (byte)kind;
}
