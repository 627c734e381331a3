using System.Collections.Concurrent;
using Oxidizer.Cache.Files;

namespace Oxidizer.Cache.Blobs;

/// <summary>
/// Blobs that cannot be stored in the cache's folder. They live as long as this object: small ones in memory, others in a private folder in
/// the system's temporary one, or in memory if that is full. Thread-safe.
/// </summary>
internal sealed class PrivateBlobs : IDisposable
{
    private readonly ConcurrentDictionary<Sha256Digest, byte[]> _memory = new();
    private readonly ConcurrentDictionary<Sha256Digest, string> _files = new();
    private readonly Lazy<WorkFolder> _folder = new(() => WorkFolder.Create(Path.GetTempPath(), "oxidizer-"));

    /// <summary>A folder that is deleted with this object.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public string Folder => _folder.Value.Path;

    public bool Contains(Sha256Digest digest) => _memory.ContainsKey(digest) || _files.ContainsKey(digest);

    public void Add(Sha256Digest digest, byte[] content) => _memory[digest] = content;

    /// <summary>Copies or moves a file, and digests the result: the source may change meanwhile.</summary>
    /// <exception cref="IOException">The file cannot be read, or there is no place for it.</exception>
    public Sha256Digest TakeFile(string path, bool move)
    {
        string? taken = null;
        try
        {
            taken = Path.Combine(Folder, Guid.NewGuid().ToString("N"));
            FileTransfer.Copy(path, taken, BlobFiles.Mode);
            var digest = Sha256Digest.OfFile(taken);
            var target = Path.Combine(Folder, digest.ToString());
            File.Move(taken, target, overwrite: true);
            _files[digest] = target;
            if (move)
                FileTransfer.TryDelete(path);
            return digest;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(exception.Message, exception);
        }
        catch (IOException) when (FileStamp.TryRead(path, out var stamp) && stamp.Size < Array.MaxLength)
        {
            // The temporary folder is full too, and the caller may delete the source at any time; so the bytes are kept in memory.
            if (taken is not null)
                FileTransfer.TryDelete(taken);
            var content = FileTransfer.ReadAll(path);
            var digest = Sha256Digest.Of(content);
            Add(digest, content);
            return digest;
        }
    }

    public byte[]? TryRead(Sha256Digest digest)
    {
        if (_memory.TryGetValue(digest, out var content))
            return content;
        return _files.TryGetValue(digest, out var path) && File.Exists(path) ? FileTransfer.ReadAll(path) : null;
    }

    /// <summary>A file that holds the blob, made if it was only in memory.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public string? TryGetFile(Sha256Digest digest)
    {
        if (_files.TryGetValue(digest, out var path))
            return path;
        return _memory.TryGetValue(digest, out var content) ? WriteFile(digest, content) : null;
    }

    /// <summary>Writes bytes that are known to be the blob's to a file of the private folder.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public string WriteFile(Sha256Digest digest, byte[] content)
    {
        var path = Path.Combine(Folder, digest.ToString());
        FileTransfer.Replace(path, content, BlobFiles.Mode);
        _files[digest] = path;
        return path;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _memory.Clear();
        _files.Clear();
    }

    public void Dispose()
    {
        Clear();
        if (_folder.IsValueCreated)
            _folder.Value.Dispose();
    }
}
