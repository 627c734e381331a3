namespace Oxidizer.Packager.Diagnostics;

/// <summary>How bad a diagnostic is.</summary>
public enum DiagnosticSeverity
{
    /// <summary>The build continues, and its result lists it.</summary>
    Warning,

    /// <summary>The build ends with the stage.</summary>
    Error,
}

/// <summary>A kind of diagnostic: its stable id and severity. Each room declares its own in one partial file of <see
/// cref="DiagnosticKinds"/>; an id is never reused.</summary>
/// <param name="Id"><c>OXI</c> and four digits.</param>
/// <param name="Severity">Fixed for the id.</param>
/// <param name="Title">What it is about, for the reference.</param>
public sealed record DiagnosticKind(string Id, DiagnosticSeverity Severity, string Title);

/// <summary>A place in a file.</summary>
/// <param name="File">As the user knows it.</param>
/// <param name="Line">From 1; 0 when only the file is known.</param>
/// <param name="Column">From 1; 0 when only the line is known.</param>
public sealed record SourceLocation(string File, int Line = 0, int Column = 0)
{
    /// <summary><c>file:line:column</c>, as far as it is known.</summary>
    public override string ToString() =>
        Line == 0 ? File
        : Column == 0 ? $"{File}:{Line}"
        : $"{File}:{Line}:{Column}";
}

/// <summary>A mistake of the user's, or a warning.</summary>
/// <param name="Kind">Id and severity.</param>
/// <param name="Message">Lower case, values in backticks, the way out at the end.</param>
/// <param name="Location">Where, if it is in a file.</param>
public sealed record Diagnostic(DiagnosticKind Kind, string Message, SourceLocation? Location = null)
{
    /// <summary><c>oxidizer.toml:12:3: error OXI0102: unknown key ...</c></summary>
    public override string ToString()
    {
        var severity = Kind.Severity == DiagnosticSeverity.Error ? "error" : "warning";
        return Location is null ? $"{severity} {Kind.Id}: {Message}" : $"{Location}: {severity} {Kind.Id}: {Message}";
    }
}
