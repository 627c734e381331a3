using System.Runtime.InteropServices;

namespace Oxidizer.Packager.Installing;

/// <summary>
/// Puts written files into their places below one folder and takes others away, so that all of it can be undone until it is kept. Each file is there whole at every
/// moment; what it replaced waits beside the product, in the folder of the build.
/// </summary>
internal sealed partial class FileMoves : IDisposable
{
    private readonly string _root;
    private readonly Stack<Action> _undo = new();
    private int _count;

    /// <summary>Makes the build's folder.</summary>
    /// <param name="root">Below it are all files.</param>
    /// <param name="temporary">A folder that is not there, on the same file system.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public FileMoves(string root, string temporary)
    {
        (_root, Temporary) = (root, temporary);
        Directory.CreateDirectory(temporary);
    }

    /// <summary>For files before they are put into their places.</summary>
    public string Temporary { get; }

    /// <summary>A name in <see cref="Temporary"/> that nothing has.</summary>
    public string NewName() => Path.Combine(Temporary, (_count++).ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Puts a file into its place; what is there is taken away.</summary>
    /// <exception cref="IOException">It cannot be.</exception>
    public void Put(string written, string relative)
    {
        var place = Path.Combine(_root, relative);
        MakeFolders(Path.GetDirectoryName(place)!);
        if (File.Exists(place) || new FileInfo(place).LinkTarget is not null)
        {
            // Kept by a second name: the place is never empty.
            var old = NewName();
            if (new FileInfo(place).LinkTarget is null && Link(place, old) == 0)
                _undo.Push(() => File.Move(old, place, overwrite: true));
            else
                Take(relative);
        }
        else
            _undo.Push(() => File.Delete(place));
        File.Move(written, place, overwrite: true);
    }

    /// <summary>Takes a file away, and the folders that it leaves empty.</summary>
    /// <exception cref="IOException">It cannot be.</exception>
    public void Take(string relative)
    {
        var (place, old) = (Path.Combine(_root, relative), NewName());
        File.Move(place, old);
        _undo.Push(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.Move(old, place, overwrite: true);
        });
        RemoveEmptyFolders(_root, relative);
    }

    /// <summary>Removes the folders above a file that hold nothing, up to the root. One that somebody puts something into at this moment stays.</summary>
    public static void RemoveEmptyFolders(string root, string relative)
    {
        for (var folder = Path.GetDirectoryName(relative); !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            var path = Path.Combine(root, folder);
            try
            {
                if (Directory.EnumerateFileSystemEntries(path).Any())
                    return;
                Directory.Delete(path);
            }
            catch (IOException) when (!Directory.Exists(path) || Directory.EnumerateFileSystemEntries(path).Any())
            {
                return;
            }
        }
    }

    /// <summary>What was done stays.</summary>
    public void Keep() => _undo.Clear();

    /// <summary>Has the disk take everything that was written to it.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public void Flush()
    {
        using var any = File.OpenHandle(Path.Combine(Temporary, "flush"), FileMode.Create, FileAccess.Write);
        if (SyncFileSystem(any) != 0)
            throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
    }

    /// <summary>Undoes what was not kept, last first.</summary>
    public void Dispose()
    {
        foreach (var step in _undo)
        {
            try
            {
                step();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The disk fails at one file: the others are still put back, and the next build finds the difference.
            }
        }
        _undo.Clear();
        if (Directory.Exists(Temporary))
            Directory.Delete(Temporary, recursive: true);
    }

    private void MakeFolders(string folder)
    {
        if (Directory.Exists(folder))
            return;
        MakeFolders(Path.GetDirectoryName(folder)!);
        Directory.CreateDirectory(folder);
        _undo.Push(() =>
        {
            if (!Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
        });
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string another);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFileSystem(Microsoft.Win32.SafeHandles.SafeFileHandle file);
}
