namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>The linker refused.</summary>
    public static readonly DiagnosticKind LinkFailed = new("OXI0701", DiagnosticSeverity.Error, "the link failed");

    /// <summary>The product asks for a newer glibc than the configuration allows.</summary>
    public static readonly DiagnosticKind GlibcTooNew = new("OXI0702", DiagnosticSeverity.Error, "the product needs a newer glibc");

    /// <summary>The product asks for a shared library that a target may not have.</summary>
    public static readonly DiagnosticKind UnexpectedSharedLibrary = new(
        "OXI0703",
        DiagnosticSeverity.Warning,
        "the product needs a shared library"
    );

    /// <summary>The linker left no place for the resources.</summary>
    public static readonly DiagnosticKind ResourcesNotSpliced = new(
        "OXI0704",
        DiagnosticSeverity.Error,
        "the resources cannot be added to the linked runtime"
    );
}
