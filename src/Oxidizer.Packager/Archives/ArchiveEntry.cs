namespace Oxidizer.Packager.Archives;

/// <summary>The kind of an archive's entry. The readers refuse all others.</summary>
internal enum ArchiveEntryKind
{
    /// <summary>Bytes.</summary>
    File,

    /// <summary>A folder.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>Another name of a file that came before.</summary>
    HardLink,
}

/// <summary>An entry as the archive describes it; nothing in it is trusted yet.</summary>
/// <param name="Path">As written in the archive.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Its length according to the archive.</param>
/// <param name="IsExecutable">Whether its owner may execute it.</param>
/// <param name="LinkTarget">For links what they point to; for hard links from the archive's root.</param>
/// <param name="Content">The bytes of a file; to be read before the next entry is asked for.</param>
internal sealed record ArchiveEntry(string Path, ArchiveEntryKind Kind, long Size, bool IsExecutable, string? LinkTarget, Stream? Content);
