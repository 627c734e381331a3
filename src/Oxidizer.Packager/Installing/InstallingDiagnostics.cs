namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>The product or a file beside it cannot be written.</summary>
    public static readonly DiagnosticKind ProductNotWritten = new("OXI0801", DiagnosticSeverity.Error, "the product cannot be written");

    /// <summary>Two products of one output folder want one folder for their files.</summary>
    public static readonly DiagnosticKind FolderOfAnotherProduct = new(
        "OXI0802",
        DiagnosticSeverity.Error,
        "a folder belongs to another product"
    );

    /// <summary>A file that belongs to the product no longer was changed by somebody else.</summary>
    public static readonly DiagnosticKind ForeignFileLeft = new(
        "OXI0803",
        DiagnosticSeverity.Warning,
        "a changed file is left beside the product"
    );

    /// <summary>Something else has the name of a command's link.</summary>
    public static readonly DiagnosticKind CommandNameTaken = new("OXI0804", DiagnosticSeverity.Error, "the name of a command is taken");
}
