using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Licenses;

/// <summary>An entry of <c>allow</c> or <c>deny</c>: a licence of SPDX, several with <c>OR</c> between them, or a glob over names of
/// licences. Letters of either case.</summary>
internal sealed class LicensePattern
{
    private readonly GlobPattern? _glob;
    private readonly IReadOnlyList<SpdxLicense> _licenses;

    private LicensePattern(string text, GlobPattern? glob, IReadOnlyList<SpdxLicense> licenses) =>
        (Text, _glob, _licenses) = (text, glob, licenses);

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>Reads an entry.</summary>
    /// <param name="text">As written.</param>
    /// <param name="problem">What is wrong with it, and the way out; empty if nothing is.</param>
    public static LicensePattern? TryParse(string text, out string problem)
    {
        problem = "";
        if (text.AsSpan().ContainsAny('*', '?', '['))
            return new LicensePattern(text, new GlobPattern(text.ToLowerInvariant()), []);
        switch (SpdxExpression.TryParse(text))
        {
            case SpdxLicense license:
                return new LicensePattern(text, null, [license]);
            case SpdxAny any when any.Parts.All(part => part is SpdxLicense):
                return new LicensePattern(text, null, [.. any.Licenses]);
            case null:
                problem = $"`{text}` is no licence of SPDX; write an identifier such as `MIT`, or a pattern such as `GPL-*`";
                return null;
            default:
                problem = $"`{text}` names several licences that bind together; name each by itself";
                return null;
        }
    }

    /// <summary>Whether a licence is meant. An entry without <c>WITH</c> means the licence with any exception too, because an exception
    /// only adds permissions.</summary>
    public bool Matches(SpdxLicense license) =>
        _glob is not null
            ? _glob.Matches(license.ToString().ToLowerInvariant()) || _glob.Matches(license.CanonicalId.ToLowerInvariant())
            : _licenses.Any(own =>
                Same(own.CanonicalId, license.CanonicalId) && (own.Exception is null || Same(own.Exception, license.Exception))
            );

    private static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
