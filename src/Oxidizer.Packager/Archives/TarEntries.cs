using System.Formats.Tar;

namespace Oxidizer.Packager.Archives;

/// <summary>Reads a tar archive as a sequence of entries.</summary>
internal static class TarEntries
{
    /// <summary>Yields the entries; at the end of the archive its decoder has verified all of its bytes.</summary>
    /// <exception cref="BadArchiveException">Truncated, damaged, or an entry that is neither file, folder nor link.</exception>
    public static IEnumerable<ArchiveEntry> Read(DecodingStream content)
    {
        using (content)
        using (var reader = new TarReader(content))
        {
            while (Next(reader) is { } entry)
            {
                if (entry.EntryType is not TarEntryType.GlobalExtendedAttributes)
                    yield return Convert(entry);
            }
            // The reader takes the end of its stream for the end of the archive; only the block of zeros that tar writes tells an archive
            // from one that was cut between two entries.
            if (content.IsAtEnd)
                throw BadArchiveException.Damaged("it is truncated: the mark at its end is missing");
            Drain(content);
        }
    }

    private static TarEntry? Next(TarReader reader)
    {
        try
        {
            return reader.GetNextEntry();
        }
        catch (Exception exception)
            when (exception
                    is IOException
                        or FormatException
                        or InvalidDataException
                        or InvalidOperationException
                        or ArgumentException
                        or OverflowException
                        or NotSupportedException
            )
        {
            throw BadArchiveException.Damaged($"its tar structure is damaged ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    private static ArchiveEntry Convert(TarEntry entry)
    {
        var kind = entry.EntryType switch
        {
            TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile => ArchiveEntryKind.File,
            TarEntryType.Directory => ArchiveEntryKind.Directory,
            TarEntryType.SymbolicLink => ArchiveEntryKind.SymbolicLink,
            TarEntryType.HardLink => ArchiveEntryKind.HardLink,
            var other => throw BadArchiveException.Unsafe(entry.Name, $"is neither file, folder nor link, but `{other}`"),
        };
        var isLink = kind is ArchiveEntryKind.SymbolicLink or ArchiveEntryKind.HardLink;
        return new ArchiveEntry(
            entry.Name,
            kind,
            kind == ArchiveEntryKind.File ? entry.Length : 0,
            (entry.Mode & UnixFileMode.UserExecute) != 0,
            isLink ? entry.LinkName : null,
            kind == ArchiveEntryKind.File ? entry.DataStream ?? Stream.Null : null
        );
    }

    // The decoder checks its checksum only when it is read to its end. What may follow is padding to the tar's record size; more is no
    // padding.
    private static void Drain(Stream content)
    {
        const int most = 1 << 20;
        var buffer = new byte[16384];
        for (int count, total = 0; (count = content.Read(buffer)) > 0; total += count)
        {
            if (total > most || buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
                throw BadArchiveException.Damaged("there are bytes after its end");
        }
    }
}
