using System.Runtime.InteropServices;

namespace Oxidizer.Packager.Distributions;

/// <summary>Puts everything that was written onto the disk.</summary>
internal static partial class DiskFlush
{
    private const int OpenDirectory = 0x80000;

    /// <summary>
    /// Flushes the file system that holds a folder. One call for a whole tree: a flush for each of 8,000 files took longer than unpacking them. Without it, a
    /// power cut could leave files of the right size and time with zeros in them, which no stamp tells.
    /// </summary>
    public static void FileSystemOf(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var descriptor = Open(folder, OpenDirectory);
        if (descriptor < 0)
            return;
        SyncFileSystem(descriptor);
        Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syncfs")]
    private static partial int SyncFileSystem(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
