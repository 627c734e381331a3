using Oxidizer.Cache.Files;
using Oxidizer.Cache.Layout;

namespace Oxidizer.Cache.Locking;

/// <summary>
/// A lock for each action that is being executed, so that it is executed once. The lock is on a file, so it excludes threads and processes,
/// and the kernel passes it to a waiting process when its holder is killed.
/// </summary>
internal sealed class KeyLocks(CacheFolder folder, WarningList warnings, CacheSettings settings)
{
    // Without a folder for locks, only threads of this process can exclude each other.
    private readonly Dictionary<Sha256Digest, SemaphoreSlim> _threads = [];

    /// <summary>Waits until no one else executes the action.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public IDisposable Acquire(ActionKey key, string name, CancellationToken cancellation)
    {
        if (folder.Use != FolderUse.ReadWrite)
            return AcquireForThread(key.Digest, cancellation);
        var path = Path.Combine(folder.KeyLocks, key.Digest.ToString()[..32]);
        try
        {
            if (TryAcquire(path, TimeSpan.Zero, default) is { } free)
                return free;
            var holder = FileLock.Holder(path);
            settings.OnWaiting?.Invoke($"waiting for {holder}, which makes `{name}`");
            if (TryAcquire(path, settings.ActionTimeout, cancellation) is { } acquired)
                return acquired;
            warnings.Add(CacheWarnings.WaitedTooLong(name, holder, settings.ActionTimeout));
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            warnings.Add(CacheWarnings.NotStored(folder.Root, exception.Message));
        }
        return AcquireForThread(key.Digest, cancellation);
    }

    private KeyLock? TryAcquire(string path, TimeSpan timeout, CancellationToken cancellation)
    {
        FileLock? held;
        try
        {
            held = FileLock.TryAcquire(path, timeout, cancellation);
        }
        catch (IOException)
        {
            // The cache's folder was deleted while it is in use.
            folder.MakeFolders();
            held = FileLock.TryAcquire(path, timeout, cancellation);
        }
        held?.Sign();
        return held is null ? null : new KeyLock(path, held);
    }

    private ThreadLock AcquireForThread(Sha256Digest digest, CancellationToken cancellation)
    {
        SemaphoreSlim? semaphore;
        lock (_threads)
        {
            if (!_threads.TryGetValue(digest, out semaphore))
                _threads[digest] = semaphore = new SemaphoreSlim(1);
        }
        semaphore.Wait(cancellation);
        return new ThreadLock(semaphore);
    }

    // The file is deleted while it is still locked. A process that waits gets the lock on a file without a name, and opens the new one.
    private sealed class KeyLock(string path, FileLock held) : IDisposable
    {
        public void Dispose()
        {
            FileTransfer.TryDelete(path);
            held.Dispose();
        }
    }

    private sealed class ThreadLock(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}
