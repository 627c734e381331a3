using System.Text;
using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Licenses;

/// <summary>Writes package URLs: <c>pkg:deb/debian/python3.11@3.11.2-6%2Bdeb12u6?arch=source</c>. Scanners compare them as texts, so they
/// are in the standard's canonical form.</summary>
internal static class PackageUrl
{
    /// <summary>A Python distribution of a package index.</summary>
    public static string OfPython(string name, string version) => Write("pypi", name.ToLowerInvariant().Replace('_', '-'), version);

    /// <summary>A package of Debian's, or of a distribution that is made from it.</summary>
    public static string OfDebian(string package, string version, string architecture) =>
        Write($"deb/{(version.Contains("ubuntu", StringComparison.Ordinal) ? "ubuntu" : "debian")}", package, version)
        + $"?arch={architecture}";

    /// <summary>What no index of packages has.</summary>
    public static string Generic(string name, string version) => Write("generic", name, version);

    /// <summary>CPython as a distribution has it.</summary>
    public static string OfInterpreter(Distribution distribution) =>
        distribution.Source is { Package: { } package, Version: var version }
            ? OfDebian(package, version, "source")
            : Generic("cpython", distribution.Version) + $"?checksum=sha256:{distribution.ArchiveDigest}";

    private static string Write(string type, string name, string version) =>
        $"pkg:{type}/{Encode(name)}" + (version.Length > 0 ? "@" + Encode(version) : "");

    private static string Encode(string text)
    {
        var encoded = new StringBuilder();
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            var c = (char)value;
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or ':')
                encoded.Append(c);
            else
                encoded.Append(System.Globalization.CultureInfo.InvariantCulture, $"%{value:X2}");
        }
        return encoded.ToString();
    }
}
