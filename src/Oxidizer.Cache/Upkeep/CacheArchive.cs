using System.Formats.Tar;
using Oxidizer.Cache.Blobs;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Index;
using Oxidizer.Cache.Records;
using Oxidizer.Cache.Storing;

namespace Oxidizer.Cache.Upkeep;

/// <summary>
/// A cache as a tar archive: blobs as <c>cas/&lt;digest&gt;</c> first, then records as <c>ac/&lt;key&gt;</c>, each a frame as in the index.
/// Of a tree it holds the manifest; the folder is made again when it is needed.
/// </summary>
internal static class CacheArchive
{
    private const string BlobPrefix = "cas/",
        RecordPrefix = "ac/";
    private const long LargestRecord = 16 << 20;

    public static void Write(string path, CacheIndex index, BlobStore blobs)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var writer = new TarWriter(File.Create(temporary), TarEntryFormat.Pax, leaveOpen: false))
                Write(writer, index, blobs);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            FileTransfer.TryDelete(temporary);
        }
    }

    public static int Read(string path, IActionCache cache, CacheIndex index)
    {
        using var reader = new TarReader(File.OpenRead(path), leaveOpen: false);
        var taken = 0;
        try
        {
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry.DataStream is null && entry.Length > 0)
                    continue;
                if (
                    entry.Name.StartsWith(BlobPrefix, StringComparison.Ordinal)
                    && Sha256Digest.TryParse(entry.Name[BlobPrefix.Length..], out var digest)
                )
                    ReadBlob(entry, digest, cache);
                else if (
                    entry.Name.StartsWith(RecordPrefix, StringComparison.Ordinal)
                    && Sha256Digest.TryParse(entry.Name[RecordPrefix.Length..], out var key)
                )
                    taken += ReadRecord(entry, key, cache, index) ? 1 : 0;
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException or ArgumentException)
        {
            throw new IOException($"`{path}` is damaged: {exception.Message}; {taken} records before the damage were added", exception);
        }
        return taken;
    }

    private static void Write(TarWriter writer, CacheIndex index, BlobStore blobs)
    {
        var written = new HashSet<Sha256Digest>();
        var records = index.AllActions();
        foreach (var output in records.SelectMany(action => action.Action.Record.Outputs).Where(output => output.LinkTarget is null))
        {
            WriteBlob(writer, output.Digest, blobs, written);
        }
        foreach (var (action, payload, _) in records)
        {
            var frame = new ByteWriter(payload.Length + Frame.HeaderSize);
            Frame.Write(frame, FrameKind.Action, payload);
            using var data = new MemoryStream(frame.ToArray());
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, RecordPrefix + action.Record.Key.Digest) { DataStream = data });
        }
    }

    private static void WriteBlob(TarWriter writer, Sha256Digest digest, BlobStore blobs, HashSet<Sha256Digest> written)
    {
        if (!written.Add(digest))
            return;
        using Stream? data =
            blobs.TryGetLargeFile(digest) is { } path ? File.OpenRead(path)
            : blobs.TryRead(digest) is { } bytes ? new MemoryStream(bytes)
            : null;
        if (data is not null)
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, BlobPrefix + digest) { DataStream = data });
    }

    private static void ReadBlob(TarEntry entry, Sha256Digest digest, IActionCache cache)
    {
        if (cache.Contains(digest))
            return;
        if (entry.Length < Pack.LargestBlob)
        {
            var content = new byte[entry.Length];
            entry.DataStream?.ReadExactly(content);
            if (Sha256Digest.Of(content) == digest)
                cache.Store(content);
            return;
        }
        using var folder = WorkFolder.Create(Path.GetTempPath(), "oxidizer-");
        var temporary = Path.Combine(folder.Path, "blob");
        entry.ExtractToFile(temporary, overwrite: false);
        if (Sha256Digest.OfFile(temporary) == digest)
            cache.StoreFile(temporary, BlobTransfer.Move);
    }

    private static bool ReadRecord(TarEntry entry, Sha256Digest key, IActionCache cache, CacheIndex index)
    {
        if (entry.Length > LargestRecord || entry.DataStream is null)
            return false;
        var bytes = new byte[entry.Length];
        entry.DataStream.ReadExactly(bytes);
        if (
            !Frame.TryRead(bytes, out var kind, out var payload)
            || kind != FrameKind.Action
            || StoredAction.Read(payload)?.Record is not { } record
            || record.Key.Digest != key
            || record.Outputs.Any(output => output.LinkTarget is null && !cache.Contains(output.Digest))
        )
            return false;
        index.SetAction(key, payload.ToArray());
        return true;
    }
}
