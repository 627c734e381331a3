namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>What the start of the program imports for certain, and nothing brings.</summary>
    public static readonly DiagnosticKind ImportMissing = new("OXI0333", DiagnosticSeverity.Warning, "nothing brings what is imported");

    /// <summary>A distribution's console script names a module that nothing brings.</summary>
    public static readonly DiagnosticKind ScriptMissing = new(
        "OXI0334",
        DiagnosticSeverity.Warning,
        "nothing brings the module of a console script"
    );

    /// <summary>A library that <c>ctypes</c> looks for by name is not packed.</summary>
    public static readonly DiagnosticKind LibraryNotPacked = new(
        "OXI0335",
        DiagnosticSeverity.Warning,
        "a library that is looked for by name is not packed"
    );
}
