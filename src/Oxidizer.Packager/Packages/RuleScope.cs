using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>A rule while it is applied, with what its resources have in common.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Origin">The rule, as the resources carry it.</param>
/// <param name="OptimizeLevel">0, 1 or 2.</param>
/// <param name="Distribution">Its suffixes tell extension modules.</param>
/// <param name="Context">The build.</param>
internal sealed record RuleScope(
    ResourceRule Rule,
    ResourceOrigin Origin,
    int OptimizeLevel,
    Distribution Distribution,
    BuildContext Context
)
{
    /// <summary>Where all that it brings lives.</summary>
    public ResourceLocation Location { get; init; } = ResourceLocation.Embedded;

    /// <summary>Full names of packages that are left out with all below them.</summary>
    public IReadOnlySet<string> LeftOut { get; init; } = new HashSet<string>();

    /// <summary>Adds a diagnostic at the rule's place.</summary>
    public void Report(DiagnosticKind kind, string message) => Context.Diagnostics.Add(kind, message, Rule.Location);

    /// <summary>Says that something in a package is not packed.</summary>
    public void ReportLeftOut(string path, string reason) =>
        Report(
            DiagnosticKinds.FileLeftOut,
            $"`{path}` is left out of {Origin}, because {reason}; only regular files with names in UTF-8 are packed: correct or remove it"
        );

    /// <summary>A file that was found by name. Its digest may be missing still: <see cref="FileDigests"/> fills in those of a whole rule at
    /// once.</summary>
    public static ResourceFile Resolve(FileNode file) =>
        new(file.Path, file.Digest ?? default, file.Size) { IsExecutable = file.IsExecutable };
}
