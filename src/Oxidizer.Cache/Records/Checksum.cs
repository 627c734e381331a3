using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Oxidizer.Cache.Records;

/// <summary>The checksum of the cache's own records: the first eight bytes of the SHA-256. It detects accidental damage, and costs a
/// microsecond a record.</summary>
internal static class Checksum
{
    public static ulong Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[Sha256Digest.Size];
        SHA256.HashData(content, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
