using System.Runtime.InteropServices;
using System.Text;

namespace Oxidizer.Cache.Files;

/// <summary>An entry of a folder.</summary>
/// <param name="Name">As text; of a name that is no UTF-8 a form in which each such byte is <c>\xe9</c>, which finds nothing on the disk.</param>
/// <param name="IsUtf8">Whether the name is.</param>
/// <param name="Facts">What it is; of a name that is no UTF-8, unknown.</param>
public readonly record struct FolderEntry(string Name, bool IsUtf8, FileFacts Facts);

/// <summary>
/// The entries of a folder as the kernel has them. .NET's own enumeration replaces bytes of a name that are no UTF-8, and the name it gives finds nothing; and it
/// opens no door to what an entry is beside file and folder.
/// </summary>
public static unsafe partial class FolderListing
{
    // struct dirent of 64-bit Linux, the same in glibc and musl: inode 8, offset 8, length 2, type 1, name.
    private const int TypeOffset = 18, NameOffset = 19, TypeFolder = 4;
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a folder whole, in the order of the file system.</summary>
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
            return new FolderEntry(Escape(bytes), false, new FileFacts(FileKind.Unknown, false, 0, "its name is no UTF-8"));
        var name = s_strict.GetString(bytes);
        return new FolderEntry(name, true, type == TypeFolder ? new FileFacts(FileKind.Folder, false, 0, null) : FileFacts.Of(Path.Join(folder, name)));
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
