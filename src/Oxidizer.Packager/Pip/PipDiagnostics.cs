namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>No pip is there, or none that can be used.</summary>
    public static readonly DiagnosticKind PipNotFound = new("OXI0381", DiagnosticSeverity.Error, "there is no pip");

    /// <summary>Requirements that no set of distributions meets.</summary>
    public static readonly DiagnosticKind RequirementsNotMet = new("OXI0382", DiagnosticSeverity.Error, "requirements cannot be met");

    /// <summary>An index does not answer, or refuses to.</summary>
    public static readonly DiagnosticKind IndexNotReached = new("OXI0383", DiagnosticSeverity.Error, "an index cannot be read");

    /// <summary>An index or a folder gives other bytes than promised.</summary>
    public static readonly DiagnosticKind PackageDigestDiffers = new(
        "OXI0384",
        DiagnosticSeverity.Error,
        "a distribution's file has another digest"
    );

    /// <summary>A source archive or a project cannot be built.</summary>
    public static readonly DiagnosticKind WheelNotBuilt = new("OXI0385", DiagnosticSeverity.Error, "a wheel cannot be built");

    /// <summary>pip ended with an error of another kind.</summary>
    public static readonly DiagnosticKind PipFailed = new("OXI0386", DiagnosticSeverity.Error, "pip failed");

    /// <summary>A file of requirements cannot be read.</summary>
    public static readonly DiagnosticKind RequirementsNotReadable = new(
        "OXI0387",
        DiagnosticSeverity.Error,
        "a file of requirements cannot be read"
    );

    /// <summary>The lock is no lock.</summary>
    public static readonly DiagnosticKind LockNotReadable = new("OXI0388", DiagnosticSeverity.Error, "the lock cannot be used");

    /// <summary>The lock would change, and may not.</summary>
    public static readonly DiagnosticKind LockIsFrozen = new("OXI0389", DiagnosticSeverity.Error, "the lock does not fit the requirements");

    /// <summary>A lock of another tool's cannot be used.</summary>
    public static readonly DiagnosticKind PylockNotUsable = new("OXI0390", DiagnosticSeverity.Error, "a pylock.toml cannot be used");
}
