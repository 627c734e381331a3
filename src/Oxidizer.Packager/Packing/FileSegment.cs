using System.Buffers.Binary;
using System.IO.Compression;
using Oxidizer.Cache;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packing;

/// <summary>Stored bytes, and how large they are when they are unpacked.</summary>
internal sealed record StoredFile(FileSlice Slice, int RawSize, PackedCodec Codec);

/// <summary>
/// The sources and resources of one rule in one blob, each once, compressed if that is asked for and helps: packing a product opens a
/// handful of segments instead of a thousand files, and what is unchanged is not compressed again.
/// </summary>
internal sealed class FileSegment
{
    private const int Version = 2;
    private readonly Dictionary<Sha256Digest, StoredFile> _files;

    private FileSegment(Dictionary<Sha256Digest, StoredFile> files) => _files = files;

    /// <summary>Finds the segment in the cache, or makes it.</summary>
    /// <param name="origin">The rule.</param>
    /// <param name="files">Its files.</param>
    /// <param name="codec">How they are stored.</param>
    /// <param name="level">The codec's level.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="BuildFailedException">A file has changed since it was digested.</exception>
    public static FileSegment Open(
        ResourceOrigin origin,
        IEnumerable<ResourceFile> files,
        PackedCodec codec,
        int level,
        BuildContext context
    )
    {
        var ordered = files.DistinctBy(file => file.Digest).OrderBy(file => file.Digest).ToList();
        var key = new ActionKeyBuilder("file_segment", Version)
            .Add("files", DigestList.Of(ordered.Select(file => file.Digest)))
            .Add("codec", codec.ToString())
            .Add("level", codec == PackedCodec.None ? 0 : level)
            .Build();
        for (var attempt = 0; attempt < 2; attempt++)
        {
            // The second attempt makes the segment again, because a blob was damaged after its record was found.
            var record =
                attempt == 0
                    ? context.Cache.GetOrAdd(key, origin.Words, Make, context.Cancellation).Record
                    : new ActionRecord(key, origin.Words, Make(), 0);
            if (Read(record, ordered, context.Cache) is { } segment)
                return segment;
        }
        throw new InvalidOperationException($"the files of {origin} were stored by this build and are gone; please report this");

        IReadOnlyList<ActionOutput> Make() => new FileSegmentWriter(ordered, codec, level, context).Write();
    }

    /// <summary>Where a file's bytes are.</summary>
    public StoredFile Find(ResourceFile file) => _files[file.Digest];

    private static FileSegment? Read(ActionRecord record, List<ResourceFile> files, IActionCache cache)
    {
        if (
            record.Outputs is not [var content, var index]
            || cache.TryRead(index.Digest) is not { } table
            || table.Length != files.Count * 8
            || cache.TryGetFile(content.Digest) is not { } path
        )
            return null;
        var found = new Dictionary<Sha256Digest, StoredFile>();
        long offset = 0;
        for (var position = 0; position < files.Count; position++)
        {
            var stored = BinaryPrimitives.ReadInt32LittleEndian(table.AsSpan(position * 8));
            var codec = (PackedCodec)BinaryPrimitives.ReadInt32LittleEndian(table.AsSpan(position * 8 + 4));
            if (stored < 0 || offset + stored > content.Size)
                return null;
            found[files[position].Digest] = new StoredFile(new FileSlice(path, offset, stored), (int)files[position].Size, codec);
            offset = PackedFormat.Align(offset + stored, PackedFormat.ItemAlignment);
        }
        return new FileSegment(found);
    }
}

/// <summary>Writes a segment: the files one after the other, and a table of stored size and codec (4 bytes each) for every one.</summary>
internal sealed class FileSegmentWriter(IReadOnlyList<ResourceFile> files, PackedCodec codec, int level, BuildContext context)
{
    /// <summary>Reads, checks, compresses and stores.</summary>
    public IReadOnlyList<ActionOutput> Write()
    {
        var path = Path.Combine(context.WorkDirectory, $"files-{Guid.NewGuid():N}");
        var table = new byte[files.Count * 8];
        long size;
        try
        {
            using var output = new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    BufferSize = 1 << 20,
                }
            );
            WriteAll(output, table);
            size = output.Position;
            output.Flush();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw BuildContext.NotWritten(DiagnosticKinds.PackedNotWritten, "write the sources and resources", path, exception);
        }
        return
        [
            new ActionOutput("files", context.Cache.StoreFile(path, BlobTransfer.Move), size),
            new ActionOutput("index", context.Cache.Store(table), table.Length),
        ];
    }

    private void WriteAll(FileStream output, byte[] table)
    {
        for (var index = 0; index < files.Count; index++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var (bytes, used) = Compress(Read(files[index]));
            BinaryPrimitives.WriteInt32LittleEndian(table.AsSpan(index * 8), bytes.Length);
            BinaryPrimitives.WriteInt32LittleEndian(table.AsSpan(index * 8 + 4), (int)used);
            output.Write(bytes);
            output.Write(new byte[(int)(-output.Position & (PackedFormat.ItemAlignment - 1))]);
        }
    }

    private static byte[] Read(ResourceFile file)
    {
        if (file.Size >= PackedFormat.MaxSize)
            throw new BuildFailedException(
                DiagnosticKinds.PackedTooLarge,
                $"is {file.Size} bytes long, and a file in packed resources must be smaller than 2 GiB; leave it out with `excludes` or `include_resources = false`",
                new SourceLocation(file.Path)
            );
        byte[] bytes;
        try
        {
            bytes = RegularFile.ReadAllBytes(file.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BuildFailedException(
                DiagnosticKinds.PackedFileChanged,
                $"cannot be read: {exception.Message}",
                new SourceLocation(file.Path),
                exception
            );
        }
        return bytes.Length == file.Size && Sha256Digest.Of(bytes) == file.Digest
            ? bytes
            : throw new BuildFailedException(
                DiagnosticKinds.PackedFileChanged,
                "was changed while the build ran; build again",
                new SourceLocation(file.Path)
            );
    }

    // What does not become smaller is stored as it is, and read in place.
    private (byte[] Bytes, PackedCodec Codec) Compress(byte[] bytes)
    {
        var packed = codec switch
        {
            PackedCodec.Zlib => Zlib(bytes),
            PackedCodec.Zstd => Zstd(bytes),
            _ => bytes,
        };
        return packed.Length < bytes.Length ? (packed, codec) : (bytes, PackedCodec.None);
    }

    private byte[] Zlib(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var stream = new ZLibStream(output, new ZLibCompressionOptions { CompressionLevel = Math.Clamp(level, 0, 9) }))
            stream.Write(bytes);
        return output.ToArray();
    }

    private byte[] Zstd(byte[] bytes)
    {
        using var compressor = new ZstdSharp.Compressor(Math.Clamp(level, 1, ZstdSharp.Compressor.MaxCompressionLevel));
        // A zlib stream always has a checksum, a Zstandard frame only on request. Without it a changed byte would not be noticed.
        compressor.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        return compressor.Wrap(bytes).ToArray();
    }
}
