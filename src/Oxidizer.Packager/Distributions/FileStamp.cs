using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Oxidizer.Packager.Distributions;

/// <summary>What a file system says of a path without reading it. Equal stamps: the same content, since every write changes the ctime, and no program can set it.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">mtime in nanoseconds since 1970.</param>
/// <param name="Changed">ctime in nanoseconds since 1970; 0 where the system has none.</param>
/// <param name="Inode">The inode; 0 where the system has none.</param>
internal readonly partial record struct FileStamp(long Size, long Modified, long Changed, long Inode)
{
    /// <summary>Bytes of the written form.</summary>
    public const int WrittenSize = 32;

    // statx(2), for its structure is the same on every architecture, where that of stat(2) is not.
    private const int CurrentDirectory = -100, NoFollow = 0x100, WantedFields = 0x7ff, StructureSize = 256;
    private const int InodeOffset = 32, SizeOffset = 40, ChangedOffset = 96, ModifiedOffset = 112;

    /// <summary>The stamp of a path, links not followed; <c>null</c> when nothing is there.</summary>
    public static FileStamp? Of(string path) => OperatingSystem.IsLinux() ? OfLinux(Encoding.UTF8.GetBytes(path + '\0')) : OfManaged(path);

    /// <summary>The stamp of a path given as UTF-8 with a NUL at its end.</summary>
    public static FileStamp? Of(ReadOnlySpan<byte> path) => OperatingSystem.IsLinux() ? OfLinux(path) : OfManaged(Encoding.UTF8.GetString(path[..^1]));

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

    private static unsafe FileStamp? OfLinux(ReadOnlySpan<byte> path)
    {
        var result = stackalloc byte[StructureSize];
        fixed (byte* start = path)
        {
            if (Statx(CurrentDirectory, start, NoFollow, WantedFields, result) != 0)
                return null;
        }
        return new FileStamp(*(long*)(result + SizeOffset), Time(result + ModifiedOffset), Time(result + ChangedOffset), *(long*)(result + InodeOffset));
    }

    private static unsafe long Time(byte* timestamp) => unchecked(*(long*)timestamp * 1_000_000_000 + *(uint*)(timestamp + 8));

    private static FileStamp? OfManaged(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists)
            return new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks * 100, 0, 0);
        return Directory.Exists(path) ? new FileStamp(0, Directory.GetLastWriteTimeUtc(path).Ticks * 100, 0, 0) : null;
    }

    [LibraryImport("libc", EntryPoint = "statx")]
    private static unsafe partial int Statx(int directory, byte* path, int flags, uint mask, byte* result);
}
