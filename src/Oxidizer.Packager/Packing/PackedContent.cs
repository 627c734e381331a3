using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packing;

/// <summary>Finds the bytes of what is packed: code in the segments of the compiler, sources and resources in those of their rule,
/// libraries in their own files.</summary>
internal sealed class PackedContent
{
    private readonly PackInput _input;
    private readonly Dictionary<ResourceOrigin, FileSegment> _segments;

    /// <summary>Opens the segments, and makes those that the cache does not have.</summary>
    public PackedContent(PackInput input, BuildContext context)
    {
        _input = input;
        var files = input
            .Modules.Select(module => module.Source)
            .OfType<ModuleSource>()
            .Where(input.Code.HasSource)
            .Select(module => (module.Origin, module.File))
            .Concat(
                input
                    .Resources.PackageResources.Where(resource => resource.Location.Folder is null)
                    .Select(resource => (resource.Origin, resource.File))
            )
            .Concat(input.Resources.PlainFiles.Where(file => file.Location.Folder is null).Select(file => (file.Origin, file.File)))
            .Concat(
                input
                    .Resources.PackageDistributions.Where(distribution => distribution.Location.Folder is null)
                    .SelectMany(distribution => distribution.Files.Select(file => (distribution.Origin, file.File)))
            );
        _segments = files
            .GroupBy(entry => entry.Origin, entry => entry.File)
            .ToDictionary(rule => rule.Key, rule => FileSegment.Open(rule.Key, rule, input.Codec, input.Level, context));
    }

    /// <summary>A module's code; <c>null</c> if Python refuses the module.</summary>
    public StoredFile? Code(ModuleSource module)
    {
        var slice = _input.Code.Find(module);
        return slice.Size == 0 ? null : new StoredFile(slice, slice.Size, PackedCodec.None);
    }

    /// <summary>A source or a resource.</summary>
    public StoredFile File(ResourceOrigin origin, ResourceFile file) => _segments[origin].Find(file);

    /// <summary>A library or a shared extension module: as it is, for the loader to map.</summary>
    public static StoredFile Library(ResourceFile file)
    {
        if (file.Size >= PackedFormat.MaxSize)
            throw new Diagnostics.BuildFailedException(
                Diagnostics.DiagnosticKinds.PackedTooLarge,
                $"is {file.Size} bytes long, and a file in packed resources must be smaller than 2 GiB; leave it out with `excludes`",
                new Diagnostics.SourceLocation(file.Path)
            );
        return new StoredFile(new FileSlice(file.Path, 0, (int)file.Size), (int)file.Size, PackedCodec.None);
    }
}
