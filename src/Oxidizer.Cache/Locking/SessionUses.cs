using Oxidizer.Cache.Files;
using Oxidizer.Cache.Index;

namespace Oxidizer.Cache.Locking;

/// <summary>
/// What this process has found in the cache and relies on, in a file that it holds locked: an eviction elsewhere spares it. The use is written down before
/// the blob is looked for; an eviction takes the blob away before it reads the uses, and puts it back if it is among them. Whichever comes first, nothing is lost that
/// was found. The file of a process that was killed is not locked, and counts for nothing. Thread-safe.
/// </summary>
internal sealed class SessionUses(CacheFolder folder) : IDisposable
{
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
            if (length > 0 && !_failed)
                _failed = !TryOpen() || !_file!.TryWrite(bytes[..length], (long)start * Sha256Digest.Size);
        }
    }

    /// <summary>What running processes use, this one too. Files of processes that are gone are deleted.</summary>
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
            var bytes = FileLock.ReadUnlocked(path);
            for (var i = 0; i + Sha256Digest.Size <= bytes.Length; i += Sha256Digest.Size)
                used.Add(new Sha256Digest(bytes.AsSpan(i, Sha256Digest.Size)));
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

    private bool TryOpen()
    {
        if (_file is not null)
            return true;
        try
        {
            _path = Path.Combine(folder.Sessions, Guid.NewGuid().ToString("N"));
            _file = FileLock.TryAcquire(_path, TimeSpan.Zero);
            return _file is not null;
        }
        catch (IOException)
        {
            // Without the note an eviction may take what is used; then it is made again.
            return false;
        }
    }
}
