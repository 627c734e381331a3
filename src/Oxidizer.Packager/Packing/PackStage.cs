using Oxidizer.Cache;
using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packing;

/// <summary>What goes into a blob.</summary>
public sealed record PackInput
{
    /// <summary>Puts together the settings and the resources.</summary>
    public static PackInput Create(BuildConfiguration configuration, Distribution distribution, ResourceSet resources, CompiledCode code) =>
        throw new NotImplementedException($"{configuration}{distribution}{resources}{code}");
}

/// <summary>A packed-resources blob in the cache.</summary>
/// <param name="Digest">Of its bytes.</param>
/// <param name="Size">In bytes.</param>
/// <param name="ModuleCount">Python modules, namespace packages included.</param>
/// <param name="ResourceCount">Package resources and distribution files.</param>
/// <param name="ExtensionCount">Extension modules, linked in or shared.</param>
/// <param name="SharedLibraryCount">Shared libraries.</param>
public sealed record PackedBlob(Sha256Digest Digest, long Size, int ModuleCount, int ResourceCount, int ExtensionCount, int SharedLibraryCount);

/// <summary>Makes the blob, as one action.</summary>
public static class PackStage
{
    /// <summary>Finds the blob in the cache, or writes it.</summary>
    public static PackedBlob Pack(PackInput input, BuildContext context) => throw new NotImplementedException($"{input}{context}");
}
