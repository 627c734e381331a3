using System.Text;

namespace Oxidizer.Packager.Tests.Archives;

/// <summary>Writes tar archives byte by byte (POSIX ustar), so that they may hold what no honest writer lets through.</summary>
internal sealed class RawTar
{
    private readonly MemoryStream _stream = new();

    public RawTar File(string name, string content = "hostile") => Entry(name, '0', content: Encoding.UTF8.GetBytes(content));

    public RawTar Directory(string name) => Entry(name, '5');

    public RawTar SymbolicLink(string name, string target) => Entry(name, '2', target);

    public RawTar HardLink(string name, string target) => Entry(name, '1', target);

    /// <summary>One entry; the size that it tells may be a lie.</summary>
    public RawTar Entry(string name, char type, string link = "", byte[]? content = null, long? size = null)
    {
        var header = new byte[512];
        Encoding.UTF8.GetBytes(name).CopyTo(header, 0);
        Octal(header, 100, 8, 0b110_100_100);
        Octal(header, 108, 8, 0);
        Octal(header, 116, 8, 0);
        var told = size ?? content?.Length ?? 0;
        if (told >= 1L << 33)
        {
            header[124] = 0x80;
            for (var index = 0; index < 8; index++)
                header[135 - index] = (byte)(told >> (8 * index));
        }
        else
            Octal(header, 124, 12, told);
        Octal(header, 136, 12, 0);
        header[156] = (byte)type;
        Encoding.UTF8.GetBytes(link).CopyTo(header, 157);
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        Octal(header, 148, 7, header.Sum(value => value));
        _stream.Write(header);
        _stream.Write(content ?? []);
        _stream.Write(new byte[(512 - (content?.Length ?? 0) % 512) % 512]);
        return this;
    }

    /// <summary>The archive, with the two blocks of zeros at its end.</summary>
    public byte[] ToArray()
    {
        var bytes = _stream.ToArray();
        return [.. bytes, .. new byte[1024]];
    }

    /// <summary>Corrects the checksum of the header at an offset after it was changed.</summary>
    public static void Sign(byte[] archive, int offset)
    {
        var header = archive[offset..(offset + 512)];
        header.AsSpan(148, 8).Fill((byte)' ');
        Octal(archive, offset + 148, 7, header.Sum(value => value));
    }

    private static void Octal(byte[] header, int offset, int width, long value) =>
        Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(width - 1, '0')).CopyTo(header, offset);
}
