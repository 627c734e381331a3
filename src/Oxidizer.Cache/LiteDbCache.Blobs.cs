namespace Oxidizer.Cache;

public sealed partial class LiteDbCache
{
    /// <inheritdoc/>
    public bool Contains(Sha256Digest digest) => _blobs.Contains(digest);

    /// <inheritdoc/>
    public Sha256Digest Store(ReadOnlySpan<byte> content)
    {
        var digest = _blobs.Store(content);
        WriteIfDue();
        return digest;
    }

    /// <inheritdoc/>
    public Sha256Digest StoreFile(string path, BlobTransfer transfer = BlobTransfer.Copy, bool durable = false) => _blobs.StoreFile(path, transfer, durable);

    /// <inheritdoc/>
    public byte[]? TryRead(Sha256Digest digest)
    {
        var content = _blobs.TryRead(digest);
        if (content is not null)
            CountRead(digest, content.Length);
        return content;
    }

    /// <inheritdoc/>
    public string? TryGetFile(Sha256Digest digest)
    {
        var path = _blobs.TryGetFile(digest);
        if (path is not null)
            CountRead(digest, new FileInfo(path).Length);
        return path;
    }

    /// <inheritdoc/>
    public bool TryWriteTo(Sha256Digest digest, string path, UnixFileMode mode, BlobTransfer transfer = BlobTransfer.Copy)
    {
        if (!_blobs.TryWriteTo(digest, path, mode, transfer))
            return false;
        CountRead(digest, new FileInfo(path).Length);
        return true;
    }

    /// <inheritdoc/>
    public Sha256Digest DigestFile(string path) => _memo.DigestOf(Path.GetFullPath(path));

    private void CountRead(Sha256Digest digest, long bytes)
    {
        // Blobs that no action of this session named are counted without a kind.
        var kind = _kinds.GetValueOrDefault(digest, "");
        _session.Read(kind, bytes);
        _unwritten.Read(kind, bytes);
    }
}
