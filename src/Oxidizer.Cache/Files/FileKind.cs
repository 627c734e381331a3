namespace Oxidizer.Cache.Files;

/// <summary>What is at a path, after links were followed.</summary>
public enum FileKind
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>A file with bytes.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A link that leads nowhere.</summary>
    DanglingLink,

    /// <summary>A link that leads back to itself.</summary>
    LoopingLink,

    /// <summary>A FIFO: opening it waits for another program.</summary>
    Pipe,

    /// <summary>A socket of another program.</summary>
    Socket,

    /// <summary>A character or block device.</summary>
    Device,

    /// <summary>This user may not look at it, or the system does not accept the path.</summary>
    Unknown,
}

/// <summary>What is at a path. It is not opened, because opening a device may have an effect, and opening a pipe waits.</summary>
/// <param name="Kind">Links followed.</param>
/// <param name="IsLink">Whether it is a symbolic link itself.</param>
/// <param name="Size">Of a regular file, in bytes.</param>
/// <param name="Reason">For everything but regular files and folders: what it is, for a message (`it is a named pipe`).</param>
public readonly record struct FileFacts(FileKind Kind, bool IsLink, long Size, string? Reason)
{
    private const int AnyExecute = 0x49;

    /// <summary>Of a regular file: whether somebody may run it.</summary>
    public bool IsExecutable { get; init; }

    private const int TypeMask = 0xF000,
        Regular = 0x8000,
        Folder = 0x4000,
        Link = 0xA000,
        Pipe = 0x1000,
        Socket = 0xC000;
    private const int ErrorMissing = 2,
        ErrorNoFolder = 20,
        ErrorLoop = 40;

    /// <summary>Asks the system.</summary>
    public static FileFacts Of(string path)
    {
        if (!FileStamp.TryRead(path, follow: false, out var stamp, out var mode, out var error))
            return OfError(error, isLink: false);
        if ((mode & TypeMask) != Link)
            return OfMode(mode, stamp.Size, isLink: false);
        return FileStamp.TryRead(path, follow: true, out stamp, out mode, out error)
            ? OfMode(mode, stamp.Size, isLink: true)
            : OfError(error, isLink: true);
    }

    /// <summary>What a mode says.</summary>
    internal static FileFacts OfMode(int mode, long size, bool isLink) =>
        (mode & TypeMask) switch
        {
            Regular => new(FileKind.Regular, isLink, size, null) { IsExecutable = (mode & AnyExecute) != 0 },
            Folder => new(FileKind.Folder, isLink, 0, null),
            Pipe => new(FileKind.Pipe, isLink, 0, "it is a named pipe"),
            Socket => new(FileKind.Socket, isLink, 0, "it is a socket"),
            _ => new(FileKind.Device, isLink, 0, "it is a device"),
        };

    private static FileFacts OfError(int error, bool isLink) =>
        error switch
        {
            ErrorMissing or ErrorNoFolder => isLink
                ? new(FileKind.DanglingLink, true, 0, "it is a link that leads nowhere")
                : new(FileKind.Missing, false, 0, "it is not there"),
            ErrorLoop => new(FileKind.LoopingLink, isLink, 0, "it is a link that leads round in a circle"),
            _ => new(
                FileKind.Unknown,
                isLink,
                0,
                $"the system says: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error)}"
            ),
        };
}
