namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>No C compiler, or the one that is named is not there.</summary>
    public static readonly DiagnosticKind CompilerNotFound = new("OXI0502", DiagnosticSeverity.Error, "no C compiler");

    /// <summary>The C compiler refused a source.</summary>
    public static readonly DiagnosticKind CompilerFailed = new("OXI0503", DiagnosticSeverity.Error, "the C compiler failed");

    /// <summary>The distribution's objects are of a form that this toolchain cannot link.</summary>
    public static readonly DiagnosticKind ObjectFormatNotSupported = new(
        "OXI0505",
        DiagnosticSeverity.Error,
        "the objects cannot be linked"
    );

    /// <summary>A target that is named but not built for yet.</summary>
    public static readonly DiagnosticKind TargetNotSupported = new("OXI0506", DiagnosticSeverity.Error, "the target is not supported yet");

    /// <summary>The library that <c>[packing] compress</c> needs is nowhere.</summary>
    public static readonly DiagnosticKind DecoderMissing = new("OXI0509", DiagnosticSeverity.Error, "no library to unpack with");

    /// <summary>A launcher or an archiver that is named is not there.</summary>
    public static readonly DiagnosticKind ToolNotFound = new(
        "OXI0510",
        DiagnosticSeverity.Error,
        "a program of the toolchain is not there"
    );
}
