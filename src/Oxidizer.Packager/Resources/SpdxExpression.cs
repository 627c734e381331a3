namespace Oxidizer.Packager.Resources;

/// <summary>A licence expression of SPDX (specification 2.3, annex D), as a tree.</summary>
internal abstract record SpdxExpression
{
    /// <summary>Reads an expression; <c>null</c> if the text is none.</summary>
    public static SpdxExpression? TryParse(string text)
    {
        var reader = new SpdxReader(text);
        return reader.Read();
    }

    /// <summary>The terms of an expression. What is no expression has unknown terms, never free ones.</summary>
    public static LicenseTerms TermsOf(string expression) => TryParse(expression)?.Terms ?? LicenseTerms.Unknown;

    /// <summary>What it asks when of each <c>OR</c> the freest is taken.</summary>
    public abstract LicenseTerms Terms { get; }

    /// <summary>Whether there is a way to take it of which each licence is accepted.</summary>
    public abstract bool Accepts(Predicate<SpdxLicense> isAccepted);

    /// <summary>Every licence in it.</summary>
    public abstract IEnumerable<SpdxLicense> Licenses { get; }
}

/// <summary>One licence.</summary>
/// <param name="Id">An identifier of SPDX's list, or <c>LicenseRef-...</c>.</param>
/// <param name="OrLater">Whether a <c>+</c> follows: any later version may be taken too.</param>
/// <param name="Exception">What <c>WITH</c> adds; <c>null</c> without.</param>
internal sealed record SpdxLicense(string Id, bool OrLater, string? Exception) : SpdxExpression
{
    // SPDX gave these up, because nothing tells a plain `GPL-2.0` from one that somebody forgot to write in full.
    private static readonly string[] s_gnu = ["AGPL-", "GFDL-", "GPL-", "LGPL-"];

    /// <inheritdoc/>
    public override LicenseTerms Terms => Exception is null ? KnownLicenses.Of(Id) : KnownLicenses.With(KnownLicenses.Of(Id), Exception);

    /// <inheritdoc/>
    public override IEnumerable<SpdxLicense> Licenses => [this];

    /// <summary>Whether its text is somebody's own.</summary>
    public bool IsReference => Id.Contains("LicenseRef-", StringComparison.Ordinal);

    /// <summary>Its name with one spelling for licences that SPDX's list has under two: <c>GPL-2.0+</c> is
    /// <c>GPL-2.0-or-later</c>.</summary>
    public string CanonicalId
    {
        get
        {
            if (
                !Array.Exists(s_gnu, family => Id.StartsWith(family, StringComparison.OrdinalIgnoreCase))
                || Id.EndsWith("-only", StringComparison.OrdinalIgnoreCase)
                || Id.EndsWith("-or-later", StringComparison.OrdinalIgnoreCase)
                || !char.IsAsciiDigit(Id[^1])
            )
                return OrLater ? Id + "+" : Id;
            return Id + (OrLater ? "-or-later" : "-only");
        }
    }

    /// <inheritdoc/>
    public override bool Accepts(Predicate<SpdxLicense> isAccepted) => isAccepted(this);

    /// <inheritdoc/>
    public override string ToString() => Id + (OrLater ? "+" : "") + (Exception is null ? "" : $" WITH {Exception}");
}

/// <summary>Several that all bind.</summary>
internal sealed record SpdxAll(IReadOnlyList<SpdxExpression> Parts) : SpdxExpression
{
    /// <inheritdoc/>
    public override LicenseTerms Terms => Parts.Max(part => part.Terms);

    /// <inheritdoc/>
    public override IEnumerable<SpdxLicense> Licenses => Parts.SelectMany(part => part.Licenses);

    /// <inheritdoc/>
    public override bool Accepts(Predicate<SpdxLicense> isAccepted) => Parts.All(part => part.Accepts(isAccepted));

    /// <inheritdoc/>
    public override string ToString() => string.Join(" AND ", Parts.Select(part => part is SpdxAny ? $"({part})" : part.ToString()));
}

/// <summary>Several of which one is chosen.</summary>
internal sealed record SpdxAny(IReadOnlyList<SpdxExpression> Parts) : SpdxExpression
{
    /// <inheritdoc/>
    public override LicenseTerms Terms => Parts.Min(part => part.Terms);

    /// <inheritdoc/>
    public override IEnumerable<SpdxLicense> Licenses => Parts.SelectMany(part => part.Licenses);

    /// <inheritdoc/>
    public override bool Accepts(Predicate<SpdxLicense> isAccepted) => Parts.Any(part => part.Accepts(isAccepted));

    /// <inheritdoc/>
    public override string ToString() => string.Join(" OR ", Parts);
}
