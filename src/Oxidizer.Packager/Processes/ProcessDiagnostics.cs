namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>A program that a stage needs cannot be started.</summary>
    public static readonly DiagnosticKind ProgramNotStarted = new("OXI0501", DiagnosticSeverity.Error, "a program cannot be started");
}
