using System.Security.Cryptography;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Resources;

/// <summary>One digest for many, for keys: a key with a field a file would be larger than what it names.</summary>
internal static class DigestList
{
    /// <summary>The digest of digests, in order.</summary>
    public static Sha256Digest Of(IEnumerable<Sha256Digest> digests)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[Sha256Digest.Size];
        foreach (var digest in digests)
        {
            digest.CopyTo(bytes);
            hash.AppendData(bytes);
        }
        hash.GetHashAndReset(bytes);
        return new Sha256Digest(bytes);
    }
}
