using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packing;

/// <summary>An entry of a blob that belongs to no package.</summary>
/// <param name="Path">Below the product's virtual root.</param>
/// <param name="Owner">What is at the path.</param>
/// <param name="File">Its bytes: of a file, and of a link that leads to one.</param>
/// <param name="Flags">What it is.</param>
/// <param name="Target">Of a link; else empty.</param>
internal sealed record PlainEntry(string Path, Resource Owner, ResourceFile? File, PackedFlags Flags, string Target = "")
{
    /// <summary>Those of some resources, in the order of the blob.</summary>
    public static IReadOnlyList<PlainEntry> Of(ResourceSet resources)
    {
        var entries = resources.PlainFiles.ToDictionary(
            file => file.RelativePath,
            file => new PlainEntry(file.RelativePath, file, file.File, file.File.IsExecutable ? PackedFlags.Executable : PackedFlags.None),
            StringComparer.Ordinal
        );
        foreach (var folder in resources.EmptyFolders)
            entries.TryAdd(folder.RelativePath, new PlainEntry(folder.RelativePath, folder, null, PackedFlags.EmptyFolder));
        // A link keeps the bytes of a plain file that has its path, for who asks the importer for them.
        foreach (var link in resources.Links)
            entries[link.RelativePath] = entries.TryGetValue(link.RelativePath, out var file)
                ? file with
                {
                    Flags = file.Flags | PackedFlags.Link,
                    Target = link.Target,
                }
                : new PlainEntry(link.RelativePath, link, null, PackedFlags.Link, link.Target);
        return [.. entries.Values.OrderBy(entry => entry.Path, Utf8Order.Instance)];
    }
}
