using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Index;

/// <summary>
/// The batches that LiteDB has not taken in yet, as frames appended to a file, one write a batch. Appending is done under the cache's lock;
/// reading is not: a frame that is only half written counts as the end, and is read the next time. Each snapshot has a journal of its own,
/// so that old and new batches never mix.
/// </summary>
internal static class Journal
{
    /// <summary>The journal that follows the snapshot of a generation.</summary>
    public static string PathOf(string folder, long generation) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"journal-{generation}"));

    /// <summary>Reads the frames from <paramref name="position"/> on into <paramref name="changes"/>: those of batches with a number above
    /// <paramref name="after"/>.</summary>
    /// <returns>Where the last whole frame ends; -1 when there is no such file.</returns>
    public static long Read(string path, long position, ref long sequence, IndexChanges changes, long after = -1)
    {
        SafeFileHandle handle;
        try
        {
            handle = FileTransfer.OpenForReading(path);
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            return -1;
        }
        using (handle)
        {
            var length = RandomAccess.GetLength(handle) - position;
            if (length <= 0)
                return length < 0 ? -1 : position;
            var bytes = GC.AllocateUninitializedArray<byte>(checked((int)length));
            var read = FileTransfer.ReadAt(handle, position, bytes);
            return position + Apply(bytes.AsSpan(0, read), ref sequence, changes, after);
        }
    }

    /// <summary>Appends a batch at <paramref name="end"/>; a half-written batch of a killed process is overwritten.</summary>
    /// <returns>The new end.</returns>
    public static long Append(string path, long end, long sequence, IndexChanges changes)
    {
        var writer = new ByteWriter(4096);
        Frame.Write(writer, FrameKind.Batch, BitConverter.GetBytes(sequence));
        changes.Write(writer);
        using var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        if (RandomAccess.GetLength(handle) > end)
            RandomAccess.SetLength(handle, end);
        RandomAccess.Write(handle, writer.Written, end);
        return end + writer.Length;
    }

    private static int Apply(ReadOnlySpan<byte> bytes, ref long sequence, IndexChanges changes, long after)
    {
        var position = 0;
        while (TryReadNext(bytes, ref position, out var kind, out var payload))
        {
            if (kind == FrameKind.Batch && payload.Length == 8)
                sequence = BitConverter.ToInt64(payload);
            else if (sequence > after)
                changes.Apply(kind, payload, sequence);
            position += Frame.HeaderSize + payload.Length;
        }
        return position;
    }

    // A damaged frame is skipped if whole frames follow. If none do, it is being written, or its writer was killed.
    private static bool TryReadNext(ReadOnlySpan<byte> bytes, ref int position, out FrameKind kind, out ReadOnlySpan<byte> payload)
    {
        if (Frame.TryRead(bytes[position..], out kind, out payload))
            return true;
        for (var next = position + 1; next <= bytes.Length - Frame.HeaderSize; next++)
        {
            if (Frame.PayloadLength(bytes[next..]) < 0 || !Frame.TryRead(bytes[next..], out kind, out payload))
                continue;
            position = next;
            return true;
        }
        return false;
    }
}
