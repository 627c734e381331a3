using Oxidizer.Cache;

namespace Oxidizer.Packager.Resources;

/// <summary>Where a resource lives in the product.</summary>
/// <param name="Folder"><c>null</c>: embedded; else the folder beside the product.</param>
internal sealed record ResourceLocation(string? Folder)
{
    /// <summary>In the product's own pages.</summary>
    public static ResourceLocation Embedded { get; } = new((string?)null);
}

/// <summary>A file whose content goes into a product.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Digest">Of its content.</param>
/// <param name="Size">In bytes.</param>
internal sealed record ResourceFile(string Path, Sha256Digest Digest, long Size)
{
    /// <summary>What a product holds of a file is smaller than this, because a blob is: it is linked in the small code model.</summary>
    public const long MaxSize = 1L << 31;

    /// <summary>Whether somebody may run it.</summary>
    public bool IsExecutable { get; init; }
}

/// <summary>Something that a product may hold, with the reason why it does.</summary>
/// <param name="Origin">What brought it.</param>
/// <param name="Location">Where it lives.</param>
internal abstract record Resource(ResourceOrigin Origin, ResourceLocation Location);

/// <summary>A Python module with a source.</summary>
/// <param name="Name">Full name, such as <c>json.decoder</c>.</param>
/// <param name="IsPackage">Whether its file is an <c>__init__.py</c>.</param>
/// <param name="RelativePath">Its file relative to its root, with <c>/</c>: <c>json/decoder.py</c>. Code objects carry it as their file
/// name.</param>
/// <param name="File">The source.</param>
/// <param name="OptimizeLevel">0, 1 or 2.</param>
/// <param name="IncludeSource">Whether the source is packed too.</param>
/// <param name="Origin">What brought it.</param>
/// <param name="Location">Where it lives.</param>
internal sealed record ModuleSource(
    string Name,
    bool IsPackage,
    string RelativePath,
    ResourceFile File,
    int OptimizeLevel,
    bool IncludeSource,
    ResourceOrigin Origin,
    ResourceLocation Location
) : Resource(Origin, Location)
{
    /// <summary>
    /// Whether it may be no Python: CPython tests with such modules what Python refuses, and what no statement can import may be a template
    /// of something else. Then its source is packed, and importing it fails as it does from disk.
    /// </summary>
    public bool MayNotCompile { get; init; }

    /// <summary>Whether it is worth a word if it does not compile: its name is that of a module, and it is nobody's test.</summary>
    public bool TellsRefusal { get; init; }
}

/// <summary>A folder with modules below it, and no <c>__init__.py</c>.</summary>
/// <param name="Name">Full name.</param>
/// <param name="RelativePath">The folder relative to its root.</param>
/// <param name="Origin">What brought it.</param>
/// <param name="Location">Where it lives.</param>
internal sealed record NamespacePackage(string Name, string RelativePath, ResourceOrigin Origin, ResourceLocation Location)
    : Resource(Origin, Location)
{
    /// <summary>Where its portions are, when several rules brought some.</summary>
    public IReadOnlyList<ResourceLocation> Portions { get; init; } = [Location];

    /// <summary>Whether nothing below it is a module: it stands and falls with the package above.</summary>
    public bool IsData { get; init; }
}

/// <summary>A prebuilt shared extension module.</summary>
/// <param name="Name">Full name.</param>
/// <param name="IsPackage">Whether its file is an <c>__init__.*.so</c>.</param>
/// <param name="RelativePath">Its file relative to its root.</param>
/// <param name="File">The ELF image.</param>
/// <param name="Dependencies">SONAMEs of the libraries among the resources that it needs, in loading order.</param>
/// <param name="Origin">What brought it.</param>
/// <param name="Location">Where it lives.</param>
internal sealed record SharedExtension(
    string Name,
    bool IsPackage,
    string RelativePath,
    ResourceFile File,
    IReadOnlyList<string> Dependencies,
    ResourceOrigin Origin,
    ResourceLocation Location
) : Resource(Origin, Location);

/// <summary>An extension module that is linked in.</summary>
/// <param name="Name">Full name.</param>
/// <param name="Origin">What brought it.</param>
internal sealed record BuiltinExtension(string Name, ResourceOrigin Origin) : Resource(Origin, ResourceLocation.Embedded);

/// <summary>A file of a package that is no module.</summary>
/// <param name="Package">Full name of the package that holds it.</param>
/// <param name="Name">Relative to the package, with <c>/</c>.</param>
/// <param name="RelativePath">Relative to the root.</param>
/// <param name="File">The content.</param>
/// <param name="Origin">What brought it.</param>
/// <param name="Location">Where it lives.</param>
internal sealed record PackageResource(
    string Package,
    string Name,
    string RelativePath,
    ResourceFile File,
    ResourceOrigin Origin,
    ResourceLocation Location
) : Resource(Origin, Location);

/// <summary>A file that belongs to no package, or whose place in one is taken by something that is imported.</summary>
/// <param name="RelativePath">Relative to the product's virtual root, with <c>/</c>: <c>templates/page.html</c>.</param>
/// <param name="File">The content.</param>
/// <param name="Origin">What brought it.</param>
/// <param name="Location">Where it lives.</param>
internal sealed record PlainFile(string RelativePath, ResourceFile File, ResourceOrigin Origin, ResourceLocation Location)
    : Resource(Origin, Location);

/// <summary>A folder with nothing in it.</summary>
/// <param name="RelativePath">Relative to the product's virtual root.</param>
/// <param name="Origin">What brought it.</param>
/// <param name="Location">Where it lives.</param>
internal sealed record EmptyFolder(string RelativePath, ResourceOrigin Origin, ResourceLocation Location) : Resource(Origin, Location);

/// <summary>A symbolic link. What is packed of that path, or below it, is imported and read as a resource under this name; as a file it is
/// what the link leads to.</summary>
/// <param name="RelativePath">Relative to the product's virtual root.</param>
/// <param name="Target">As the link has it: relative, and within the packed tree.</param>
/// <param name="IsAlone">Whether nothing is packed in its place: it leads nowhere, in a circle, or to a folder above it.</param>
/// <param name="Origin">What brought it.</param>
/// <param name="Location">Where it lives.</param>
internal sealed record FileLink(string RelativePath, string Target, bool IsAlone, ResourceOrigin Origin, ResourceLocation Location)
    : Resource(Origin, Location);

/// <summary>A package distribution: the folder <c>*.dist-info</c> or <c>*.egg-info</c>.</summary>
/// <param name="Name">As its metadata says.</param>
/// <param name="Version">As its metadata says.</param>
/// <param name="Folder">As installed.</param>
/// <param name="Files">By name relative to the folder.</param>
/// <param name="Origin">What brought it.</param>
/// <param name="Location">Where it lives.</param>
internal sealed record PackageDistribution(
    string Name,
    string Version,
    string Folder,
    IReadOnlyList<(string Name, ResourceFile File)> Files,
    ResourceOrigin Origin,
    ResourceLocation Location
) : Resource(Origin, Location);

/// <summary>A library that shared extensions need.</summary>
/// <param name="Soname">As <c>DT_SONAME</c> says, else its file name.</param>
/// <param name="File">The ELF image.</param>
/// <param name="Dependencies">SONAMEs of the libraries among the resources that it needs, in loading order.</param>
/// <param name="RelativePath">Its file relative to its root.</param>
/// <param name="Origin">What brought it.</param>
/// <param name="Location">Where it lives.</param>
internal sealed record SharedLibraryResource(
    string Soname,
    ResourceFile File,
    IReadOnlyList<string> Dependencies,
    string RelativePath,
    ResourceOrigin Origin,
    ResourceLocation Location
) : Resource(Origin, Location);
