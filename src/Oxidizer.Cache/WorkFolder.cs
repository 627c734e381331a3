using Oxidizer.Cache.Files;

namespace Oxidizer.Cache;

/// <summary>
/// A private folder that is deleted with its process. Disposing of it deletes it; if the process was killed, the next call of <see
/// cref="Sweep"/> does.
/// The process holds a lock on a file in it, which the kernel releases when the process ends. A process number would not do, because
/// another container may use the same one.
/// An age would not do, because nobody knows how long a build takes.
/// <para>Only such folders are removed: the name has 32 random digits, the owner is this user, and the lock file in it has the right
/// content.</para>
/// </summary>
public sealed class WorkFolder : IDisposable
{
    private const string LockName = "oxidizer.lock";
    private const int Digits = 32;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly FileLock? _lock;

    private WorkFolder(string path, FileLock? held) => (Path, _lock) = (path, held);

    private static ReadOnlySpan<byte> Mark => "A folder of Oxidizer's, in use while this file is locked.\n"u8;

    /// <summary>Where it is, absolute.</summary>
    public string Path { get; }

    /// <summary>Makes one.</summary>
    /// <param name="parent">A folder that is there.</param>
    /// <param name="prefix">What its name begins with.</param>
    /// <param name="suffix">What its name ends with.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The parent may not be written.</exception>
    public static WorkFolder Create(string parent, string prefix, string suffix = "")
    {
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine(parent, $"{prefix}{Guid.NewGuid():N}{suffix}"));
        Directory.CreateDirectory(path, Private);
        try
        {
            var held = FileLock.TryAcquire(System.IO.Path.Combine(path, LockName), TimeSpan.Zero);
            // On a file system without locks the folder has no mark: nobody can tell whether its process is alive, so nobody removes it.
            if (held is not null && !held.TryWrite(Mark, 0))
                throw new IOException($"cannot write to `{path}`: {System.Runtime.InteropServices.Marshal.GetLastPInvokeErrorMessage()}");
            return new WorkFolder(path, held);
        }
        catch
        {
            Remove(path);
            throw;
        }
    }

    /// <summary>Removes this user's folders that killed processes left in <paramref name="parent"/>. Folders that cannot be removed stay
    /// for the next time.</summary>
    /// <param name="parent">A folder; it need not be there.</param>
    /// <param name="prefix">What their names begin with.</param>
    /// <param name="suffix">What their names end with.</param>
    public static void Sweep(string parent, string prefix, string suffix = "")
    {
        try
        {
            foreach (var path in Directory.EnumerateDirectories(parent))
            {
                if (IsName(System.IO.Path.GetFileName(path), prefix, suffix))
                    RemoveIfDead(path);
            }
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            // There is no such folder, or this user may not list it: nothing in it is ours.
        }
    }

    /// <summary>Removes it with what is in it.</summary>
    public void Dispose()
    {
        // The lock last: another process that sees it free may remove the folder.
        Remove(Path);
        _lock?.Dispose();
    }

    private static bool IsName(string name, string prefix, string suffix) =>
        name.Length == prefix.Length + Digits + suffix.Length
        && name.StartsWith(prefix, StringComparison.Ordinal)
        && name.EndsWith(suffix, StringComparison.Ordinal)
        && !name.AsSpan(prefix.Length, Digits).ContainsAnyExcept("0123456789abcdef");

    private static void RemoveIfDead(string path)
    {
        var lockPath = System.IO.Path.Combine(path, LockName);
        if (
            !FileOwner.TryRead(path, follow: false, out var folder)
            || !folder.IsFolder
            || !folder.IsMine
            || !FileOwner.TryRead(lockPath, follow: false, out var file)
            || !file.IsFile
            || !file.IsMine
        )
            return;
        using var dead = FileLock.TryAcquireExisting(lockPath);
        if (dead is not null && FileLock.ReadUnlocked(lockPath).AsSpan().SequenceEqual(Mark))
            Remove(path);
    }

    // The lock's file goes last, so that a folder whose removal is cut short is still known.
    private static void Remove(string path)
    {
        try
        {
            foreach (var entry in new DirectoryInfo(path).GetFileSystemInfos().Where(entry => entry.Name != LockName))
            {
                if (entry is DirectoryInfo { LinkTarget: null } folder)
                    folder.Delete(recursive: true);
                else
                    entry.Delete();
            }
            Directory.Delete(path, recursive: true);
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            // No living process uses what is left: the next sweep tries again.
        }
    }
}
