using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Oxidizer.Cache;

/// <summary>A SHA-256 value: the name of a blob, and the key of an action. 32 bytes, compared by value, printed as 64 lower-case
/// hexadecimal digits.</summary>
public readonly struct Sha256Digest : IEquatable<Sha256Digest>, IComparable<Sha256Digest>
{
    /// <summary>The number of bytes in a digest.</summary>
    public const int Size = 32;

    // Four words and not an array: a digest is a dictionary key in every hot path, and must neither allocate nor be mutable.
    private readonly ulong _a,
        _b,
        _c,
        _d;

    /// <summary>Takes the 32 bytes of a digest.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is not 32 bytes long.</exception>
    public Sha256Digest(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"a SHA-256 digest has {Size} bytes, not {bytes.Length}", nameof(bytes));
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>The digest of <paramref name="content"/>.</summary>
    public static Sha256Digest Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(content, hash);
        return new Sha256Digest(hash);
    }

    /// <summary>The digest of the UTF-8 form of <paramref name="text"/>.</summary>
    public static Sha256Digest Of(string text) => Of(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>The digest of what is left in <paramref name="stream"/>.</summary>
    public static Sha256Digest Of(Stream stream)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(stream, hash);
        return new Sha256Digest(hash);
    }

    /// <summary>Reads the file at <paramref name="path"/> to its end and digests it.</summary>
    /// <exception cref="IOException">The file cannot be read, or is no regular file.</exception>
    public static Sha256Digest OfFile(string path)
    {
        using var stream = Files.RegularFile.OpenStream(path);
        return Of(stream);
    }

    /// <summary>Reads 64 hexadecimal digits of either case.</summary>
    public static bool TryParse(string? text, out Sha256Digest digest)
    {
        digest = default;
        if (text is not { Length: Size * 2 } || text.AsSpan().ContainsAnyExcept(HexDigits))
            return false;
        digest = new Sha256Digest(Convert.FromHexString(text));
        return true;
    }

    /// <summary>Reads 64 hexadecimal digits of either case.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is something else.</exception>
    public static Sha256Digest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException($"`{text}` is not a SHA-256 digest (64 hexadecimal digits)");

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>The 32 bytes, in a new array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>The first eight hexadecimal digits: enough to tell two digests apart in a message.</summary>
    public string ToShortString() => ToString()[..8];

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <inheritdoc/>
    public bool Equals(Sha256Digest other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Sha256Digest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _a.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(Sha256Digest other)
    {
        Span<byte> left = stackalloc byte[Size],
            right = stackalloc byte[Size];
        CopyTo(left);
        other.CopyTo(right);
        return MemoryExtensions.SequenceCompareTo<byte>(left, right);
    }

    /// <summary>Equality by value.</summary>
    public static bool operator ==(Sha256Digest left, Sha256Digest right) => left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(Sha256Digest left, Sha256Digest right) => !left.Equals(right);

    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");
}
