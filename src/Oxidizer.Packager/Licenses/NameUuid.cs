using System.Security.Cryptography;
using System.Text;

namespace Oxidizer.Packager.Licenses;

/// <summary>UUIDs that are made of names (RFC 9562, version 5): the same name gives the same one.</summary>
internal static class NameUuid
{
    // RFC 9562, appendix A: the namespace of URLs.
    private static ReadOnlySpan<byte> Urls =>
        [0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];

    /// <summary>The UUID of a name among URLs.</summary>
    public static Guid Of(string url)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData([.. Urls, .. Encoding.UTF8.GetBytes(url)], hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
