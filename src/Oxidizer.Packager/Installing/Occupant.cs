using System.Runtime.InteropServices;

namespace Oxidizer.Packager.Installing;

/// <summary>What is at a path; links are not followed.</summary>
internal enum Occupant
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A symbolic link, wherever it leads.</summary>
    Link,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A FIFO, a socket or a device: opening it may wait for ever.</summary>
    Special,
}

/// <summary>Looks at places.</summary>
internal static partial class Occupants
{
    private const int CurrentFolder = -100,
        NoFollow = 0x100;

    /// <summary>What stands at a path.</summary>
    public static unsafe Occupant At(string path)
    {
        var buffer = stackalloc byte[256];
        if (Statx(CurrentFolder, path, NoFollow, 1, buffer) != 0)
            return Occupant.Nothing;
        return (*(ushort*)(buffer + 28) & 0xF000) switch
        {
            0x8000 => Occupant.File,
            0xA000 => Occupant.Link,
            0x4000 => Occupant.Folder,
            _ => Occupant.Special,
        };
    }

    /// <summary>Whether a regular file stands there with exactly these bytes.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool Holds(string path, ReadOnlySpan<byte> content) =>
        At(path) == Occupant.File && new FileInfo(path).Length == content.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(content);

    /// <summary>Reports that a file of the product cannot be put there, because something else than a file is there.</summary>
    /// <exception cref="IOException">It is so.</exception>
    public static void CheckIsFree(string path)
    {
        if (At(path) is var found and (Occupant.Folder or Occupant.Special))
            throw new IOException(
                $"{(found == Occupant.Folder ? "a folder" : "a FIFO, a socket or a device")} stands at `{Path.GetFileName(path)}`; remove it, or name another product or output folder"
            );
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* buffer);
}
