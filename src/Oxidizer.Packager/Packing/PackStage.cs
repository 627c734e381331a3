using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packing;

/// <summary>A packed-resources blob in the cache.</summary>
/// <param name="Digest">Of its bytes.</param>
/// <param name="Size">In bytes.</param>
/// <param name="ModuleCount">Python modules, namespace packages included.</param>
/// <param name="ResourceCount">Package resources, distribution files and plain files.</param>
/// <param name="ExtensionCount">Extension modules, linked in or shared.</param>
/// <param name="SharedLibraryCount">Shared libraries.</param>
internal sealed record PackedBlob(
    Sha256Digest Digest,
    long Size,
    int ModuleCount,
    int ResourceCount,
    int ExtensionCount,
    int SharedLibraryCount
);

/// <summary>Makes the blob, as one action.</summary>
internal static class PackStage
{
    // 1: first. Raised when the same input gives other bytes.
    private const int LayoutVersion = 1;

    /// <summary>Finds the blob in the cache, or writes it.</summary>
    /// <exception cref="BuildFailedException">It would be too large, or a file is no longer what it was.</exception>
    /// <exception cref="EnvironmentFailureException">It cannot be written.</exception>
    public static PackedBlob Pack(PackInput input, BuildContext context)
    {
        var listing = new PackedListing(input);
        var output = context
            .Run(
                Key(input),
                "packed resources",
                () => Execute(input, context),
                () => listing.Explain(context.Cache),
                () => listing.Remember(context.Cache)
            )
            .Outputs[0];
        var resources = input.Resources;
        return new PackedBlob(
            output.Digest,
            output.Size,
            input.Modules.Count(module =>
                module.Source is not null
                || module.Flags.HasFlag(PackedFlags.Namespace)
                || (module.Root.Length > 0 && !module.Flags.HasFlag(PackedFlags.SharedExtension))
            ),
            resources.PackageResources.Count
                + resources.PlainFiles.Count
                + resources.PackageDistributions.Sum(distribution => distribution.Files.Count),
            input.Modules.Count(module => (module.Flags & (PackedFlags.BuiltinExtension | PackedFlags.SharedExtension)) != 0),
            resources.SharedLibraries.Count
        );
    }

    private static ActionKey Key(PackInput input)
    {
        var builder = new ActionKeyBuilder(ActionKinds.Pack, LayoutVersion)
            .Add("format version", PackedFormat.Version)
            .Add("python", input.Python)
            .Add("bytecode version", CodeKeys.Version)
            .Add("codec", input.Codec.ToString())
            .Add("codec level", input.Codec == PackedCodec.None ? 0 : input.Level);
        // A field for each, so that an explanation can name the one that changed.
        foreach (var (name, value) in input.Settings)
            builder.Add(name, value);
        return builder
            .Add("application modules", Digest(input.Modules.Where(module => module.IsApplication), Describe))
            .Add("standard library and extension modules", Digest(input.Modules.Where(module => !module.IsApplication), Describe))
            .Add("module order", Digest(input.Modules, module => [module.Name]))
            .Add("package resources", Digest(input.Resources.PackageResources, Describe))
            .Add("plain files", Digest(input.Resources.PlainFiles, Describe))
            .Add("empty folders", Digest(input.Resources.EmptyFolders, folder => [folder.RelativePath, folder.Location.Folder ?? ""]))
            .Add("links", Digest(input.Resources.Links, link => [link.RelativePath, link.Target, link.Location.Folder ?? ""]))
            .Add("package distributions", Digest(input.Resources.PackageDistributions, Describe))
            .Add("shared libraries", Digest(input.Resources.SharedLibraries, Describe))
            .Build();
    }

    private static IEnumerable<string> Describe(PackedModule module)
    {
        yield return module.Name;
        yield return module.Path;
        yield return ((uint)module.Flags).ToString(System.Globalization.CultureInfo.InvariantCulture);
        // The blob does not hold the content of files beside the product, only that they are there, and where.
        if (module.Root.Length > 0)
            yield return $"beside in {module.Root}";
        if (module.Source is { } source)
        {
            yield return source.File.Digest.ToString();
            yield return source.IncludeSource ? "source" : "";
        }
        if (module.Shared is { } shared)
            yield return shared.File.Digest.ToString();
        foreach (var dependency in module.Dependencies)
            yield return dependency;
    }

    private static IEnumerable<string> Describe(PackageResource resource) =>
        [resource.Package, resource.Name, resource.RelativePath, PackedListing.ValueOf(resource, resource.File)];

    private static IEnumerable<string> Describe(PlainFile file) => [file.RelativePath, PackedListing.ValueOf(file, file.File)];

    private static IEnumerable<string> Describe(PackageDistribution distribution) =>
        [
            distribution.Name,
            distribution.Version,
            distribution.Folder,
            .. distribution.Files.SelectMany(file => new[] { file.Name, PackedListing.ValueOf(distribution, file.File) }),
            // Read wherever it lies, because it says which modules are the distribution's.
            .. distribution.Files.Where(file => file.Name == DistributionNames.Record).Select(file => file.File.Digest.ToString()),
        ];

    private static IEnumerable<string> Describe(SharedLibraryResource library) =>
        [library.Soname, library.RelativePath, PackedListing.ValueOf(library, library.File), .. library.Dependencies];

    // No name holds a NUL, and each thing is preceded by how many parts it has, so the text is unambiguous.
    private static Sha256Digest Digest<T>(IEnumerable<T> things, Func<T, IEnumerable<string>> describe)
    {
        var text = new StringBuilder();
        foreach (var parts in things.Select(thing => describe(thing).ToList()))
            text.Append(parts.Count).Append('\0').AppendJoin('\0', parts).Append('\0');
        return Sha256Digest.Of(text.ToString());
    }

    private static IReadOnlyList<ActionOutput> Execute(PackInput input, BuildContext context)
    {
        var layout = PackedLayout.Create(input, new PackedContent(input, context));
        var path = Path.Combine(context.WorkDirectory, "packed-resources");
        try
        {
            BlobFile.Write(path, layout);
        }
        catch (EndOfStreamException exception)
        {
            throw new BuildFailedException(DiagnosticKinds.PackedFileChanged, exception.Message, null, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw BuildContext.NotWritten(DiagnosticKinds.PackedNotWritten, "write the packed resources", path, exception);
        }
        CheckUnchanged(input, context);
        return [new ActionOutput("packed-resources", context.Cache.StoreFile(path, BlobTransfer.Move), layout.TotalSize)];
    }

    // Libraries were read from where they are installed; what changed meanwhile must not be stored under the digest that it had.
    private static void CheckUnchanged(PackInput input, BuildContext context)
    {
        foreach (
            var file in input
                .Resources.SharedExtensions.Where(extension => extension.Location.Folder is null)
                .Select(extension => extension.File)
                .Concat(input.Resources.SharedLibraries.Where(library => library.Location.Folder is null).Select(library => library.File))
        )
        {
            if (context.Cache.DigestFile(file.Path) != file.Digest)
                context.Diagnostics.Add(
                    DiagnosticKinds.PackedFileChanged,
                    "was changed while the build ran; build again",
                    new SourceLocation(file.Path)
                );
        }
        context.Diagnostics.ThrowIfErrors();
    }
}
