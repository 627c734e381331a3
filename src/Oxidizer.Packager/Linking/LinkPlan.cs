using System.Collections.Immutable;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.Linking;

/// <summary>What goes into the link of a runtime, in order.</summary>
/// <param name="Distribution">Where objects and libraries are.</param>
/// <param name="CoreObjects">The core's objects and the chosen extensions', each once, relative to the distribution.</param>
/// <param name="RuntimeObjects">The runtime and the inittab, and the machine's library that it unpacks with, if there is one.</param>
/// <param name="StaticLibraries">Archives of the distribution, relative to it.</param>
/// <param name="SystemLibraries">Names after <c>-l</c>.</param>
/// <param name="Strip">Whether symbols are dropped.</param>
/// <param name="Output">What is linked.</param>
/// <param name="FileName">The product's file name: a shared library's SONAME.</param>
/// <param name="FileFunctions">The functions of the C library that the runtime defines itself.</param>
/// <param name="GlibcLimit">What the configuration allows the product to ask for; <c>null</c>: anything.</param>
internal sealed record LinkPlan(
    Distribution Distribution,
    ImmutableArray<string> CoreObjects,
    IReadOnlyList<ObjectFile> RuntimeObjects,
    ImmutableArray<string> StaticLibraries,
    ImmutableArray<string> SystemLibraries,
    bool Strip,
    ProductOutput Output,
    string FileName,
    IReadOnlyList<string> FileFunctions,
    GlibcLimit? GlibcLimit
)
{
    /// <summary>Puts a plan together from what was chosen.</summary>
    /// <exception cref="BuildFailedException">The distribution's objects cannot be linked by this toolchain.</exception>
    public static LinkPlan Create(
        Distribution distribution,
        IReadOnlyList<ExtensionVariant> extensions,
        IReadOnlyList<ObjectFile> runtimeObjects,
        bool strip,
        ProductOutput output = ProductOutput.Executable,
        string fileName = "",
        Decoder? decoder = null,
        IReadOnlyList<string>? fileFunctions = null,
        GlibcLimit? glibcLimit = null
    )
    {
        if (distribution.ObjectFileFormat.StartsWith("llvm-bitcode", StringComparison.Ordinal))
            throw new BuildFailedException(
                DiagnosticKinds.ObjectFormatNotSupported,
                $"`{distribution.Name}` holds LLVM bitcode (`{distribution.ObjectFileFormat}`); use its `pgo`, `noopt` or `debug` archive, or `source = \"apt:python3\"`"
            );

        var links = distribution.CoreLinks.Concat(extensions.SelectMany(variant => variant.Links)).ToList();
        return new LinkPlan(
            distribution,
            [.. CoreOf(distribution).Concat(extensions.SelectMany(variant => variant.Objects)).Distinct(StringComparer.Ordinal)],
            // After the objects: an archive gives what those before it lack.
            decoder?.MachineLibrary
                is { } archive
                ? [.. runtimeObjects, archive]
                : runtimeObjects,
            [
                .. links
                    .Select(link => link.StaticPath)
                    .Append(decoder?.DistributionLibrary)
                    .OfType<string>()
                    .Distinct(StringComparer.Ordinal),
            ],
            [
                .. links
                    .Where(link => link.StaticPath is null && !link.IsFramework)
                    .Select(link => link.Name)
                    .Distinct(StringComparer.Ordinal),
            ],
            strip,
            output,
            fileName,
            fileFunctions ?? [],
            glibcLimit
        );
    }

    // CPython's own objects do work at each start that products do not need: see SourceEmbedding.
    private static IEnumerable<string> CoreOf(Distribution distribution) =>
        distribution.EmbeddingObjects.IsEmpty
            ? distribution.CoreObjects
            : distribution
                .CoreObjects.Except(distribution.InterpreterObjects, StringComparer.Ordinal)
                .Concat(distribution.EmbeddingObjects);
}
