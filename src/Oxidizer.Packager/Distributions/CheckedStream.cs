namespace Oxidizer.Packager.Distributions;

/// <summary>
/// Compares what is read with a length and a CRC-32. The zip reader of .NET does not, and a flipped byte in a stored entry would go unseen.
/// </summary>
internal sealed class CheckedStream(Stream content, uint expected, long length) : Stream
{
    private Crc32 _crc = new();
    private long _read;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var count = content.Read(buffer);
        _crc.Append(buffer[..count]);
        _read += count;
        if (count == 0 && buffer.Length > 0 && (_read != length || _crc.Value != expected))
            throw new InvalidDataException("an entry differs from its checksum");
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position { get => _read; set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            content.Dispose();
        base.Dispose(disposing);
    }
}
