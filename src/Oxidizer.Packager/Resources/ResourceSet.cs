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
);
