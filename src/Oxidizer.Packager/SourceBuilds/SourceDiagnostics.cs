namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary><c>source</c> is neither an apt package of CPython nor the path of an archive.</summary>
    public static readonly DiagnosticKind SourceNotUnderstood = new("OXI0250", DiagnosticSeverity.Error, "`source` is not understood");

    /// <summary>The source archive is not there, or holds no CPython.</summary>
    public static readonly DiagnosticKind SourceArchiveNotUsable = new(
        "OXI0251",
        DiagnosticSeverity.Error,
        "the source archive cannot be used"
    );

    /// <summary>The source archive is not the one whose digest the configuration says.</summary>
    public static readonly DiagnosticKind SourceDigestDiffers = new(
        "OXI0252",
        DiagnosticSeverity.Error,
        "the source archive has another digest"
    );

    /// <summary>A listed version of the sources could not be fetched, and an earlier one was taken.</summary>
    public static readonly DiagnosticKind SourceVersionSkipped = new(
        "OXI0253",
        DiagnosticSeverity.Warning,
        "a listed source version is not on the server"
    );

    /// <summary>CPython is built for the machine that builds it.</summary>
    public static readonly DiagnosticKind SourceTargetNotSupported = new(
        "OXI0254",
        DiagnosticSeverity.Error,
        "CPython cannot be built for this target"
    );

    /// <summary>Programs that a build of CPython starts are not there.</summary>
    public static readonly DiagnosticKind SourceToolsMissing = new(
        "OXI0255",
        DiagnosticSeverity.Error,
        "programs to build CPython are missing"
    );

    /// <summary>The compiler cannot do the optimisation that is asked for.</summary>
    public static readonly DiagnosticKind SourceOptimizationNotSupported = new(
        "OXI0256",
        DiagnosticSeverity.Error,
        "the optimisation is not supported"
    );

    /// <summary>Sources or libraries cannot be fetched.</summary>
    public static readonly DiagnosticKind SourceNotFetched = new("OXI0257", DiagnosticSeverity.Error, "sources cannot be fetched");

    /// <summary>A step of building CPython failed: a patch, its configuration, its compilation.</summary>
    public static readonly DiagnosticKind SourceStepFailed = new("OXI0258", DiagnosticSeverity.Error, "building CPython failed");

    /// <summary>The folder in which CPython is built cannot be written.</summary>
    public static readonly DiagnosticKind SourceNotWritten = new("OXI0259", DiagnosticSeverity.Error, "CPython cannot be built here");

    /// <summary>A source file is not the one that its signed description names.</summary>
    public static readonly DiagnosticKind SourceDamaged = new("OXI0260", DiagnosticSeverity.Error, "a source file is damaged");
}
