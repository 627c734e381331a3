using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Oxidizer.Cache.Files;

/// <summary>
/// Tells whether a file has changed, without reading it. It holds the inode's change time, because programs can set a modification time
/// (<c>touch -d</c>, <c>tar</c> and <c>rsync</c> do), and the inode's number, because an edit by rename may keep all the rest.
/// Times are nanoseconds since 1970.
/// </summary>
internal readonly record struct FileStamp(long Size, long Modified, long Changed, ulong Inode)
{
    // Kernel time stamps move with the timer interrupt (1 to 10 ms apart): two writes within that time have the same stamp.
    private const long ClockResolution = 20_000_000;

    /// <summary>The time now, on the clock that file systems stamp with.</summary>
    public static long Now => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100;

    /// <summary>Whether the file might change after <paramref name="time"/> and keep its stamp, as git's "racily clean" entries; also true
    /// for times in the future.</summary>
    public bool IsYoungAt(long time) => Math.Max(Modified, Changed) + ClockResolution > time;

    /// <summary>Reads a regular file's stamp; false when there is none at <paramref name="path"/>.</summary>
    public static bool TryRead(string path, out FileStamp stamp) =>
        TryRead(path, follow: true, out stamp, out var mode) && (mode & 0xF000) == 0x8000;

    /// <summary>Reads the stamp and the mode (with the type's bits) of whatever is at <paramref name="path"/>.</summary>
    public static bool TryRead(string path, bool follow, out FileStamp stamp, out int mode) =>
        TryRead(path, follow, out stamp, out mode, out _);

    /// <summary>The same, with the system's error number when it fails.</summary>
    [SkipLocalsInit]
    public static unsafe bool TryRead(string path, bool follow, out FileStamp stamp, out int mode, out int error)
    {
        stamp = default;
        mode = error = 0;
        var longest = Encoding.UTF8.GetMaxByteCount(path.Length) + 1;
        byte[]? rented = null;
        var encoded = longest <= 1024 ? stackalloc byte[1024] : rented = ArrayPool<byte>.Shared.Rent(longest);
        encoded[Encoding.UTF8.GetBytes(path, encoded)] = 0;
        var buffer = stackalloc byte[256];
        int result;
        fixed (byte* pointer = encoded)
            result = Libc.Statx(Libc.AtCurrentFolder, pointer, follow ? 0 : Libc.AtSymlinkNoFollow, 0x7FF, buffer);
        if (result != 0)
            error = Marshal.GetLastPInvokeError();
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        if (result != 0)
            return false;
        stamp = Of(buffer, out mode);
        return true;
    }

    /// <summary>The stamp and the mode in the answer of <c>statx</c>, whose layout is the same on every architecture.</summary>
    public static unsafe FileStamp Of(byte* statx, out int mode)
    {
        mode = *(ushort*)(statx + 28);
        return new FileStamp(*(long*)(statx + 40), Time(statx + 112), Time(statx + 96), *(ulong*)(statx + 32));
    }

    /// <summary>Reads the stamp of an open file.</summary>
    public static bool TryRead(int descriptor, out FileStamp stamp) => TryRead(descriptor, out stamp, out _);

    /// <summary>Reads the stamp and the mode of an open file.</summary>
    public static unsafe bool TryRead(int descriptor, out FileStamp stamp, out int mode)
    {
        mode = 0;
        var buffer = stackalloc byte[256];
        byte nothing = 0;
        var found = Libc.Statx(descriptor, &nothing, Libc.AtEmptyPath, 0x7FF, buffer) == 0;
        stamp = found ? Of(buffer, out mode) : default;
        return found;
    }

    private static unsafe long Time(byte* time) => *(long*)time * 1_000_000_000 + *(uint*)(time + 8);
}
