namespace Oxidizer.Cache;

public sealed partial class LiteDbCache
{
    /// <inheritdoc/>
    public bool Contains(Sha256Digest digest)
    {
        _uses.Note([digest]);
        return _blobs.Contains(digest);
    }

    /// <inheritdoc/>
    public Sha256Digest Store(ReadOnlySpan<byte> content)
    {
        var digest = _blobs.Store(content);
        WriteIfDue();
        return digest;
    }

    /// <inheritdoc/>
    public Sha256Digest StoreFile(string path, BlobTransfer transfer = BlobTransfer.Copy, bool durable = false) =>
        _blobs.StoreFile(path, transfer, durable);

    /// <inheritdoc/>
    public byte[]? TryRead(Sha256Digest digest)
    {
        _uses.Note([digest]);
        var content = _blobs.TryRead(digest);
        if (content is not null)
            CountRead(digest, content.Length);
        return content;
    }

    /// <inheritdoc/>
    public string? TryGetFile(Sha256Digest digest)
    {
        _uses.Note([digest]);
        var path = _blobs.TryGetFile(digest);
        if (path is not null)
            CountRead(digest, new FileInfo(path).Length);
        return path;
    }

    /// <inheritdoc/>
    public bool TryWriteTo(Sha256Digest digest, string path, UnixFileMode mode, BlobTransfer transfer = BlobTransfer.Copy)
    {
        _uses.Note([digest]);
        if (!_blobs.TryWriteTo(digest, path, mode, transfer))
            return false;
        CountRead(digest, new FileInfo(path).Length);
        return true;
    }

    /// <inheritdoc/>
    public Sha256Digest DigestFile(string path) => _memo.DigestOf(Path.GetFullPath(path));

    /// <inheritdoc/>
    public IReadOnlyList<Sha256Digest> DigestFiles(IReadOnlyList<string> paths) => _memo.DigestsOf(paths);

    /// <inheritdoc/>
    public void RememberFile(string path, Sha256Digest digest)
    {
        path = Path.GetFullPath(path);
        if (Files.FileStamp.TryRead(path, out var stamp))
            _memo.Set(path, stamp, digest);
    }

    /// <inheritdoc/>
    public CachedTree OpenTree(
        ActionKey key,
        string name,
        Func<string, IReadOnlyCollection<TreeEntry>> make,
        CancellationToken cancellation = default
    )
    {
        // Before the tree is looked for or made: an eviction that runs now either sees the note, or has already deleted it.
        _uses.Note([key.Digest]);
        return _trees.Open(this, key, name, make, cancellation);
    }

    private void CountRead(Sha256Digest digest, long bytes)
    {
        // Blobs that no action of this session named are counted without a kind.
        var kind = _kinds.GetValueOrDefault(digest, "");
        _session.Read(kind, bytes);
        _unwritten.Read(kind, bytes);
    }
}
