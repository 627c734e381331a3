using System.Collections.Immutable;
using Oxidizer.Cache;
using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.Distributions;

/// <summary>A CPython made for linking, unpacked in the cache. Paths of files are relative to <see cref="Root"/>, with <c>/</c>.</summary>
internal sealed record Distribution
{
    /// <summary>The folder <c>python/</c> of the unpacked archive, absolute; its files are read-only and belong to the cache.</summary>
    public required string Root { get; init; }

    /// <summary>The digest of the archive that it came from: stands for all of its content in keys.</summary>
    public required Sha256Digest ArchiveDigest { get; init; }

    /// <summary>The archive's file name: says version, Debian revision, triple and options.</summary>
    public required string Name { get; init; }

    /// <summary>What it runs on.</summary>
    public required TargetTriple Target { get; init; }

    /// <summary>Such as <c>3.11.2</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Such as <c>3.11</c>.</summary>
    public required string MajorMinor { get; init; }

    /// <summary>Such as <c>cpython-311</c>.</summary>
    public required string CacheTag { get; init; }

    /// <summary>The magic number of its bytecode, in hexadecimal as <c>PYTHON.json</c> has it.</summary>
    public required string BytecodeMagic { get; init; }

    /// <summary>The interpreter.</summary>
    public required string Executable { get; init; }

    /// <summary>The standard library's folder.</summary>
    public required string StandardLibrary { get; init; }

    /// <summary>The folder of <c>Python.h</c>.</summary>
    public required string IncludeDirectory { get; init; }

    /// <summary>Full names of the standard library's test packages.</summary>
    public required ImmutableArray<string> TestPackages { get; init; }

    /// <summary>File suffixes of shared extension modules, longest first.</summary>
    public required ImmutableArray<string> ExtensionSuffixes { get; init; }

    /// <summary>Objects of the core, without the one that holds <c>PyImport_Inittab</c>.</summary>
    public required ImmutableArray<string> CoreObjects { get; init; }

    /// <summary>Those of <see cref="CoreObjects"/> that only the interpreter links; empty when products link all.</summary>
    public ImmutableArray<string> InterpreterObjects { get; init; } = [];

    /// <summary>What products link instead of <see cref="InterpreterObjects"/>, with the same symbols; empty when the archive has no such
    /// objects.</summary>
    public ImmutableArray<string> EmbeddingObjects { get; init; } = [];

    /// <summary>What the core links.</summary>
    public required ImmutableArray<LibraryLink> CoreLinks { get; init; }

    /// <summary>The source of <c>config.c</c> as CPython made it, for its own entries.</summary>
    public required string InittabSource { get; init; }

    /// <summary>Flags that the inittab is compiled with.</summary>
    public required ImmutableArray<string> InittabCFlags { get; init; }

    /// <summary>Extension modules by name, each with its variants, in the order of <c>PYTHON.json</c>.</summary>
    public required ImmutableSortedDictionary<string, ImmutableArray<ExtensionVariant>> Extensions { get; init; }

    /// <summary>Licence identifiers (SPDX) of the core.</summary>
    public required ImmutableArray<string> Licenses { get; init; }

    /// <summary>The core's licence text, if it has one.</summary>
    public string? LicensePath { get; init; }

    /// <summary>Where it was built from; <c>null</c>: the archive does not say.</summary>
    public DistributionSource? Source { get; init; }

    /// <summary><c>elf</c>, <c>mach-o</c>, <c>coff</c>, <c>llvm-bitcode:N</c>.</summary>
    public required string ObjectFileFormat { get; init; }

    /// <summary>Whether its allocators include mimalloc: CPython 3.13 and later, unless it was configured without.</summary>
    public bool HasMimalloc { get; init; }

    /// <summary>Every file of the unpacked tree with its digest, by path relative to <see cref="Root"/>, in ordinal order: reading a file's
    /// content to digest it is not needed.</summary>
    public required IReadOnlyDictionary<string, ActionOutput> Files { get; init; }

    /// <summary>The absolute path of one of its files.</summary>
    public string PathOf(string relative) => Path.Combine(Root, relative);
}

/// <summary>What a distribution was built from.</summary>
/// <param name="Package">Debian's source package; <c>null</c>: an archive of CPython's own.</param>
/// <param name="Version">Of the package, with Debian's revision, or of the archive.</param>
/// <param name="Files">The files that were fetched, sources and Debian's packages, each with its SHA-256.</param>
internal sealed record DistributionSource(string? Package, string Version, ImmutableSortedDictionary<string, string> Files);

/// <summary>A library that something links.</summary>
/// <param name="Name">As after <c>-l</c>.</param>
/// <param name="StaticPath">The archive in the distribution, if it brings one.</param>
/// <param name="DynamicPath">The shared library in the distribution, if it brings one.</param>
/// <param name="IsFramework">An Apple framework.</param>
/// <param name="IsSystem">Expected on the target: libc's own, such as <c>m</c>, <c>pthread</c>, <c>dl</c>.</param>
internal sealed record LibraryLink(string Name, string? StaticPath, string? DynamicPath, bool IsFramework, bool IsSystem);

/// <summary>One way to build an extension module.</summary>
internal sealed record ExtensionVariant
{
    /// <summary>The module's full name.</summary>
    public required string Name { get; init; }

    /// <summary>The variant's name, such as <c>default</c>, <c>libedit</c>.</summary>
    public required string Variant { get; init; }

    /// <summary>Whether its objects are among the core's.</summary>
    public required bool InCore { get; init; }

    /// <summary>Whether CPython cannot start without it.</summary>
    public required bool Required { get; init; }

    /// <summary>Its init function; <c>null</c> when it has none (<c>PYTHON.json</c> says "NULL").</summary>
    public required string? InitFunction { get; init; }

    /// <summary>Its objects.</summary>
    public required ImmutableArray<string> Objects { get; init; }

    /// <summary>What it links.</summary>
    public required ImmutableArray<LibraryLink> Links { get; init; }

    /// <summary>The shared form, if the distribution has one.</summary>
    public string? SharedLibrary { get; init; }

    /// <summary>Licence identifiers (SPDX) of the module and of the libraries that it links; <c>null</c>: unknown.</summary>
    public ImmutableArray<string>? Licenses { get; init; }

    /// <summary>Their texts.</summary>
    public ImmutableArray<string> LicensePaths { get; init; } = [];

    /// <summary>Whether it is in the public domain.</summary>
    public bool IsPublicDomain { get; init; }
}
