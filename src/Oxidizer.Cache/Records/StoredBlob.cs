namespace Oxidizer.Cache.Records;

/// <summary>Where a blob is.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="Pack">The number of the pack that holds it; 0: it has a file of its own.</param>
/// <param name="Offset">Where its bytes begin in the pack.</param>
internal readonly record struct StoredBlob(long Size, long Pack, long Offset)
{
    /// <summary>The bytes of a payload.</summary>
    public const int PayloadSize = Sha256Digest.Size + 24;

    /// <summary>Whether the blob shares a pack with others.</summary>
    public bool IsPacked => Pack != 0;

    public void Write(ByteWriter writer, Sha256Digest digest)
    {
        writer.Digest(digest);
        writer.Int64(Size);
        writer.Int64(Pack);
        writer.Int64(Offset);
    }

    /// <summary>Reads a payload; false if it is damaged.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out Sha256Digest digest, out StoredBlob blob)
    {
        var reader = new ByteReader(payload);
        digest = reader.Digest();
        blob = new StoredBlob(reader.Int64(), reader.Int64(), reader.Int64());
        return reader.IsComplete && blob.Size >= 0 && blob.Pack >= 0 && blob.Offset >= 0;
    }
}
