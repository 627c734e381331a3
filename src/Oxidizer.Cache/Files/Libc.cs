using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Oxidizer.Cache.Files;

/// <summary>
/// The calls of Linux's C library that .NET does not offer. <c>open</c> is called directly because <see cref="FileStream"/> takes a lock of
/// its own (<c>LOCK_SH</c>) on every file that it opens, which would fail on a file that another process holds with <c>LOCK_EX</c>.
/// </summary>
internal static unsafe partial class Libc
{
    public const int LockExclusive = 2,
        LockNonBlocking = 4,
        LockRelease = 8;
    public const int ErrorInterrupted = 4,
        ErrorWouldBlock = 11;
    public const int CloseOnExec = 0x80000,
        ReadWriteCreateCloseOnExec = 2 | 0x40 | CloseOnExec,
        ReadOnlyNonBlocking = 0x800 | CloseOnExec;

    // O_NOFOLLOW has another number on Arm than on the others.
    private static readonly int s_noFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm
        ? 0x8000
        : 0x20000;
    public const int AtCurrentFolder = -100,
        AtSymlinkNoFollow = 0x100,
        AtEmptyPath = 0x1000;

    public static int ReadWriteNoFollow => 2 | CloseOnExec | s_noFollow;

    private const nuint CloneRequest = 0x40049409;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Flock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint WriteAt(int descriptor, byte* bytes, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(int descriptor, long length);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string existing, string created);

    [LibraryImport("libc", EntryPoint = "syncfs")]
    public static partial int SyncFileSystem(int descriptor);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    public static partial int Statx(int folder, byte* path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(int folder, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle descriptor, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    private static partial nint CopyFileRange(
        SafeFileHandle source,
        long* sourceOffset,
        SafeFileHandle target,
        long* targetOffset,
        nuint count,
        uint flags
    );

    /// <summary>Shares the source's blocks with the target, where the file system can (Btrfs, XFS, bcachefs).</summary>
    public static bool TryClone(SafeFileHandle source, SafeFileHandle target) =>
        Ioctl(target, CloneRequest, source.DangerousGetHandle()) == 0;

    /// <summary>Copies inside the kernel from offset 0; -1 when this pair of file systems cannot, else the bytes copied.</summary>
    public static long TryCopyRange(SafeFileHandle source, SafeFileHandle target, long count)
    {
        long from = 0,
            to = 0;
        while (from < count)
        {
            var copied = CopyFileRange(source, &from, target, &to, (nuint)(count - from), 0);
            if (copied < 0)
                return from == 0 ? -1 : from;
            if (copied == 0)
                break;
        }
        return from;
    }
}
