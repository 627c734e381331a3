using System.Buffers.Binary;
using System.Numerics;

namespace Oxidizer.Packager.Bytecode;

/// <summary>
/// <c>_imp.source_hash</c>: SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF") with the interpreter's magic number as
/// its key, as CPython 3.11 and later have it (3.10 had SipHash-2-4).
/// </summary>
internal static class SourceHash
{
    /// <summary>The hash of a source, little-endian in a <c>.pyc</c>.</summary>
    /// <param name="key">The magic number.</param>
    /// <param name="source">All bytes of the source.</param>
    public static ulong Of(ulong key, ReadOnlySpan<byte> source)
    {
        ulong v0 = key ^ 0x736f6d6570736575,
            v1 = 0x646f72616e646f6d,
            v2 = key ^ 0x6c7967656e657261,
            v3 = 0x7465646279746573;
        var last = (ulong)source.Length << 56;
        for (; source.Length >= sizeof(ulong); source = source[sizeof(ulong)..])
            Mix(BinaryPrimitives.ReadUInt64LittleEndian(source));
        for (var at = 0; at < source.Length; at++)
            last |= (ulong)source[at] << (8 * at);
        Mix(last);
        v2 ^= 0xff;
        for (var round = 0; round < 3; round++)
            Round();
        return v0 ^ v1 ^ v2 ^ v3;

        void Mix(ulong word)
        {
            v3 ^= word;
            Round();
            v0 ^= word;
        }

        void Round()
        {
            v0 += v1;
            v2 += v3;
            v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
            v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
            v0 = BitOperations.RotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
            v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
            v2 = BitOperations.RotateLeft(v2, 32);
        }
    }
}
