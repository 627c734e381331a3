namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>The archive that <c>local_path</c> or a <c>file:</c> address names cannot be read.</summary>
    public static readonly DiagnosticKind ArchiveNotFound = new("OXI0201", DiagnosticSeverity.Error, "the archive is not there");

    /// <summary>The archive's bytes are not those that the configuration promises.</summary>
    public static readonly DiagnosticKind ArchiveDigestDiffers = new("OXI0202", DiagnosticSeverity.Error, "the archive has another digest");

    /// <summary>The archive cannot be fetched.</summary>
    public static readonly DiagnosticKind DownloadFailed = new("OXI0204", DiagnosticSeverity.Error, "a download failed");

    /// <summary>The archive's bytes are of no known form, or of another than its name says.</summary>
    public static readonly DiagnosticKind ArchiveFormatUnknown = new(
        "OXI0206",
        DiagnosticSeverity.Error,
        "the archive's form is not known"
    );

    /// <summary>The archive is truncated or damaged.</summary>
    public static readonly DiagnosticKind ArchiveDamaged = new("OXI0207", DiagnosticSeverity.Error, "the archive is damaged");

    /// <summary>An entry of the archive would leave its folder, replace another, or is neither file, folder nor link.</summary>
    public static readonly DiagnosticKind ArchiveEntryUnsafe = new(
        "OXI0208",
        DiagnosticSeverity.Error,
        "an entry of the archive is not safe"
    );

    /// <summary>The archive holds more than any distribution does.</summary>
    public static readonly DiagnosticKind ArchiveTooLarge = new("OXI0209", DiagnosticSeverity.Error, "the archive is too large");

    /// <summary>The archive holds no <c>python/PYTHON.json</c>.</summary>
    public static readonly DiagnosticKind NotADistribution = new("OXI0210", DiagnosticSeverity.Error, "the archive is not a distribution");

    /// <summary>The archive is of the form that holds no objects.</summary>
    public static readonly DiagnosticKind InstallOnlyArchive = new(
        "OXI0211",
        DiagnosticSeverity.Error,
        "an `install_only` archive cannot be linked"
    );

    /// <summary><c>PYTHON.json</c> is of a version that this reader does not know.</summary>
    public static readonly DiagnosticKind PythonJsonVersion = new(
        "OXI0212",
        DiagnosticSeverity.Error,
        "`PYTHON.json` has an unknown version"
    );

    /// <summary><c>PYTHON.json</c> is not JSON, lacks a key, or has a value of a wrong type.</summary>
    public static readonly DiagnosticKind PythonJsonInvalid = new("OXI0213", DiagnosticSeverity.Error, "`PYTHON.json` cannot be used");

    /// <summary><c>PYTHON.json</c> names a path that is not in the archive.</summary>
    public static readonly DiagnosticKind PythonJsonPath = new(
        "OXI0214",
        DiagnosticSeverity.Error,
        "`PYTHON.json` names a path that is not there"
    );

    /// <summary>The distribution is for another target.</summary>
    public static readonly DiagnosticKind DistributionTargetDiffers = new(
        "OXI0215",
        DiagnosticSeverity.Error,
        "the distribution is for another target"
    );

    /// <summary>The distribution's Python is too old.</summary>
    public static readonly DiagnosticKind PythonTooOld = new("OXI0216", DiagnosticSeverity.Error, "the distribution's Python is too old");

    /// <summary>The archive cannot be unpacked on this machine: a full disk, a permission.</summary>
    public static readonly DiagnosticKind TreeNotWritten = new("OXI0217", DiagnosticSeverity.Error, "the archive cannot be unpacked here");

    /// <summary>A licence's text is named but not there.</summary>
    public static readonly DiagnosticKind LicenseTextMissing = new("OXI0218", DiagnosticSeverity.Warning, "a licence's text is missing");
}
