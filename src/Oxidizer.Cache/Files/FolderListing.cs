using System.Runtime.InteropServices;
using System.Text;

namespace Oxidizer.Cache.Files;

/// <summary>An entry of a folder.</summary>
/// <param name="Name">As text. In a name that is not UTF-8 each wrong byte is shown as <c>\xe9</c>; that name cannot be opened.</param>
/// <param name="IsUtf8">Whether the name is.</param>
/// <param name="Facts">What it is; unknown if the name is not UTF-8.</param>
public readonly record struct FolderEntry(string Name, bool IsUtf8, FileFacts Facts);

/// <summary>
/// The entries of a folder as the kernel reports them. .NET's own enumeration replaces bytes that are not UTF-8, so that the name cannot be
/// opened, and it tells only files from folders.
/// </summary>
public static unsafe partial class FolderListing
{
    // struct dirent of 64-bit Linux, the same in glibc and musl: inode 8, offset 8, length 2, type 1, name.
    private const int TypeOffset = 18,
        NameOffset = 19,
        TypeFolder = 4;
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads all entries of a folder, in the file system's order.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static IReadOnlyList<FolderEntry> Read(string path)
    {
        var folder = OpenFolder(path);
        if (folder == 0)
            throw Failure(path, Marshal.GetLastPInvokeError());
        try
        {
            var entries = new List<FolderEntry>();
            byte* entry;
            while ((entry = (byte*)ReadFolder(folder)) != null)
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + NameOffset);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    entries.Add(EntryOf(path, name, entry[TypeOffset]));
            }
            return Marshal.GetLastPInvokeError() is 0 ? entries : throw Failure(path, Marshal.GetLastPInvokeError());
        }
        finally
        {
            _ = CloseFolder(folder);
        }
    }

    private static FolderEntry EntryOf(string folder, ReadOnlySpan<byte> bytes, byte type)
    {
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
            return new FolderEntry(Escape(bytes), false, new FileFacts(FileKind.Unknown, false, 0, "its name is not UTF-8"));
        var name = s_strict.GetString(bytes);
        return new FolderEntry(
            name,
            true,
            type == TypeFolder ? new FileFacts(FileKind.Folder, false, 0, null) : FileFacts.Of(Path.Join(folder, name))
        );
    }

    private static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) == System.Buffers.OperationStatus.Done)
                text.Append(rune.ToString());
            else
                foreach (var value in bytes[..consumed])
                    text.Append($"\\x{value:x2}");
            bytes = bytes[consumed..];
        }
        return text.ToString();
    }

    private static Exception Failure(string path, int error)
    {
        const int access = 13;
        var message = $"the folder `{path}` cannot be read: {Marshal.GetPInvokeErrorMessage(error)}";
        return error == access ? new UnauthorizedAccessException(message + "; make it readable") : new IOException(message);
    }

    [LibraryImport("libc", EntryPoint = "opendir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenFolder(string path);

    // The error is set to 0 before the call: an end and a failure both give null.
    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    private static partial nint ReadFolder(nint folder);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseFolder(nint folder);
}
