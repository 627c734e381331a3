namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>A project's file does not say what a product needs.</summary>
    public static readonly DiagnosticKind ProjectNotUsable = new(
        "OXI0120",
        DiagnosticSeverity.Error,
        "a project cannot be packaged as it is"
    );

    /// <summary>A project has several commands, or none.</summary>
    public static readonly DiagnosticKind ProgramNotClear = new("OXI0121", DiagnosticSeverity.Error, "what a project starts is not clear");

    /// <summary>No CPython meets <c>requires-python</c>.</summary>
    public static readonly DiagnosticKind PythonNotOffered = new("OXI0122", DiagnosticSeverity.Error, "no CPython meets `requires-python`");

    /// <summary>The metadata within a script are not in the form of PEP 723.</summary>
    public static readonly DiagnosticKind ScriptBlockMalformed = new(
        "OXI0123",
        DiagnosticSeverity.Error,
        "a script's metadata are malformed"
    );

    /// <summary>A project whose version only its backend knows.</summary>
    public static readonly DiagnosticKind VersionNotKnown = new("OXI0124", DiagnosticSeverity.Warning, "a project's version is not known");

    /// <summary>A configuration was to be written where something is.</summary>
    public static readonly DiagnosticKind ConfigurationThere = new("OXI0125", DiagnosticSeverity.Error, "a configuration is there already");

    /// <summary>A configuration cannot be written.</summary>
    public static readonly DiagnosticKind ConfigurationNotWritten = new(
        "OXI0126",
        DiagnosticSeverity.Error,
        "a configuration cannot be written"
    );
}
