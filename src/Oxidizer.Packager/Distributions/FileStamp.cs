using System.Buffers.Binary;
using System.Text;

namespace Oxidizer.Packager.Distributions;

/// <summary>What a file system says of a path without reading it. Equal stamps: the same content, since every write changes the ctime, and no program can set it.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">mtime in nanoseconds since 1970.</param>
/// <param name="Changed">ctime in nanoseconds since 1970; 0 where the system has none.</param>
/// <param name="Inode">The inode; 0 where the system has none.</param>
internal readonly record struct FileStamp(long Size, long Modified, long Changed, long Inode)
{
    /// <summary>Bytes of the written form.</summary>
    public const int WrittenSize = 32;

    /// <summary>The stamp of a path below a folder, links not followed; <c>null</c> when nothing is there.</summary>
    /// <param name="folder">The open folder.</param>
    /// <param name="root">Its path.</param>
    /// <param name="path">UTF-8 that a NUL follows.</param>
    public static FileStamp? Of(LinuxFolder folder, string root, ReadOnlySpan<byte> path) =>
        folder.IsOpen ? folder.Stamp(path) : OfManaged(Path.Combine(root, Encoding.UTF8.GetString(path)));

    /// <summary>Reads the written form.</summary>
    public static FileStamp Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]));

    /// <summary>Writes <see cref="WrittenSize"/> bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Size);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], Modified);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], Changed);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], Inode);
    }

    private static FileStamp? OfManaged(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists)
            return new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks * 100, 0, 0);
        return Directory.Exists(path) ? new FileStamp(0, Directory.GetLastWriteTimeUtc(path).Ticks * 100, 0, 0) : null;
    }
}
