namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>A rule names a package, script or folder that is not there.</summary>
    public static readonly DiagnosticKind PackageNotFound = new("OXI0301", DiagnosticSeverity.Error, "a package is not there");

    /// <summary>A rule names a package that holds no module.</summary>
    public static readonly DiagnosticKind PackageEmpty = new("OXI0302", DiagnosticSeverity.Warning, "a package holds no module");

    /// <summary>Two rules bring the same module.</summary>
    public static readonly DiagnosticKind ModuleBroughtTwice = new(
        "OXI0303",
        DiagnosticSeverity.Warning,
        "two rules bring the same module"
    );

    /// <summary>An extension module that the distribution does not have.</summary>
    public static readonly DiagnosticKind ExtensionUnknown = new("OXI0305", DiagnosticSeverity.Error, "an extension module is unknown");

    /// <summary>A variant that the extension module does not have.</summary>
    public static readonly DiagnosticKind ExtensionVariantUnknown = new(
        "OXI0306",
        DiagnosticSeverity.Error,
        "an extension module's variant is unknown"
    );

    /// <summary>A filter or an exclusion that matches no module.</summary>
    public static readonly DiagnosticKind FilterMatchesNothing = new("OXI0307", DiagnosticSeverity.Warning, "a filter matches nothing");

    /// <summary>A line of a <c>.pth</c> file that is code or no folder.</summary>
    public static readonly DiagnosticKind PathFileLineIgnored = new(
        "OXI0308",
        DiagnosticSeverity.Warning,
        "a line of a .pth file is ignored"
    );

    /// <summary>A file with names for a filter cannot be read.</summary>
    public static readonly DiagnosticKind FilterFileNotReadable = new(
        "OXI0309",
        DiagnosticSeverity.Error,
        "a filter's file cannot be read"
    );

    /// <summary>A virtual environment without a site-packages for the distribution's Python.</summary>
    public static readonly DiagnosticKind VirtualenvNotUsable = new(
        "OXI0310",
        DiagnosticSeverity.Error,
        "a virtual environment cannot be used"
    );

    /// <summary>Modules without which no interpreter starts are not among the resources.</summary>
    public static readonly DiagnosticKind StartModulesMissing = new(
        "OXI0311",
        DiagnosticSeverity.Error,
        "modules that the start needs are missing"
    );

    /// <summary>An extension module that cannot be left out.</summary>
    public static readonly DiagnosticKind ExtensionNotRemovable = new(
        "OXI0312",
        DiagnosticSeverity.Error,
        "an extension module cannot be left out"
    );

    /// <summary>A file that is named as a shared object and is not one for this target.</summary>
    public static readonly DiagnosticKind SharedObjectUnusable = new("OXI0313", DiagnosticSeverity.Error, "a shared object cannot be used");

    /// <summary>A folder beside the product that is in the way of other files.</summary>
    public static readonly DiagnosticKind InstallLocationUnusable = new(
        "OXI0314",
        DiagnosticSeverity.Error,
        "an install location cannot be used"
    );

    /// <summary>A file or folder of a package cannot be read.</summary>
    public static readonly DiagnosticKind PackageNotReadable = new("OXI0315", DiagnosticSeverity.Error, "a package cannot be read");

    /// <summary>An extension module whose file name has the tag of another Python, and of no fitting one.</summary>
    public static readonly DiagnosticKind ExtensionForAnotherPython = new(
        "OXI0317",
        DiagnosticSeverity.Warning,
        "an extension module is for another Python"
    );

    /// <summary>A library that an extension module needs is nowhere on the machine.</summary>
    public static readonly DiagnosticKind LibraryNotFound = new("OXI0318", DiagnosticSeverity.Error, "a library is not there");

    /// <summary>A library calls itself by another name than what needs it does.</summary>
    public static readonly DiagnosticKind LibraryNameDiffers = new("OXI0319", DiagnosticSeverity.Error, "a library has another name");

    /// <summary>A product without a dynamic linker cannot load what it holds.</summary>
    public static readonly DiagnosticKind ExtensionInStaticProduct = new(
        "OXI0320",
        DiagnosticSeverity.Warning,
        "a static product loads no shared object"
    );

    /// <summary>A wheel whose name, record or content is not as the format has it.</summary>
    public static readonly DiagnosticKind WheelNotUsable = new("OXI0321", DiagnosticSeverity.Error, "a wheel cannot be used");

    /// <summary>A wheel whose tags name another Python or platform.</summary>
    public static readonly DiagnosticKind WheelForAnotherPlatform = new(
        "OXI0322",
        DiagnosticSeverity.Error,
        "a wheel is for another Python or platform"
    );

    /// <summary>Something in a package that is no regular file, or whose name is no UTF-8.</summary>
    public static readonly DiagnosticKind FileLeftOut = new("OXI0323", DiagnosticSeverity.Warning, "something in a package is left out");

    /// <summary>A file that is larger than a product can take.</summary>
    public static readonly DiagnosticKind FileTooLarge = new("OXI0324", DiagnosticSeverity.Error, "a file is too large");

    /// <summary>What is required is not installed.</summary>
    public static readonly DiagnosticKind RequirementsMissing = new(
        "OXI0325",
        DiagnosticSeverity.Error,
        "required distributions are not installed"
    );

    /// <summary>What is installed has another version than is required.</summary>
    public static readonly DiagnosticKind RequirementNotMet = new(
        "OXI0326",
        DiagnosticSeverity.Warning,
        "a distribution has another version than is required"
    );

    /// <summary>A requirement in somebody's metadata that is not in the form of PEP 508.</summary>
    public static readonly DiagnosticKind RequirementNotRead = new("OXI0327", DiagnosticSeverity.Warning, "a requirement cannot be read");

    /// <summary>No folder with installed packages for the distribution's Python.</summary>
    public static readonly DiagnosticKind SiteNotFound = new(
        "OXI0328",
        DiagnosticSeverity.Error,
        "there is no folder of installed packages"
    );

    /// <summary>Links that lead to other folders than the rule names.</summary>
    public static readonly DiagnosticKind LinkLeadsOut = new("OXI0329", DiagnosticSeverity.Warning, "links lead out of a rule's folder");

    /// <summary>Nothing says which files a distribution has.</summary>
    public static readonly DiagnosticKind DistributionFilesUnknown = new(
        "OXI0330",
        DiagnosticSeverity.Warning,
        "the files of a distribution are not known"
    );

    /// <summary>A requirement that Debian's package of a distribution does without.</summary>
    public static readonly DiagnosticKind RequirementOptional = new(
        "OXI0332",
        DiagnosticSeverity.Warning,
        "a required distribution is not installed, and Debian does without"
    );

    /// <summary>A shared object for another machine.</summary>
    public static readonly DiagnosticKind SharedObjectForeign = new(
        "OXI0331",
        DiagnosticSeverity.Warning,
        "a shared object is for another machine"
    );

    /// <summary>A console script that no packed distribution has.</summary>
    public static readonly DiagnosticKind ConsoleScriptUnknown = new("OXI0340", DiagnosticSeverity.Error, "a console script is unknown");

    /// <summary>Two distributions of one rule bring different files of one path.</summary>
    public static readonly DiagnosticKind FileOfTwoDistributions = new(
        "OXI0380",
        DiagnosticSeverity.Warning,
        "two distributions bring one file"
    );
}
