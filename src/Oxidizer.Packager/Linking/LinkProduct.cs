using System.Globalization;
using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Files;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.Linking;

/// <summary>Makes the product from the linked runtime and the packed resources, as one action. No program is started.</summary>
internal static class LinkProduct
{
    // 2: the record names digest and size; the product's bytes are no blob.
    private const int Version = 2;

    /// <summary>Makes what the configuration asks for: an executable or a library.</summary>
    /// <exception cref="BuildFailedException">A program of the toolchain refused, or the product asks more of its target than is
    /// allowed.</exception>
    /// <exception cref="EnvironmentFailureException">The product cannot be written.</exception>
    public static LinkedProduct Make(LinkPlan plan, ProductParts parts, Toolchain toolchain, AtomicFile file, BuildContext context)
    {
        if (plan.Output == ProductOutput.StaticLibrary)
        {
            var joined = JoinRuntime.Join(plan, toolchain, context);
            var archive = WriteArchive.Write(joined, parts, plan.FileName, toolchain, context);
            return new StoredProduct(archive.Digest, archive.Size, archive.Mode);
        }
        // Joined first, because its symbols are then chosen: a version script would have to know the versions in libraries such as libbsd.
        if (plan.Output == ProductOutput.SharedLibrary)
            plan = plan with
            {
                CoreObjects = [],
                StaticLibraries = [],
                RuntimeObjects = [new ObjectFile("runtime", JoinRuntime.Join(plan, toolchain, context).Digest)],
            };
        // The resources are no input of the linker: the runtime is linked once, and each state of the resources is spliced into it.
        var runtime = LinkRuntime.Link(plan, toolchain, context);
        context.Diagnostics.ThrowIfErrors();
        return Link(runtime, parts, plan.FileName, file, context);
    }

    /// <summary>Finds what the product is, or makes it.</summary>
    /// <param name="runtime">The linked runtime, in the cache.</param>
    /// <param name="parts">The blob, and what is put in with it, in the cache.</param>
    /// <param name="name">The product's name.</param>
    /// <param name="file">Where the product will be: what is made is written beside it, once, and not copied there from the cache.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="BuildFailedException">The linked runtime has no place for the resources.</exception>
    /// <exception cref="EnvironmentFailureException">The product cannot be written.</exception>
    public static LinkedProduct Link(ActionOutput runtime, ProductParts parts, string name, AtomicFile file, BuildContext context)
    {
        SplicedProduct? made = null;
        var builder = new ActionKeyBuilder(ActionKinds.Link, Version)
            .Add("runtime", runtime.Digest)
            .Add("packed resources", parts.PackedResources);
        if (parts.Bill is { } bill)
            builder.Add("bill of materials", bill);
        var key = builder.Build();
        var record = context.Run(
            key,
            name,
            () =>
            {
                made = SplicedProduct.Splice(runtime, parts, file, context);
                var text = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{made.Digest} {made.Size}"));
                return [new ActionOutput("product", context.Cache.Store(text), text.Length)];
            }
        );
        return made ?? Read(record, runtime, parts, context.Cache) ?? SplicedProduct.Splice(runtime, parts, file, context);
    }

    private static SplicedProduct? Read(ActionRecord record, ActionOutput runtime, ProductParts parts, IActionCache cache)
    {
        if (
            cache.TryRead(record.Outputs[0].Digest) is not { } bytes
            || Encoding.ASCII.GetString(bytes).Split(' ') is not [var digest, var size]
        )
            return null;
        return
            Sha256Digest.TryParse(digest, out var parsed)
            && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? new SplicedProduct(parsed, length, runtime, parts)
            : null;
    }
}
