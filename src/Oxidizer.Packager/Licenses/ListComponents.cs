using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Licenses;

/// <summary>Lists the parts of a product that others wrote: what is linked in, what is packed, and what is loaded from memory.</summary>
internal static class ListComponents
{
    /// <summary>The interpreter's <see cref="Component.Id"/>.</summary>
    public const string Interpreter = "cpython";

    private const string Distribution = "[python_distribution]",
        Extensions = "[python_extensions]";

    /// <summary>The version of this assembly.</summary>
    public static string OwnVersion { get; } = typeof(ListComponents).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>Lists them; each once, in an order that is the same for the same product.</summary>
    /// <param name="resources">What the product holds, with its libraries.</param>
    /// <param name="packing">What it is unpacked with.</param>
    /// <param name="toolchain">Whether libc is linked in.</param>
    /// <param name="distribution">The CPython in it.</param>
    /// <param name="withTexts">Whether the texts are wanted that Debian keeps elsewhere.</param>
    /// <param name="context">The build.</param>
    public static IReadOnlyList<Component> Of(
        ResourceSet resources,
        PackingTable packing,
        ToolchainTable toolchain,
        Distribution distribution,
        bool withTexts,
        BuildContext context
    )
    {
        var libraries = new LinkedLibraries(distribution);
        // What CPython cannot start without is a part of it, and not of itself.
        var extensions = resources.Extensions.Where(extension => !extension.InCore).Select(libraries.OfExtension).ToList();
        var core = libraries.Of(distribution.CoreLinks, null);
        var decoder = Decoder.LibraryOf(packing.Compress) is { } library ? libraries.OfDecoder(library) : [];
        if (toolchain.Static)
            libraries.AddLibc();
        return
        [
            new Component(
                ComponentKind.Interpreter,
                Interpreter,
                "cpython",
                distribution.Version,
                LicenseStatement.OfAll(distribution.Licenses)
            )
            {
                Purl = PackageUrl.OfInterpreter(distribution),
                DependsOn = [.. extensions.Select(extension => extension.Id).Concat(core).Distinct()],
                Texts = distribution.LicensePath is { } path ? [libraries.Text(path)] : [],
                Origin = Distribution,
            },
            new Component(ComponentKind.Runtime, "oxidizer", "oxidizer", OwnVersion, LicenseStatement.Of("MPL-2.0"))
            {
                Purl = PackageUrl.Generic("oxidizer", OwnVersion),
                DependsOn = decoder,
                Origin = "Oxidizer",
            },
            .. extensions.Select(extension => extension with { Origin = Extensions }),
            .. libraries.All,
            .. Packages(resources, distribution, withTexts, context),
            .. Shared(resources),
        ];
    }

    private static IEnumerable<Component> Packages(ResourceSet resources, Distribution distribution, bool withTexts, BuildContext context)
    {
        var distributions = resources.PackageDistributions;
        var metadata = PackageMetadata.Of(distributions, distribution, context);
        var there = distributions.Select(found => DistributionNames.Normalize(found.Name)).ToHashSet(StringComparer.Ordinal);
        var debian = new DebianFacts(context);
        var told = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < distributions.Count; index++)
        {
            var (found, facts) = (distributions[index], metadata[index]);
            var name = DistributionNames.Normalize(found.Name);
            // Debian's setuptools has two folders of metadata, a stale one among them.
            if (!told.Add(name))
                continue;
            var files = found.Files.ToDictionary(file => file.Name, file => file.File, StringComparer.Ordinal);
            var texts = facts
                .Files.Where(files.ContainsKey)
                .Select(file => new LicenseText(file[(file.LastIndexOf('/') + 1)..], files[file].Path, files[file].Digest))
                .ToList();
            if (withTexts && texts.Count == 0 && debian.TextOf(found) is { } text)
                texts.Add(text);
            yield return new Component(ComponentKind.Package, "pypi:" + name, found.Name, found.Version, facts.License)
            {
                Purl = PackageUrl.OfPython(found.Name, found.Version),
                DependsOn =
                [
                    .. facts
                        .Requires.Concat(debian.Requires(found))
                        .Where(required => required != name && there.Contains(required))
                        .Distinct()
                        .Order(StringComparer.Ordinal)
                        .Select(Id),
                ],
                Texts = texts,
                Origin = found.Origin.Words,
            };
        }

        static string Id(string name) => "pypi:" + name;
    }

    // Those that a rule brought are parts of a package. The others are the machine's.
    private static IEnumerable<Component> Shared(ResourceSet resources) =>
        resources
            .SharedLibraries.Where(library => library.Origin.Words.StartsWith("needed by ", StringComparison.Ordinal))
            .Select(library => new Component(ComponentKind.SharedLibrary, "so:" + library.Soname, library.Soname, "", LicenseStatement.None)
            {
                Digest = library.File.Digest,
                Purl = PackageUrl.Generic(library.Soname, ""),
                Origin = library.Origin.Words,
            });
}
