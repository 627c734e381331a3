using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Configuration;

/// <summary>One <c>[[python_packages]]</c> entry. Rules are applied in order; of two that bring the same module the later wins.</summary>
/// <param name="Type">As written, such as <c>package-root</c>.</param>
/// <param name="Location">Where it stands, for messages.</param>
internal abstract record PackageRule(string Type, SourceLocation? Location);

/// <summary>A rule that brings resources.</summary>
internal abstract record ResourceRule(string Type, SourceLocation? Location) : PackageRule(Type, Location)
{
    /// <summary>0, 1 or 2; <c>null</c>: that of <c>[python_config]</c>.</summary>
    public int? OptimizeLevel { get; init; }

    /// <summary>Globs over module names that are left out.</summary>
    public IReadOnlyList<string> Excludes { get; init; } = [];

    /// <summary>Whether sources are packed beside the bytecode.</summary>
    public bool IncludeSource { get; init; } = true;

    /// <summary>Whether files that are no modules are packed.</summary>
    public bool IncludeResources { get; init; } = true;

    /// <summary>Whether test packages are packed.</summary>
    public bool IncludeTestModules { get; init; }

    /// <summary><c>embedded</c> or <c>app-relative:&lt;folder&gt;</c>.</summary>
    public string InstallLocation { get; init; } = "embedded";

    /// <summary>The folder of <see cref="InstallLocation"/>, relative to the product's; <c>null</c>: embedded.</summary>
    public string? InstallFolder =>
        InstallLocation.StartsWith(AppRelative, StringComparison.Ordinal) ? InstallLocation[AppRelative.Length..].TrimEnd('/') : null;

    /// <summary>What a location beside the product begins with.</summary>
    internal const string AppRelative = "app-relative:";
}

/// <summary>The distribution's standard library.</summary>
internal sealed record StdlibRule(SourceLocation? Location) : ResourceRule("stdlib", Location);

/// <summary>site-packages of a virtual environment.</summary>
/// <param name="Path">The environment's folder, absolute.</param>
/// <param name="Location">Where it stands, for messages.</param>
internal sealed record VirtualenvRule(string Path, SourceLocation? Location) : ResourceRule("virtualenv", Location);

/// <summary>Packages below a folder.</summary>
/// <param name="Path">The folder, absolute.</param>
/// <param name="Packages">Top-level packages or modules; <c>*</c>: all of them.</param>
/// <param name="Location">Where it stands, for messages.</param>
internal sealed record PackageRootRule(string Path, IReadOnlyList<string> Packages, SourceLocation? Location)
    : ResourceRule("package-root", Location)
{
    /// <summary>Whether metadata folders beside the packages come along. Those in a project's folder are of some earlier day: its metadata
    /// are made from its file (<see cref="MetadataRule"/>).</summary>
    public bool BringsMetadata { get; init; } = true;
}

/// <summary>One file, as <c>__main__</c>.</summary>
/// <param name="Path">The file, absolute.</param>
/// <param name="Location">Where it stands, for messages.</param>
internal sealed record ScriptRule(string Path, SourceLocation? Location) : ResourceRule("script", Location);

/// <summary>One wheel.</summary>
/// <param name="Path">The file, absolute.</param>
/// <param name="Location">Where it stands, for messages.</param>
internal sealed record WheelRule(string Path, SourceLocation? Location) : ResourceRule("wheel", Location);

/// <summary>Distributions that are installed on the machine, with all that they require.</summary>
/// <param name="Distributions">Requirements of PEP 508.</param>
/// <param name="Location">Where it stands, for messages.</param>
internal sealed record InstalledRule(IReadOnlyList<string> Distributions, SourceLocation? Location) : ResourceRule("installed", Location)
{
    /// <summary>The folder that they are installed in, absolute; <c>null</c>: that of the machine's Python.</summary>
    public string? Path { get; init; }

    /// <summary>Names of required distributions that are left out.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];
}

/// <summary>Plain files.</summary>
/// <param name="Path">A file or folder, absolute.</param>
/// <param name="Location">Where it stands, for messages.</param>
internal sealed record DataRule(string Path, SourceLocation? Location) : ResourceRule("data", Location)
{
    /// <summary>A folder below the product's virtual root.</summary>
    public string Dest { get; init; } = ".";

    /// <summary>Patterns over paths below the folder; none: everything.</summary>
    public IReadOnlyList<string> Globs { get; init; } = [];
}

/// <summary>The metadata of a project that is packed from its folder, as if it were installed. No configuration names it.</summary>
/// <param name="Name">Of the distribution.</param>
/// <param name="Version">Of the distribution.</param>
/// <param name="Files">Names and texts of the files of its <c>.dist-info</c>.</param>
/// <param name="Location">Where the project stands, for messages.</param>
internal sealed record MetadataRule(string Name, string Version, IReadOnlyList<(string Name, string Text)> Files, SourceLocation? Location)
    : ResourceRule("metadata of the project", Location);

/// <summary>A distribution that was obtained for a rule: its wheel, unpacked in the cache.</summary>
/// <param name="Name">Of the distribution, as its publisher writes it.</param>
/// <param name="Version">As its publisher writes it.</param>
/// <param name="Folder">Where the wheel's content is, absolute and read-only.</param>
internal sealed record ObtainedWheel(string Name, string Version, string Folder);

/// <summary>Packages that pip resolves, and that are unpacked from their wheels.</summary>
internal sealed record PipInstallRule(string Type, SourceLocation? Location) : ResourceRule(Type, Location)
{
    /// <summary>Requirement specifiers.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>A requirements file, absolute.</summary>
    public string? RequirementsPath { get; init; }

    /// <summary>A lock of another tool's (PEP 751), absolute: then nothing is resolved.</summary>
    public string? PylockPath { get; init; }

    /// <summary>More arguments for pip.</summary>
    public IReadOnlyList<string> ExtraArgs { get; init; } = [];

    /// <summary>Folders with wheels, absolute.</summary>
    public IReadOnlyList<string> FindLinks { get; init; } = [];

    /// <summary>No index is asked.</summary>
    public bool NoIndex { get; init; }

    /// <summary>Every requirement must have a hash.</summary>
    public bool RequireHashes { get; init; }

    /// <summary>Files that bound versions, absolute.</summary>
    public IReadOnlyList<string> Constraints { get; init; } = [];

    /// <summary>The index that is asked, as written; <c>null</c>: pip's own.</summary>
    public string? IndexUrl { get; init; }

    /// <summary>More indexes, as written.</summary>
    public IReadOnlyList<string> ExtraIndexUrls { get; init; } = [];

    /// <summary>What was obtained; empty before that.</summary>
    public IReadOnlyList<ObtainedWheel> Obtained { get; init; } = [];
}

/// <summary>A source project, by its build backend.</summary>
/// <param name="Type">As written.</param>
/// <param name="PackagePath">The project's folder, absolute.</param>
/// <param name="ExtraGlobalArguments">For the backend.</param>
/// <param name="Location">Where it stands, for messages.</param>
internal sealed record ProjectRule(string Type, string PackagePath, IReadOnlyList<string> ExtraGlobalArguments, SourceLocation? Location)
    : ResourceRule(Type, Location);

/// <summary>Keeps (<see cref="Include"/>) or drops what the rules before brought.</summary>
/// <param name="Include">True for <c>filter-include</c>.</param>
/// <param name="Location">Where it stands, for messages.</param>
internal sealed record FilterRule(bool Include, SourceLocation? Location)
    : PackageRule(Include ? "filter-include" : "filter-exclude", Location)
{
    /// <summary>Module names.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Globs over module names.</summary>
    public IReadOnlyList<string> Globs { get; init; } = [];

    /// <summary>Files with a name a line, absolute.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Files that a product recorded, absolute.</summary>
    public IReadOnlyList<string> FromTrace { get; init; } = [];
}

/// <summary>Licences beside the product.</summary>
/// <param name="Path">Folder, relative to the product.</param>
/// <param name="Location">Where it stands, for messages.</param>
internal sealed record WriteLicenseFilesRule(string Path, SourceLocation? Location) : PackageRule("write-license-files", Location);
