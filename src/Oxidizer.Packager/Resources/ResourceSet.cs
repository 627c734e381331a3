using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Resources;

/// <summary>What a product will hold, chosen and with reasons. Each list is in ordinal order of its names, each name once.</summary>
/// <param name="Modules">Modules with a source.</param>
/// <param name="Namespaces">Folders without <c>__init__.py</c>.</param>
/// <param name="Extensions">The distribution's extension modules that are linked in.</param>
/// <param name="SharedExtensions">Prebuilt extension modules.</param>
/// <param name="SharedLibraries">What they need.</param>
/// <param name="PackageResources">Files of packages.</param>
/// <param name="PackageDistributions">Metadata of installed packages.</param>
internal sealed record ResourceSet(
    IReadOnlyList<ModuleSource> Modules,
    IReadOnlyList<NamespacePackage> Namespaces,
    IReadOnlyList<ExtensionVariant> Extensions,
    IReadOnlyList<SharedExtension> SharedExtensions,
    IReadOnlyList<SharedLibraryResource> SharedLibraries,
    IReadOnlyList<PackageResource> PackageResources,
    IReadOnlyList<PackageDistribution> PackageDistributions
)
{
    /// <summary>Files that belong to no package, by path.</summary>
    public IReadOnlyList<PlainFile> PlainFiles { get; init; } = [];

    /// <summary>Folders with nothing in them, by path.</summary>
    public IReadOnlyList<EmptyFolder> EmptyFolders { get; init; } = [];

    /// <summary>Symbolic links, by path.</summary>
    public IReadOnlyList<FileLink> Links { get; init; } = [];

    /// <summary>Whether the names of what is imported are in order, each once: what is made of them is the same in every build.</summary>
    public bool IsInOrder =>
        IsAscending(Modules.Select(module => module.Name))
        && IsAscending(Namespaces.Select(space => space.Name))
        && IsAscending(Extensions.Select(extension => extension.Name))
        && IsAscending(SharedExtensions.Select(extension => extension.Name))
        && IsAscending(SharedLibraries.Select(library => library.Soname));

    private static bool IsAscending(IEnumerable<string> names)
    {
        string? last = null;
        foreach (var name in names)
        {
            if (last is not null && string.CompareOrdinal(last, name) >= 0)
                return false;
            last = name;
        }
        return true;
    }
}
