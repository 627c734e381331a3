namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>A source that Python refuses.</summary>
    public static readonly DiagnosticKind SourceNotCompilable = new("OXI0401", DiagnosticSeverity.Error, "a source does not compile");

    /// <summary>A source that is not UTF-8 and does not say what else it is.</summary>
    public static readonly DiagnosticKind SourceNotUtf8 = new("OXI0402", DiagnosticSeverity.Error, "a source is not UTF-8");

    /// <summary>What Python warns of while it compiles.</summary>
    public static readonly DiagnosticKind SourceWarning = new("OXI0403", DiagnosticSeverity.Warning, "Python warns of a source");

    /// <summary>The interpreter that compiles makes other bytecode than the one that will run it.</summary>
    public static readonly DiagnosticKind InterpreterMismatch = new(
        "OXI0404",
        DiagnosticSeverity.Error,
        "the interpreter makes other bytecode"
    );

    /// <summary>The interpreter does not start as a compile worker.</summary>
    public static readonly DiagnosticKind CompileWorkerNotStarted = new(
        "OXI0405",
        DiagnosticSeverity.Error,
        "a compile worker does not start"
    );

    /// <summary>A compile worker ended, or did not answer, while it compiled a source.</summary>
    public static readonly DiagnosticKind CompileWorkerLost = new("OXI0406", DiagnosticSeverity.Error, "a compile worker was lost");

    /// <summary>A source changed between its digest and its reading.</summary>
    public static readonly DiagnosticKind SourceChanged = new("OXI0407", DiagnosticSeverity.Error, "a source changed during the build");

    /// <summary>A source of a package that Python refuses, and that the start does not need.</summary>
    public static readonly DiagnosticKind SourceNoPython = new("OXI0409", DiagnosticSeverity.Warning, "a source is no Python");

    /// <summary>The temporary folder does not take the bytecode.</summary>
    public static readonly DiagnosticKind BytecodeNotWritten = new("OXI0408", DiagnosticSeverity.Error, "the bytecode cannot be written");
}
