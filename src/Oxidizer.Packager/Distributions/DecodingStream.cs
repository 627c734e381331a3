namespace Oxidizer.Packager.Distributions;

/// <summary>
/// A decompressor, made honest: whatever it throws when it is fed damaged bytes (some throw <see cref="IndexOutOfRangeException"/> or worse)
/// becomes one exception that says so, and whether its end was reached is known.
/// </summary>
/// <param name="decoder">The decompressor.</param>
/// <param name="verifyEnd">Called once at the end with the number of bytes that came out; throws if there must be more.</param>
internal sealed class DecodingStream(Stream decoder, Action<long>? verifyEnd = null) : Stream
{
    private long _read;

    /// <summary>Whether the decoder said that there is no more.</summary>
    public bool IsAtEnd { get; private set; }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            var count = decoder.Read(buffer);
            _read += count;
            if (count == 0 && buffer.Length > 0 && !IsAtEnd)
            {
                IsAtEnd = true;
                verifyEnd?.Invoke(_read);
            }
            return count;
        }
        catch (Exception exception) when (exception is not BadArchiveException)
        {
            throw BadArchiveException.Damaged($"it is truncated or damaged ({exception.Message.TrimEnd('.')})", exception);
        }
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
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

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
            decoder.Dispose();
        base.Dispose(disposing);
    }
}
