namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>The machine failed a stage, in a way that has no kind of its own.</summary>
    public static readonly DiagnosticKind MachineFailed = new("OXI0001", DiagnosticSeverity.Error, "the machine failed");

    /// <summary>An assertion of ours does not hold.</summary>
    public static readonly DiagnosticKind Bug = new("OXI0002", DiagnosticSeverity.Error, "a bug of Oxidizer");
}
