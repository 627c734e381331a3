namespace Oxidizer.Packager.Archives;

/// <summary>
/// Wraps a decompressor: every exception that it throws for damaged bytes (some throw <see cref="IndexOutOfRangeException"/> or worse)
/// becomes a <see cref="BadArchiveException"/>, and the end of the stream is verified.
/// </summary>
/// <param name="decoder">The decompressor.</param>
/// <param name="verifyEnd">Called once at the end with the number of bytes that came out; throws if there must be more.</param>
internal sealed class DecodingStream(Stream decoder, Action<long>? verifyEnd = null) : ForwardStream(decoder)
{
    // The tar reader asks for an extended header in one piece, of whatever length the archive says. Filling so large a buffer would use up
    // the memory.
    private const int LongestPiece = 16 << 20;

    // The base has it too, to dispose of.
    private readonly Stream _decoder = decoder;

    private long _read;

    /// <summary>Whether the decoder said that there is no more.</summary>
    public bool IsAtEnd { get; private set; }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length > LongestPiece)
            throw BadArchiveException.Damaged($"one of its headers says that it is {buffer.Length} bytes long");
        try
        {
            var count = _decoder.Read(buffer);
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
}
