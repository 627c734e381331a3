namespace Oxidizer.Cache;

/// <summary>What stands at a path of a tree.</summary>
public enum TreeEntryKind : byte
{
    /// <summary>A file.</summary>
    File,

    /// <summary>A file that may be executed.</summary>
    Executable,

    /// <summary>A folder.</summary>
    Directory,

    /// <summary>A symbolic link that stays inside of the tree.</summary>
    Link,
}

/// <summary>One path of a tree.</summary>
/// <param name="Path">Relative to the tree, with <c>/</c>.</param>
/// <param name="Kind">What stands there.</param>
/// <param name="Size">A file's length in bytes; a link's: that of the file that it leads to, -1 when it leads to none.</param>
/// <param name="Digest">The content's digest, of the same file.</param>
/// <param name="LinkTarget">A link's text.</param>
public sealed record TreeEntry(string Path, TreeEntryKind Kind, long Size = 0, Sha256Digest Digest = default, string? LinkTarget = null)
{
    private const UnixFileMode ReadOnlyFile = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Whether it is a file, executable or not.</summary>
    public bool IsFile => Kind is TreeEntryKind.File or TreeEntryKind.Executable;

    /// <summary>The mode of the file on the disk: read-only, because it belongs to the cache.</summary>
    public UnixFileMode Mode =>
        Kind == TreeEntryKind.Executable
            ? ReadOnlyFile | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute
            : ReadOnlyFile;
}

/// <summary>A folder of the cache, whole.</summary>
/// <param name="Path">Absolute. Its files are read-only; it stays until the cache is disposed.</param>
/// <param name="Manifest">Everything in it.</param>
/// <param name="Reason">Why it was made or repaired, in words; <c>null</c>: it was there, and unchanged.</param>
public sealed record CachedTree(string Path, TreeManifest Manifest, string? Reason);
