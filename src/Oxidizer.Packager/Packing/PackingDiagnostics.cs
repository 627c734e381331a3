namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>A name, a file or the whole is larger than packed resources can be.</summary>
    public static readonly DiagnosticKind PackedTooLarge = new("OXI0601", DiagnosticSeverity.Error, "the packed resources are too large");

    /// <summary>A recorded import order cannot be read.</summary>
    public static readonly DiagnosticKind ImportOrderNotReadable = new(
        "OXI0602",
        DiagnosticSeverity.Error,
        "the recorded import order cannot be read"
    );

    /// <summary>A file changed between its digest and its packing.</summary>
    public static readonly DiagnosticKind PackedFileChanged = new("OXI0604", DiagnosticSeverity.Error, "a file changed during the build");

    /// <summary>The blob cannot be written.</summary>
    public static readonly DiagnosticKind PackedNotWritten = new(
        "OXI0605",
        DiagnosticSeverity.Error,
        "the packed resources cannot be written"
    );

    /// <summary>An allocator that this CPython does not have.</summary>
    public static readonly DiagnosticKind AllocatorNotInDistribution = new(
        "OXI0606",
        DiagnosticSeverity.Error,
        "the distribution has no such allocator"
    );
}
