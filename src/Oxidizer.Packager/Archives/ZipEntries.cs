using System.IO.Compression;

namespace Oxidizer.Packager.Archives;

/// <summary>Reads a zip archive as a sequence of entries.</summary>
internal static class ZipEntries
{
    private const int TypeMask = 0xf000,
        TypeFile = 0x8000,
        TypeDirectory = 0x4000,
        TypeLink = 0xa000,
        OwnerExecutes = 0x40;
    private const int LongestLinkTarget = 4096;

    /// <summary>Yields the entries; the checksum of each is verified when its content was read to its end.</summary>
    /// <exception cref="BadArchiveException">Truncated, damaged, or an entry that is neither file, folder nor link.</exception>
    public static IEnumerable<ArchiveEntry> Read(Stream content)
    {
        using var archive = Guard(() => new ZipArchive(content, ZipArchiveMode.Read, leaveOpen: true));
        foreach (var entry in Guard(() => archive.Entries))
        {
            using var bytes = new DecodingStream(new CheckedStream(Guard(entry.Open), entry.Crc32, entry.Length));
            yield return Convert(entry, bytes);
        }
    }

    private static T Guard<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception exception)
            when (exception is IOException or InvalidDataException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw BadArchiveException.Damaged($"its zip structure is damaged ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    private static ArchiveEntry Convert(ZipArchiveEntry entry, Stream content)
    {
        // Archives of systems without modes have zeros here.
        var mode = entry.ExternalAttributes >>> 16;
        var isExecutable = (mode & OwnerExecutes) != 0;
        if (entry.FullName.EndsWith('/'))
            return new ArchiveEntry(entry.FullName, ArchiveEntryKind.Directory, 0, true, null, null);
        return (mode & TypeMask) switch
        {
            0 or TypeFile => new ArchiveEntry(entry.FullName, ArchiveEntryKind.File, entry.Length, isExecutable, null, content),
            TypeDirectory => new ArchiveEntry(entry.FullName, ArchiveEntryKind.Directory, 0, true, null, null),
            TypeLink => new ArchiveEntry(entry.FullName, ArchiveEntryKind.SymbolicLink, 0, false, ReadTarget(entry, content), null),
            var other => throw BadArchiveException.Unsafe(
                entry.FullName,
                $"is neither file, folder nor link (its mode's type is {other >> 12:x})"
            ),
        };
    }

    private static string ReadTarget(ZipArchiveEntry entry, Stream content)
    {
        if (entry.Length > LongestLinkTarget)
            throw BadArchiveException.Unsafe(entry.FullName, $"is a link whose target is {entry.Length} bytes long");
        using var reader = new StreamReader(content);
        return reader.ReadToEnd();
    }
}
