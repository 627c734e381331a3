using System.Runtime.InteropServices;

namespace Oxidizer.Packager.Distributions;

/// <summary>An open folder of Linux, for calls that .NET does not offer. Elsewhere it is closed from the beginning, and does nothing.</summary>
internal sealed unsafe partial class LinuxFolder : IDisposable
{
    // O_RDONLY | O_CLOEXEC: the same numbers on every architecture that .NET runs on.
    private const int OpenFlags = 0x80000;

    // statx(2), for its structure is the same on every architecture, where that of stat(2) is not.
    private const int NoFollow = 0x100, WantedFields = 0x7ff, StructureSize = 256;
    private const int InodeOffset = 32, SizeOffset = 40, ChangedOffset = 96, ModifiedOffset = 112;

    private readonly int _descriptor;

    /// <summary>Opens a folder; whether there is one, <see cref="IsOpen"/> tells.</summary>
    public LinuxFolder(string path) => _descriptor = OperatingSystem.IsLinux() ? Open(path, OpenFlags) : -1;

    /// <summary>Whether the calls below can be made.</summary>
    public bool IsOpen => _descriptor >= 0;

    /// <summary>The stamp of what is at a path below this folder, links not followed; <c>null</c> for nothing.</summary>
    /// <param name="path">UTF-8 with a NUL after it; a short relative path costs the kernel half of what an absolute one does.</param>
    public FileStamp? Stamp(ReadOnlySpan<byte> path)
    {
        var result = stackalloc byte[StructureSize];
        fixed (byte* start = path)
        {
            if (Statx(_descriptor, start, NoFollow, WantedFields, result) != 0)
                return null;
        }
        return new FileStamp(*(long*)(result + SizeOffset), Time(result + ModifiedOffset), Time(result + ChangedOffset), *(long*)(result + InodeOffset));
    }

    /// <summary>
    /// Flushes the file system that holds this folder. One call for a whole tree: a flush for each of 8,000 files takes longer than unpacking them. Without it, a
    /// power cut could leave files of the right size and time with zeros in them, which no stamp tells.
    /// </summary>
    public void FlushFileSystem() => SyncFileSystem(_descriptor);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsOpen)
            Close(_descriptor);
    }

    private static long Time(byte* timestamp) => unchecked(*(long*)timestamp * 1_000_000_000 + *(uint*)(timestamp + 8));

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syncfs")]
    private static partial int SyncFileSystem(int descriptor);

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int Statx(int folder, byte* path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
