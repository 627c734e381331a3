namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>A part of the product is under a licence that <c>[licenses]</c> does not take.</summary>
    public static readonly DiagnosticKind LicenseRefused = new(
        "OXI0360",
        DiagnosticSeverity.Error,
        "a licence that the configuration does not take"
    );

    /// <summary>With <c>allow</c>: a part of the product does not say what it is under.</summary>
    public static readonly DiagnosticKind LicenseUnknown = new("OXI0361", DiagnosticSeverity.Error, "a licence is not known");

    /// <summary>With <c>deny</c> alone: a part of the product does not say what it is under.</summary>
    public static readonly DiagnosticKind LicenseNotTold = new("OXI0362", DiagnosticSeverity.Warning, "a licence is not told");

    /// <summary>The text of a licence was there when the build began, and is not as it was.</summary>
    public static readonly DiagnosticKind LicenseTextNotRead = new(
        "OXI0364",
        DiagnosticSeverity.Error,
        "the text of a licence cannot be read"
    );

    /// <summary>A licence is given to a part that the product has not.</summary>
    public static readonly DiagnosticKind LicenseOfNothing = new("OXI0363", DiagnosticSeverity.Warning, "a licence is given to nothing");
}
