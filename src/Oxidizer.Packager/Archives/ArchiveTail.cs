using System.Buffers.Binary;

namespace Oxidizer.Packager.Archives;

/// <summary>
/// Checks the last bytes of a compressed archive, because two decoders do not notice when they are missing: .NET's for gzip ends without an
/// error if only the trailer was cut off, and SharpCompress's for xz continues with invented bytes.
/// </summary>
internal static class ArchiveTail
{
    private const int GzipLengthSize = 4,
        XzFooterSize = 12,
        XzAlignment = 4;

    /// <summary>Compares a gzip's trailer with what came out (RFC 1952, 2.3.1: the length modulo 2^32). A file of several members has
    /// another sum, and is refused.</summary>
    public static void CheckGzip(Stream archive, long unpacked)
    {
        Span<byte> length = stackalloc byte[GzipLengthSize];
        ReadAt(archive, archive.Length - GzipLengthSize, length);
        if (BinaryPrimitives.ReadUInt32LittleEndian(length) != (uint)unpacked)
            throw BadArchiveException.Damaged(
                "it is truncated or damaged (its trailer tells another length; a gzip of several members is not read)"
            );
    }

    /// <summary>Finds an xz's footer at its end (the .xz file format, 2.1.2), before padding of zeros. The archive is left at its
    /// start.</summary>
    public static void CheckXz(Stream archive)
    {
        Span<byte> footer = stackalloc byte[XzFooterSize];
        var end = archive.Length;
        while (end % XzAlignment == 0 && end >= XzFooterSize)
        {
            ReadAt(archive, end - XzFooterSize, footer);
            if (footer[^XzAlignment..].ContainsAnyExcept((byte)0))
                break;
            end -= XzAlignment;
        }
        if (!footer[10..].SequenceEqual("YZ"u8) || Crc32.Of(footer[4..10]) != BinaryPrimitives.ReadUInt32LittleEndian(footer))
            throw BadArchiveException.Damaged("it is truncated: the footer at its end is missing");
        archive.Position = 0;
    }

    private static void ReadAt(Stream archive, long position, Span<byte> buffer)
    {
        if (position < 0)
            throw BadArchiveException.Damaged("it is truncated");
        archive.Position = position;
        archive.ReadExactly(buffer);
    }
}
