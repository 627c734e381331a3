using System.Buffers.Binary;
using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Bytecode;

/// <summary>
/// Bytecode as a file (PEP 552), for modules that lie beside the product. Its header has the source's hash, and says that Python need not
/// compare it: a copy on the target may have any time stamp, and the same source must give the same bytes.
/// </summary>
internal static class PycFile
{
    /// <summary>Of the header: magic number, flags, hash of the source.</summary>
    public const int HeaderSize = 16;

    private const int LongestName = 255;

    // Bit 0: a hash and no time stamp; bit 1, compare it with the source, is not set.
    private const uint UncheckedHash = 1;

    /// <summary>A module's file with code alone: <c>pkg/mod.pyc</c> for <c>pkg/mod.py</c>.</summary>
    public static string WithoutSource(string relativePath) => relativePath + "c";

    /// <summary>Where importlib looks for the code of a source: <c>pkg/__pycache__/mod.cpython-311.pyc</c>.</summary>
    /// <param name="relativePath">The source.</param>
    /// <param name="cacheTag">The interpreter's.</param>
    /// <param name="optimizeLevel">The level of the interpreter that looks for the file, not of the code.</param>
    public static string BesideSource(string relativePath, string cacheTag, int optimizeLevel)
    {
        var slash = relativePath.LastIndexOf('/') + 1;
        var level = optimizeLevel == 0 ? "" : $".opt-{optimizeLevel}";
        return $"{relativePath[..slash]}__pycache__/{relativePath[slash..^".py".Length]}.{cacheTag}{level}.pyc";
    }

    /// <summary>Whether the name is too long for a file system: the source's name may already have the greatest length.</summary>
    public static bool IsTooLong(string relativePath) =>
        System.Text.Encoding.UTF8.GetByteCount(relativePath.AsSpan(relativePath.LastIndexOf('/') + 1)) > LongestName;

    /// <summary>The source of a module's file: itself, unless it is code alone.</summary>
    public static string SourceOf(string path) => path.EndsWith(".pyc", StringComparison.Ordinal) ? path[..^1] : path;

    /// <summary>The header.</summary>
    /// <param name="source">The source's bytes.</param>
    /// <param name="distribution">Its Python's magic number.</param>
    public static byte[] Header(ReadOnlySpan<byte> source, Distribution distribution)
    {
        var header = new byte[HeaderSize];
        var magic = Convert.FromHexString(distribution.BytecodeMagic);
        magic.CopyTo(header, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), UncheckedHash);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), SourceHash.Of(BinaryPrimitives.ReadUInt32LittleEndian(magic), source));
        return header;
    }
}
