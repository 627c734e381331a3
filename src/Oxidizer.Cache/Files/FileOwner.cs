using System.Runtime.InteropServices;

namespace Oxidizer.Cache.Files;

/// <summary>A file's owner and permissions.</summary>
/// <param name="User">The number of its user.</param>
/// <param name="Group">The number of its group.</param>
/// <param name="Mode">Type and permissions, as <c>stat</c> has them.</param>
internal readonly partial record struct FileOwner(uint User, uint Group, int Mode)
{
    private const int TypeMask = 0xF000,
        FolderType = 0x4000,
        FileType = 0x8000;
    private const int GroupWrite = 0x10,
        OthersWrite = 0x2;

    /// <summary>The user that this process acts as.</summary>
    public static uint Me { get; } = EffectiveUser();

    /// <summary>Whether it is a folder. A link to a folder is one only if links were followed.</summary>
    public bool IsFolder => (Mode & TypeMask) == FolderType;

    /// <summary>Whether it is a regular file.</summary>
    public bool IsFile => (Mode & TypeMask) == FileType;

    /// <summary>Whether this process's user owns it.</summary>
    public bool IsMine => User == Me;

    /// <summary>Whether other users may write to it. A group with the owner's number counts as the owner (user private groups).</summary>
    public bool IsWritableByOthers => (Mode & OthersWrite) != 0 || ((Mode & GroupWrite) != 0 && Group != User);

    /// <summary>Reads the owner and mode of what is at a path; false when nothing is there.</summary>
    public static unsafe bool TryRead(string path, bool follow, out FileOwner owner)
    {
        var buffer = stackalloc byte[256];
        var found = Libc.Statx(Libc.AtCurrentFolder, path, follow ? 0 : Libc.AtSymlinkNoFollow, 0x7FF, buffer) == 0;
        owner = found ? new FileOwner(*(uint*)(buffer + 20), *(uint*)(buffer + 24), *(ushort*)(buffer + 28)) : default;
        return found;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
