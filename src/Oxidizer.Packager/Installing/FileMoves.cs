using System.Runtime.InteropServices;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Installing;

/// <summary>
/// Moves written files to their places below one folder and removes others, so that all of it can be undone until it is kept. Each file is
/// complete at every moment. Replaced files wait in a private folder of the build, below the same folder.
/// </summary>
internal sealed partial class FileMoves : IDisposable
{
    // The product's name is not used, because it may have the greatest length, and characters with a meaning in patterns.
    private const string Prefix = ".oxidizer-",
        Suffix = ".tmp";
    private readonly string _root;
    private readonly WorkFolder _folder;
    private readonly Stack<(string Relative, Action Step)> _undo = new();
    private int _count;

    /// <summary>Makes the build's folder, and removes those that killed builds left.</summary>
    /// <param name="root">Below it are all files; made if it is not there.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public FileMoves(string root)
    {
        _root = root;
        Directory.CreateDirectory(root);
        WorkFolder.Sweep(root, Prefix, Suffix);
        _folder = WorkFolder.Create(root, Prefix, Suffix);
    }

    /// <summary>For files before they are put into their places.</summary>
    public string Temporary => _folder.Path;

    /// <summary>Whether something was moved that can still be undone.</summary>
    public bool HasMoved => _undo.Count > 0;

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
            // The old file gets a second name, so that its place is never empty.
            var old = NewName();
            if (new FileInfo(place).LinkTarget is null && Link(place, old) == 0)
                _undo.Push((relative, () => Move(old, place)));
            else
            {
                Take(relative);
                MakeFolders(Path.GetDirectoryName(place)!);
            }
            Move(written, place);
            return;
        }
        Move(written, place);
        _undo.Push((relative, () => File.Delete(place)));
    }

    /// <summary>Takes a file away, and the folders that it leaves empty. One that another build takes at this moment is no
    /// failure.</summary>
    /// <exception cref="IOException">It cannot be.</exception>
    public void Take(string relative)
    {
        var (place, old) = (Path.Combine(_root, relative), NewName());
        try
        {
            Move(place, old);
        }
        catch (IOException) when (Occupants.At(place) == Occupant.Nothing)
        {
            return;
        }
        _undo.Push(
            (
                relative,
                () =>
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(place)!);
                    Move(old, place);
                }
            )
        );
        RemoveEmptyFolders(_root, relative);
    }

    /// <summary>Removes the folders above a file that hold nothing, up to the root. One that somebody puts something into at this moment
    /// stays.</summary>
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

    /// <summary>Flushes to the disk everything that was written.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public void Flush()
    {
        using var any = File.OpenHandle(Path.Combine(Temporary, "flush"), FileMode.Create, FileAccess.Write);
        if (SyncFileSystem(any) != 0)
            throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
    }

    /// <summary>Undoes what was not kept, last first.</summary>
    /// <returns>What could not be undone: the paths, relative to the root, and why.</returns>
    public IReadOnlyList<(string Relative, string Reason)> Undo()
    {
        var failed = new List<(string, string)>();
        while (_undo.TryPop(out var undo))
        {
            try
            {
                undo.Step();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // If one file cannot be put back, the others still are, and the caller reports the one.
                failed.Add((undo.Relative, exception.Message));
            }
        }
        return failed;
    }

    /// <summary>Undoes what was not kept, and removes the build's folder.</summary>
    public void Dispose()
    {
        Undo();
        _folder.Dispose();
    }

    // .NET's own asks what a link leads to, and moves none to a folder.
    private static void Move(string from, string to)
    {
        if (new FileInfo(from).LinkTarget is null)
            File.Move(from, to, overwrite: true);
        else if (Rename(from, to) != 0)
            throw new IOException($"`{to}` cannot be put into its place: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    private void MakeFolders(string folder)
    {
        if (Directory.Exists(folder))
            return;
        MakeFolders(Path.GetDirectoryName(folder)!);
        Directory.CreateDirectory(folder);
        _undo.Push(
            (
                Path.GetRelativePath(_root, folder),
                () =>
                {
                    if (!Directory.EnumerateFileSystemEntries(folder).Any())
                        Directory.Delete(folder);
                }
            )
        );
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string another);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFileSystem(Microsoft.Win32.SafeHandles.SafeFileHandle file);
}
