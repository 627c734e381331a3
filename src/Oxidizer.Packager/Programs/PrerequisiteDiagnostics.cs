namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>Programs, headers or libraries are missing, and the build may not install them.</summary>
    public static readonly DiagnosticKind PrerequisitesMissing = new("OXI0507", DiagnosticSeverity.Error, "programs are missing");

    /// <summary>apt failed to install what is missing.</summary>
    public static readonly DiagnosticKind PrerequisitesNotInstalled = new(
        "OXI0508",
        DiagnosticSeverity.Error,
        "missing programs could not be installed"
    );
}
