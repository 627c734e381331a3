using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Packages;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Selection;

/// <summary>Refuses files that are too large for a later stage, before they are read.</summary>
internal static class FileSizes
{
    // The compiler takes some hundred bytes of memory for each of a source's.
    private const long MaxSource = 256L << 20;

    /// <summary>The resources without those that are too large; each of these is reported.</summary>
    public static IReadOnlyList<Resource> Check(IReadOnlyList<Resource> resources, RuleScope scope)
    {
        var kept = resources.Where(resource => !FileDigests.FilesOf(resource).Any(file => IsTooLarge(resource, file))).ToList();
        if (kept.Count == resources.Count)
            return resources;
        foreach (var resource in resources)
        {
            foreach (var file in FileDigests.FilesOf(resource).Where(file => IsTooLarge(resource, file)))
                scope.Report(
                    DiagnosticKinds.FileTooLarge,
                    $"`{file.Path}` is {file.Size} bytes long, and {Limit(resource)}; leave it out with `excludes`"
                        + (resource is ModuleSource ? "" : ", or place it beside the product with `install_location`")
                );
        }
        return kept;
    }

    private static bool IsTooLarge(Resource resource, ResourceFile file) =>
        resource switch
        {
            ModuleSource => file.Size > MaxSource,
            { Location.Folder: not null } => false,
            _ => file.Size >= ResourceFile.MaxSize,
        };

    private static string Limit(Resource resource) =>
        resource is ModuleSource
            ? $"a source of more than {MaxSource >> 20} MiB is not compiled"
            : "a file in packed resources must be smaller than 2 GiB";
}
