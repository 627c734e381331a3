using Oxidizer.Cache.Files;
using Oxidizer.Cache.Layout;

namespace Oxidizer.Cache.Trees;

/// <summary>
/// A new folder that is removed at the end, unless it was renamed meanwhile. A locked file beside it shows that its process is alive. A
/// killed process leaves both, but no lock, and the next process that makes a tree removes them. A process number would not do, because
/// another container may use the same one.
/// </summary>
internal sealed class TemporaryTree : IDisposable
{
    private const string Prefix = "tmp-",
        LockSuffix = ".lock";

    private readonly FileLock? _lock;

    /// <summary>Makes it.</summary>
    /// <param name="home">The folder of all trees, which is made if it is not there.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public TemporaryTree(string home)
    {
        Directory.CreateDirectory(home, CacheFolder.Private);
        RemoveAbandoned(home);
        Path = System.IO.Path.Combine(home, $"{Prefix}{Guid.NewGuid():N}");
        _lock = FileLock.TryAcquire(Path + LockSuffix, TimeSpan.FromSeconds(10));
        Directory.CreateDirectory(Path);
    }

    /// <summary>The folder, empty at first.</summary>
    public string Path { get; }

    /// <summary>Removes the folders that killed processes left.</summary>
    public static void RemoveAbandoned(string home)
    {
        if (!Directory.Exists(home))
            return;
        foreach (var path in Directory.GetFiles(home, Prefix + "*" + LockSuffix))
        {
            try
            {
                using var free = FileLock.TryAcquire(path, TimeSpan.Zero);
                if (free is not null)
                    Discard(path[..^LockSuffix.Length], path);
            }
            catch (Exception exception) when (FileTransfer.IsFailure(exception))
            {
                // Another process is removing it.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The lock last: another process that sees it free may remove the folder.
        Discard(Path, Path + LockSuffix);
        _lock?.Dispose();
    }

    private static void Discard(string folder, string lockFile)
    {
        TreeStore.Discard(folder);
        FileTransfer.TryDelete(lockFile);
    }
}
