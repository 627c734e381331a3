using System.IO.Compression;
using Oxidizer.Packager.Diagnostics;
using SharpCompress.Compressors.Xz;
using ZstdSharp;

namespace Oxidizer.Packager.Archives;

/// <summary>The supported formats of archives.</summary>
internal enum ArchiveFormat
{
    /// <summary><c>.tar.zst</c></summary>
    TarZstd,

    /// <summary><c>.tar.gz</c></summary>
    TarGzip,

    /// <summary><c>.tar.xz</c></summary>
    TarXz,

    /// <summary><c>.zip</c></summary>
    Zip,
}

/// <summary>Tells an archive's form by its first bytes, and opens it.</summary>
internal static class ArchiveFormats
{
    private static readonly (ArchiveFormat Format, byte[] Magic, string[] Suffixes)[] s_known =
    [
        (ArchiveFormat.TarZstd, [0x28, 0xb5, 0x2f, 0xfd], [".tar.zst", ".tzst"]),
        (ArchiveFormat.TarGzip, [0x1f, 0x8b], [".tar.gz", ".tgz"]),
        (ArchiveFormat.TarXz, [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0x00], [".tar.xz", ".txz"]),
        (ArchiveFormat.Zip, [(byte)'P', (byte)'K', 0x03, 0x04], [".zip"]),
    ];

    /// <summary>Reads the magic bytes. A file whose name says another format is refused: most often it is a web page, or was
    /// renamed.</summary>
    /// <param name="name">The archive's file name; a name without a known suffix may have any format.</param>
    /// <param name="content">Positioned at its start, and left there.</param>
    /// <exception cref="BadArchiveException">Neither form, or not the one of the name.</exception>
    public static ArchiveFormat Detect(string name, Stream content)
    {
        Span<byte> head = stackalloc byte[8];
        head = head[..content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        content.Position = 0;
        var promised = s_known.FirstOrDefault(known =>
            known.Suffixes.Any(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
        );
        foreach (var known in s_known)
        {
            if (!head.StartsWith(known.Magic))
                continue;
            if (promised.Suffixes is not null && promised.Format != known.Format)
                throw new BadArchiveException(
                    DiagnosticKinds.ArchiveFormatUnknown,
                    $"its name ends with `{promised.Suffixes[0]}`, but its bytes are those of a `{known.Suffixes[0]}`; rename it, or fetch it again"
                );
            return known.Format;
        }
        throw new BadArchiveException(
            DiagnosticKinds.ArchiveFormatUnknown,
            head.IsEmpty
                ? "it is empty; fetch it again"
                : $"its first bytes ({Convert.ToHexStringLower(head)}) are of no known form; it must be `.tar.zst`, `.tar.gz`, `.tar.xz` or `.zip`"
        );
    }

    /// <summary>The entries of an archive, in its order, to be read one after the other.</summary>
    /// <exception cref="BadArchiveException">It is truncated; only a cut that shows without decoding is found here.</exception>
    public static IEnumerable<ArchiveEntry> Open(ArchiveFormat format, Stream content)
    {
        switch (format)
        {
            case ArchiveFormat.TarZstd:
                return TarEntries.Read(new DecodingStream(new DecompressionStream(content, leaveOpen: true)));
            case ArchiveFormat.TarGzip:
                return TarEntries.Read(
                    new DecodingStream(
                        new GZipStream(content, CompressionMode.Decompress, leaveOpen: true),
                        unpacked => ArchiveTail.CheckGzip(content, unpacked)
                    )
                );
            case ArchiveFormat.TarXz:
                ArchiveTail.CheckXz(content);
                return TarEntries.Read(new DecodingStream(new XZStream(content)));
            default:
                return ZipEntries.Read(content);
        }
    }
}
