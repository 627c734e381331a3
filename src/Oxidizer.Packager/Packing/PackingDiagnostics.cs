namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>A name, a file or the whole is larger than packed resources can be.</summary>
    public static readonly DiagnosticKind PackedTooLarge = new("OXI0601", DiagnosticSeverity.Error, "the packed resources are too large");

    /// <summary>A recorded import order cannot be read.</summary>
    public static readonly DiagnosticKind ImportOrderNotReadable = new("OXI0602", DiagnosticSeverity.Error, "the recorded import order cannot be read");

    /// <summary>A value of <c>[packing]</c> that is none.</summary>
    public static readonly DiagnosticKind PackingValueUnknown = new("OXI0603", DiagnosticSeverity.Error, "a value of [packing] is unknown");

    /// <summary>A file changed between its digest and its packing.</summary>
    public static readonly DiagnosticKind PackedFileChanged = new("OXI0604", DiagnosticSeverity.Error, "a file changed during the build");

    /// <summary>The blob cannot be written.</summary>
    public static readonly DiagnosticKind PackedNotWritten = new("OXI0605", DiagnosticSeverity.Error, "the packed resources cannot be written");
}
