using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Native;

/// <summary>
/// What unpacks a product's sources and resources. Each product has one decoder: a C file of the runtime's, and the library that it calls.
/// The distribution's own library is taken where it has one, so that a product never links two of them; Zstandard's is the build machine's
/// before CPython 3.14.
/// </summary>
/// <param name="Codec"><c>none</c>, <c>zlib</c> or <c>zstd</c>, as in <c>[packing] compress</c>.</param>
internal sealed record Decoder(string Codec)
{
    /// <summary>The one that reads everything in place.</summary>
    public static Decoder None { get; } = new("none");

    /// <summary>The distribution's archive, relative to it, if it brings the library.</summary>
    public string? DistributionLibrary { get; init; }

    /// <summary>The machine's archive, in the cache, if the distribution does not.</summary>
    public ObjectFile? MachineLibrary { get; init; }

    /// <summary>The licences of the library (SPDX), which the product then is under too.</summary>
    public IReadOnlyList<string> Licenses { get; init; } = [];

    /// <summary>Finds the library that a codec needs. Looks at files alone.</summary>
    /// <param name="packing">Which codec.</param>
    /// <param name="toolchain">Where libraries are looked for.</param>
    /// <param name="target">What it must be for.</param>
    /// <param name="positions">For the message.</param>
    /// <param name="distribution">May bring it.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="BuildFailedException">It is neither in the distribution nor on this machine.</exception>
    public static Decoder Find(
        PackingTable packing,
        ToolchainTable toolchain,
        TargetTriple target,
        KeyPositions positions,
        Distribution distribution,
        BuildContext context
    )
    {
        if (LibraryOf(packing.Compress) is not { } library)
            return None;
        var decoder = new Decoder(packing.Compress) { Licenses = library.Licenses };
        var links = distribution.CoreLinks.Concat(
            distribution.Extensions.Values.SelectMany(variants => variants).SelectMany(variant => variant.Links)
        );
        if (links.FirstOrDefault(link => link.Name == library.Name && link.StaticPath is not null) is { } brought)
            return decoder with { DistributionLibrary = brought.StaticPath };
        if (FoldersOf(toolchain, target).Select(folder => Path.Combine(folder, library.File)).FirstOrDefault(File.Exists) is { } path)
            return decoder with { MachineLibrary = Store(path, library.File, context) };
        throw new BuildFailedException(
            DiagnosticKinds.DecoderMissing,
            $"`compress = \"{packing.Compress}\"` needs `{library.File}` for `{target}`, which neither the distribution nor {toolchain.Sysroot ?? "this machine"} has; "
                + $"install it (Debian's package is `{library.Package}`), name its folder (`ldflags = [\"-L<folder>\"]` in [toolchain]), or take another `compress`",
            positions.Of("packing.compress")
        );
    }

    /// <summary>The library that a codec needs; <c>null</c>: none.</summary>
    public static DebianLibrary? LibraryOf(string codec) =>
        codec switch
        {
            "zlib" => DebianLibrary.All["z"],
            "zstd" => DebianLibrary.Zstandard,
            _ => null,
        };

    // The folders of `-L` come first, as for the linker. Folders whose names tell no target are searched only when they can be the
    // target's.
    private static IEnumerable<string> FoldersOf(ToolchainTable toolchain, TargetTriple target)
    {
        string[] plain = toolchain.Sysroot is not null || target == TargetTriple.Host ? ["usr/lib64", "usr/lib", "usr/local/lib"] : [];
        return toolchain
            .LdFlags.Where(flag => flag.StartsWith("-L", StringComparison.Ordinal) && flag.Length > 2)
            .Select(flag => flag[2..])
            .Concat([.. plain.Prepend($"usr/lib/{target.Multiarch}").Select(folder => Path.Combine(toolchain.Sysroot ?? "/", folder))]);
    }

    // The archive is copied into the cache, where the objects are that it is linked with. The machine's own file may change at any time.
    private static ObjectFile Store(string path, string name, BuildContext context)
    {
        var digest = context.Cache.DigestFile(path);
        var key = new ActionKeyBuilder("machine_library", 1).Add("library", digest).Build();
        var record = context
            .Cache.GetOrAdd(
                key,
                name,
                () =>
                {
                    if (IsForOneAddress(path, context))
                        throw new BuildFailedException(
                            DiagnosticKinds.DecoderMissing,
                            $"`{path}` was compiled for a fixed address, and can be part of no product; name the folder of one that was compiled with `-fPIC` (`ldflags = [\"-L<folder>\"]` in [toolchain]), or take another `compress`"
                        );
                    return [new ActionOutput(name, context.Cache.StoreFile(path, BlobTransfer.Copy), new FileInfo(path).Length)];
                },
                context.Cancellation
            )
            .Record;
        return new ObjectFile(name, record.Outputs[0].Digest);
    }

    // Said here, because a linker names a file of the cache and a relocation.
    private static bool IsForOneAddress(string path, BuildContext context)
    {
        var isCode = false;
        foreach (var line in Relocations.Of(path, context).Split('\n'))
        {
            if (line.StartsWith("Relocation section", StringComparison.Ordinal))
                isCode = line.Contains("'.rela.text", StringComparison.Ordinal);
            else if (
                isCode
                && (line.Contains("R_X86_64_32", StringComparison.Ordinal) || line.Contains("R_AARCH64_ABS32", StringComparison.Ordinal))
            )
                return true;
        }
        return false;
    }
}
