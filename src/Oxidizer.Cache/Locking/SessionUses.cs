using Oxidizer.Cache.Files;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Locking;

/// <summary>
/// A list of what this process has found in the cache or stored there, in a file that it holds locked. Evictions by other processes spare
/// it. The order of steps makes this safe. A process notes a use, then checks whether the blob is condemned, then whether it is there. An
/// eviction writes what it condemns, then reads the notes, then deletes what is not noted. So either the eviction sees the note, or the
/// process sees that the blob is condemned, and waits for the eviction's step to end. A killed process no longer holds the lock, and its
/// file is ignored. Thread-safe.
/// </summary>
/// <param name="folder">The cache.</param>
/// <param name="evicted">Called after waiting for an eviction: what was read from the index before is out of date.</param>
internal sealed class SessionUses(CacheFolder folder, Action evicted) : IDisposable
{
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(10);

    private readonly HashSet<Sha256Digest> _noted = [];
    private readonly Lock _gate = new();
    private FileLock? _file;
    private string? _path;
    private bool _failed;

    /// <summary>Notes uses, each once.</summary>
    public void Note(ReadOnlySpan<Sha256Digest> digests)
    {
        if (folder.Use != FolderUse.ReadWrite)
            return;
        lock (_gate)
        {
            var start = _noted.Count;
            var bytes = digests.Length <= 8 ? stackalloc byte[8 * Sha256Digest.Size] : new byte[digests.Length * Sha256Digest.Size];
            foreach (var digest in digests)
            {
                if (_noted.Add(digest))
                    digest.CopyTo(bytes[((_noted.Count - start - 1) * Sha256Digest.Size)..]);
            }
            var length = (_noted.Count - start) * Sha256Digest.Size;
            if (length == 0 || _failed)
                return;
            _failed = !TryOpen() || !_file!.TryWrite(bytes[..length], (long)start * Sha256Digest.Size);
        }
        if (File.Exists(folder.Condemned))
            WaitForEviction(digests);
    }

    /// <summary>Runs a step of an eviction: writes what is condemned, then deletes what is not used. The caller holds the cache's
    /// lock.</summary>
    /// <param name="folder">The cache.</param>
    /// <param name="condemned">What is to be deleted.</param>
    /// <param name="delete">Called with the digests that no process uses.</param>
    /// <exception cref="IOException">The list of the condemned cannot be written; nothing is deleted.</exception>
    public static void Evict(
        CacheFolder folder,
        IReadOnlyCollection<Sha256Digest> condemned,
        Action<IReadOnlyCollection<Sha256Digest>> delete
    )
    {
        var writer = new ByteWriter(condemned.Count * Sha256Digest.Size);
        foreach (var digest in condemned)
            writer.Digest(digest);
        FileTransfer.Replace(folder.Condemned, writer.Written);
        try
        {
            var used = ReadAll(folder);
            delete([.. condemned.Where(digest => !used.Contains(digest))]);
        }
        finally
        {
            FileTransfer.TryDelete(folder.Condemned);
        }
    }

    /// <summary>What running processes use, including this one. Files of processes that have ended are deleted.</summary>
    public static HashSet<Sha256Digest> ReadAll(CacheFolder folder)
    {
        var used = new HashSet<Sha256Digest>();
        if (!Directory.Exists(folder.Sessions))
            return used;
        foreach (var path in Directory.GetFiles(folder.Sessions))
        {
            try
            {
                using var dead = FileLock.TryAcquire(path, TimeSpan.Zero);
                if (dead is not null)
                {
                    FileTransfer.TryDelete(path);
                    continue;
                }
            }
            catch (IOException)
            {
                continue;
            }
            used.UnionWith(Read(FileLock.ReadUnlocked(path)));
        }
        return used;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_path is not null)
                FileTransfer.TryDelete(_path);
            _file?.Dispose();
            _file = null;
            _failed = true;
        }
    }

    private static HashSet<Sha256Digest> Read(ReadOnlySpan<byte> bytes)
    {
        var digests = new HashSet<Sha256Digest>();
        for (var i = 0; i + Sha256Digest.Size <= bytes.Length; i += Sha256Digest.Size)
            digests.Add(new Sha256Digest(bytes.Slice(i, Sha256Digest.Size)));
        return digests;
    }

    // A step takes milliseconds, under the cache's lock. If an eviction was killed, its list costs a lock each time, until the next flush.
    private void WaitForEviction(ReadOnlySpan<Sha256Digest> digests)
    {
        try
        {
            var condemned = Read(FileLock.ReadUnlocked(folder.Condemned));
            foreach (var digest in digests)
            {
                if (!condemned.Contains(digest))
                    continue;
                FileLock.TryAcquire(folder.Lock, LongestStep)?.Dispose();
                evicted();
                return;
            }
        }
        catch (IOException)
        {
            // The cache's folder is gone, and the eviction with it.
        }
    }

    private bool TryOpen()
    {
        if (_file is not null)
            return true;
        try
        {
            _path = Path.Combine(folder.Sessions, Guid.NewGuid().ToString("N"));
            // A running eviction may hold the lock for a moment, to find out whether it is free.
            _file = FileLock.TryAcquire(_path, LongestStep);
            return _file is not null;
        }
        catch (IOException)
        {
            // Without the note an eviction may delete a blob that is in use; then it is made again.
            return false;
        }
    }
}
