using Oxidizer.Cache.Files;

namespace Oxidizer.Cache.Trees;

/// <summary>An open folder, for calls with paths relative to it.</summary>
internal sealed class OpenFolder : IDisposable
{
    private readonly int _descriptor;

    /// <summary>Opens a folder; one that is missing counts as empty.</summary>
    public OpenFolder(string path) => _descriptor = Libc.Open(path, Libc.CloseOnExec, 0);

    /// <summary>The stamp of what is at a path below this folder, links not followed; the default if nothing is there.</summary>
    /// <param name="path">UTF-8, with a NUL after it; empty for the folder itself.</param>
    public unsafe FileStamp Stamp(ReadOnlySpan<byte> path)
    {
        var buffer = stackalloc byte[256];
        byte nothing = 0;
        fixed (byte* start = path)
        {
            var flags = path.IsEmpty ? Libc.AtEmptyPath : Libc.AtSymlinkNoFollow;
            return Libc.Statx(_descriptor, path.IsEmpty ? &nothing : start, flags, 0x7FF, buffer) == 0
                ? FileStamp.Of(buffer, out _)
                : default;
        }
    }

    /// <summary>
    /// Flushes the file system that holds this folder. One call serves a whole tree: flushing each of 8,000 files takes longer than
    /// unpacking them. Without it, a power cut could leave files of zeros with the right size and time, which no stamp reveals.
    /// </summary>
    public void FlushFileSystem() => Libc.SyncFileSystem(_descriptor);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_descriptor >= 0)
            _ = Libc.Close(_descriptor);
    }
}
