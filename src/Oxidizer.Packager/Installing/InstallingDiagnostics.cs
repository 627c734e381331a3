namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>The product or a file beside it cannot be written.</summary>
    public static readonly DiagnosticKind ProductNotWritten = new("OXI0801", DiagnosticSeverity.Error, "the product cannot be written");
}
