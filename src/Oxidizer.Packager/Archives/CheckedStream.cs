namespace Oxidizer.Packager.Archives;

/// <summary>
/// Compares what is read with a length and a CRC-32. .NET's zip reader does not, so that a changed byte in a stored entry would go
/// unnoticed.
/// </summary>
internal sealed class CheckedStream(Stream content, uint expected, long length) : ForwardStream(content)
{
    // The base has it too, to dispose of.
    private readonly Stream _content = content;
    private Crc32 _crc = new();
    private long _read;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var count = _content.Read(buffer);
        _crc.Append(buffer[..count]);
        _read += count;
        if (count == 0 && buffer.Length > 0 && (_read != length || _crc.Value != expected))
            throw new InvalidDataException("an entry differs from its checksum");
        return count;
    }

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }
}
