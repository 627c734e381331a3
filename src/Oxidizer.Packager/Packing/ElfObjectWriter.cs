namespace Oxidizer.Packager.Packing;

/// <summary>
/// Wraps a blob into a relocatable ELF object: a read-only, page-aligned section <c>.oxidizer.resources</c> with the symbols
/// <c>pyembed_packed_resources</c> (its start) and <c>pyembed_packed_resources_end</c>.
/// </summary>
public static class ElfObjectWriter
{
    /// <summary>Writes the object.</summary>
    public static void Write(string objectPath, string blobPath, TargetTriple target) => throw new NotImplementedException($"{objectPath}{blobPath}{target}");
}
