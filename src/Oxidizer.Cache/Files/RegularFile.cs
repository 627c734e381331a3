using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Oxidizer.Cache.Files;

/// <summary>
/// Opens and reads files that the user names. It opens regular files only: a named pipe could wait for ever for another program, and
/// opening a device may have an effect. The kind of the file is checked before it is opened, and again afterwards, because the path may
/// have been replaced in between.
/// </summary>
public static class RegularFile
{
    /// <summary>The largest text that is read. A larger file was probably named by mistake.</summary>
    public const long LongestText = 64L << 20;

    private const int ErrorMissing = 2,
        ErrorAccess = 13,
        ErrorNoFolder = 20;

    /// <summary>Opens a file for reading, without a lock on it.</summary>
    /// <exception cref="IOException">It is not there (then a <see cref="FileNotFoundException"/>), is no regular file, or cannot be
    /// opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SafeFileHandle Open(string path)
    {
        // For a missing file `open` gives the better error.
        if (FileStamp.TryRead(path, follow: true, out _, out var mode))
            Check(path, mode);
        int descriptor,
            error;
        do (descriptor, error) = (Libc.Open(path, Libc.ReadOnlyNonBlocking, 0), Marshal.GetLastPInvokeError());
        while (descriptor < 0 && error == Libc.ErrorInterrupted);
        if (descriptor < 0)
            throw Failure(path, error);
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            if (!FileStamp.TryRead(descriptor, out _, out mode))
                throw new IOException($"`{path}` was opened, but the system does not say what it is");
            Check(path, mode);
            return handle;
        }
        catch (IOException)
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file as a stream.</summary>
    /// <exception cref="IOException">As <see cref="Open"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream OpenStream(string path, int bufferSize = 0)
    {
        var handle = Open(path);
        try
        {
            return new FileStream(handle, FileAccess.Read, bufferSize);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads a whole file to its end. The length that the system gives is only a hint: files of <c>/proc</c> say 0.</summary>
    /// <exception cref="IOException">As <see cref="Open"/>, or it is longer than <paramref name="longest"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] ReadAllBytes(string path, long longest = int.MaxValue - 64)
    {
        using var handle = Open(path);
        var length = RandomAccess.GetLength(handle);
        if (length > longest)
            throw TooLong(path, longest);
        var bytes = new byte[length];
        var read = FileTransfer.ReadAt(handle, 0, bytes);
        if (read < bytes.Length)
            return bytes[..read];
        using var more = new MemoryStream();
        var buffer = new byte[4096];
        for (int count; (count = RandomAccess.Read(handle, buffer, length + more.Length)) > 0; )
        {
            more.Write(buffer, 0, count);
            if (length + more.Length > longest)
                throw TooLong(path, longest);
        }
        return more.Length == 0 ? bytes : [.. bytes, .. more.ToArray()];
    }

    /// <summary>The lines of a text in UTF-8 of at most <see cref="LongestText"/> bytes.</summary>
    /// <exception cref="IOException">As <see cref="ReadAllBytes"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string[] ReadAllLines(string path)
    {
        using var reader = new StreamReader(new MemoryStream(ReadAllBytes(path, LongestText)));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
            lines.Add(line);
        return [.. lines];
    }

    private static void Check(string path, int mode)
    {
        var facts = FileFacts.OfMode(mode, 0, isLink: false);
        if (facts.Kind == FileKind.Folder)
            throw new IOException($"`{path}` is a folder, but a file was expected");
        if (facts.Reason is { } reason)
            throw new IOException($"`{path}` is not read, because {reason}; only regular files are: put one in its place, or remove it");
    }

    private static IOException TooLong(string path, long longest) =>
        new($"`{path}` is longer than the {longest} bytes that are read at most; is it the right file?");

    private static Exception Failure(string path, int error)
    {
        var message = $"`{path}` cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}";
        return error switch
        {
            ErrorMissing or ErrorNoFolder => new FileNotFoundException(message, path),
            ErrorAccess => new UnauthorizedAccessException(message + "; make it readable"),
            _ => new IOException(message),
        };
    }
}
