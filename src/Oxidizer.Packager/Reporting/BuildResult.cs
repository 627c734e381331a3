using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Licenses;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Reporting;

/// <summary>One stage of a build.</summary>
/// <param name="Name">Such as <c>link</c>.</param>
/// <param name="Seconds">Wall time.</param>
public sealed record StageTime(string Name, double Seconds);

/// <summary>How much a product holds.</summary>
/// <param name="Modules">Python modules, namespace packages included.</param>
/// <param name="PackageResources">Files of packages, of package distributions, and of no package.</param>
/// <param name="ExtensionModules">Linked in or loaded from memory.</param>
/// <param name="SharedLibraries">Loaded from memory for extension modules.</param>
/// <param name="Bytes">Size of the packed resources.</param>
public sealed record ResourceCounts(int Modules, int PackageResources, int ExtensionModules, int SharedLibraries, long Bytes);

/// <summary>What stands beside a product and belongs to it.</summary>
/// <param name="Folders">Relative to the product's folder.</param>
/// <param name="Count">How many files.</param>
/// <param name="Bytes">The size of all files.</param>
public sealed record FilesBeside(IReadOnlyList<string> Folders, int Count, long Bytes);

/// <summary>What a build made, and what it did for it. The same stands as JSON beside the product.</summary>
/// <param name="Name">The product's name.</param>
/// <param name="Target">What it runs on.</param>
/// <param name="ProductPath">Absolute.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Digest">Of the product.</param>
/// <param name="PythonVersion">Such as <c>3.11.2</c>.</param>
/// <param name="Actions">Executed and reused, for each kind of <see cref="ActionKinds"/>.</param>
/// <param name="Executed">The actions that ran, each with its reason.</param>
/// <param name="ProcessesStarted">Compilers, linkers and interpreters that this build started.</param>
/// <param name="Stages">In order.</param>
/// <param name="Seconds">Wall time of the whole build.</param>
/// <param name="Resources">What is inside.</param>
/// <param name="Warnings">Of the build and of the cache.</param>
public sealed record BuildResult(
    string Name,
    TargetTriple Target,
    string ProductPath,
    long Size,
    Sha256Digest Digest,
    string PythonVersion,
    IReadOnlyDictionary<string, ActionCount> Actions,
    IReadOnlyList<ExecutedAction> Executed,
    int ProcessesStarted,
    IReadOnlyList<StageTime> Stages,
    double Seconds,
    ResourceCounts Resources,
    IReadOnlyList<ResultWarning> Warnings
)
{
    /// <summary>Packages whose sources use <c>__file__</c>.</summary>
    public IReadOnlyList<FileUser> FileUsers { get; init; } = [];

    /// <summary>What its rules put beside it (<c>install_location</c>).</summary>
    public FilesBeside FilesBeside { get; init; } = new([], 0, 0);

    /// <summary>What others wrote of it, and the licence of each.</summary>
    public IReadOnlyList<LicensedPart> Licenses { get; init; } = [];

    /// <summary>Its commands that have a link beside it (<c>entry_points</c>), by name.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>Where the record stands as JSON.</summary>
    public string ResultPath => ProductPath + ResultSuffix;

    /// <summary>What the name of a record ends with.</summary>
    internal const string ResultSuffix = ".build.json";
}

/// <summary>A warning, as the result keeps it.</summary>
/// <param name="Id">Stable.</param>
/// <param name="Message">With its place, if it has one.</param>
public sealed record ResultWarning(string Id, string Message)
{
    /// <summary>Takes a diagnostic.</summary>
    public static ResultWarning From(Diagnostic diagnostic) =>
        new(diagnostic.Kind.Id, diagnostic.Location is null ? diagnostic.Message : $"{diagnostic.Location}: {diagnostic.Message}");
}
