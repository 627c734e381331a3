using Microsoft.Win32.SafeHandles;

namespace Oxidizer.Cache.Files;

/// <summary>Copies files in the cheapest way that their file systems offer: shared blocks, else a copy inside the kernel, else reading and
/// writing.</summary>
internal static class FileTransfer
{
    private const UnixFileMode PlainFile = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode ReadOnlyMask = ~(UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);

    /// <summary>Copies <paramref name="source"/> to the new file <paramref name="target"/>.</summary>
    /// <exception cref="IOException">Either cannot be used.</exception>
    public static void Copy(string source, string target, UnixFileMode mode, bool durable = false)
    {
        using var from = OpenForReading(source);
        using var to = File.OpenHandle(target, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        if (!Libc.TryClone(from, to))
            CopyBytes(from, to);
        File.SetUnixFileMode(to, mode);
        if (durable)
            RandomAccess.FlushToDisk(to);
    }

    /// <summary>A hard link at <paramref name="target"/>; false where it cannot be made (another file system, too many links).</summary>
    public static bool TryLink(string source, string target) => Libc.Link(source, target) == 0;

    /// <summary>Opens a file that others may replace, delete or append to meanwhile.</summary>
    public static SafeFileHandle OpenForReading(string path) => RegularFile.Open(path);

    /// <summary>Reads a whole file of at most 2 GB.</summary>
    public static byte[] ReadAll(string path)
    {
        using var handle = OpenForReading(path);
        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)RandomAccess.GetLength(handle)));
        var read = ReadAt(handle, 0, bytes);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>Fills <paramref name="buffer"/> from <paramref name="offset"/> on; fewer bytes only at the end of the file.</summary>
    public static int ReadAt(SafeFileHandle handle, long offset, Span<byte> buffer)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var read = RandomAccess.Read(handle, buffer[total..], offset + total);
            if (read == 0)
                break;
            total += read;
        }
        return total;
    }

    /// <summary>Writes a new file; it is not flushed to the disk.</summary>
    public static void WriteNew(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        using var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(handle, content, 0);
        File.SetUnixFileMode(handle, mode);
    }

    /// <summary>Replaces a file atomically: writes a temporary file beside it, and renames that.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode mode = PlainFile)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            WriteNew(temporary, content, mode);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Deletes a file; false if it is there and cannot be deleted.</summary>
    public static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            return false;
        }
    }

    /// <summary>The mode without its permissions to write.</summary>
    public static UnixFileMode WithoutWrite(UnixFileMode mode) => mode & ReadOnlyMask;

    /// <summary>Whether an exception reports a failure of the file system.</summary>
    public static bool IsFailure(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or System.Security.SecurityException or NotSupportedException;

    private static void CopyBytes(SafeFileHandle from, SafeFileHandle to)
    {
        var length = RandomAccess.GetLength(from);
        var copied = Math.Max(0, Libc.TryCopyRange(from, to, length));
        // What the kernel did not copy is copied here; a file of /proc says length 0 and still has bytes.
        var buffer = new byte[1 << 16];
        int read;
        while ((read = RandomAccess.Read(from, buffer, copied)) > 0)
        {
            RandomAccess.Write(to, buffer.AsSpan(0, read), copied);
            copied += read;
        }
    }
}
