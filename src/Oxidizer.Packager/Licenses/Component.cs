using Oxidizer.Cache;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Licenses;

/// <summary>What kind of thing a part of a product is.</summary>
internal enum ComponentKind
{
    /// <summary>CPython, with the standard library.</summary>
    Interpreter,

    /// <summary>Oxidizer's own code.</summary>
    Runtime,

    /// <summary>An extension module of CPython's that is linked in.</summary>
    Extension,

    /// <summary>A C library that is linked in.</summary>
    Library,

    /// <summary>A Python distribution.</summary>
    Package,

    /// <summary>A shared library of the machine's that is packed.</summary>
    SharedLibrary,
}

/// <summary>What a part of a product is under.</summary>
/// <param name="Expression">Valid by SPDX; <c>null</c>: not known.</param>
/// <param name="Declared">What its author wrote, where that is no expression; may be empty.</param>
/// <param name="Terms">What it asks.</param>
internal sealed record LicenseStatement(SpdxExpression? Expression, string Declared, LicenseTerms Terms)
{
    /// <summary>Nothing is known.</summary>
    public static LicenseStatement None { get; } = new(null, "", LicenseTerms.Unknown);

    /// <summary>What an expression says; what is none is not known.</summary>
    public static LicenseStatement Of(string text) =>
        SpdxExpression.TryParse(text) is { } expression
            ? new LicenseStatement(expression, "", expression.Terms)
            : new LicenseStatement(null, text, LicenseTerms.Unknown);

    /// <summary>What several say that all bind.</summary>
    public static LicenseStatement OfAll(IReadOnlyCollection<string> texts) =>
        texts.Count == 0
            ? None
            : Of(string.Join(" AND ", texts.Select(text => text.Contains(' ') && texts.Count > 1 ? $"({text})" : text)));

    /// <summary>For messages: the expression, else the author's words; empty if there are none.</summary>
    public override string ToString() => Expression?.ToString() ?? Declared;
}

/// <summary>The text of a licence, or a notice.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Path">Absolute.</param>
/// <param name="Digest">Of its content.</param>
internal sealed record LicenseText(string Name, string Path, Sha256Digest Digest);

/// <summary>A part of a product that somebody wrote, and gave terms.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Its name among the product's parts: kind and name.</param>
/// <param name="Name">As its authors, or those who packaged it, name it.</param>
/// <param name="Version">Empty if it is not known.</param>
/// <param name="License">What it is under.</param>
internal sealed record Component(ComponentKind Kind, string Id, string Name, string Version, LicenseStatement License)
{
    /// <summary>Where it comes from, as a package URL; <c>null</c>: it is a part of another.</summary>
    public string? Purl { get; init; }

    /// <summary>SHA-256 of its file, where it is one file.</summary>
    public Sha256Digest? Digest { get; init; }

    /// <summary>The parts that it needs, by <see cref="Id"/>, in order.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Texts that are given with it.</summary>
    public IReadOnlyList<LicenseText> Texts { get; init; } = [];

    /// <summary>What brought it, in words: a rule, a table of the configuration.</summary>
    public string Origin { get; init; } = "";
}
