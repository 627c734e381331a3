namespace Oxidizer.Packager.Archives;

/// <summary>The checksum of zip (APPNOTE 4.4.7) and xz: CRC-32 with the reflected polynomial of ISO 3309.</summary>
internal struct Crc32()
{
    private static readonly uint[] s_table = MakeTable();
    private uint _state = 0xffffffff;

    /// <summary>The checksum of what was appended.</summary>
    public readonly uint Value => ~_state;

    /// <summary>The checksum of these bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = new Crc32();
        crc.Append(bytes);
        return crc.Value;
    }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        var state = _state;
        foreach (var value in bytes)
            state = s_table[(byte)(state ^ value)] ^ (state >> 8);
        _state = state;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint index = 0; index < 256; index++)
        {
            var value = index;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? (value >> 1) ^ 0xedb88320 : value >> 1;
            table[index] = value;
        }
        return table;
    }
}
