using System.Globalization;
using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Files;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.Linking;

/// <summary>What a product's bytes are. The cache keeps what it is made from, the runtime and the resources, and not a third copy of
/// both.</summary>
/// <param name="Digest">Of the whole file.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Runtime">The linked runtime, in the cache.</param>
/// <param name="PackedResources">The blob, in the cache.</param>
internal sealed record LinkedProduct(Sha256Digest Digest, long Size, ActionOutput Runtime, Sha256Digest PackedResources)
{
    /// <summary>Whether this build has just written it to the file that it was linked for.</summary>
    public bool IsWritten { get; init; }

    /// <summary>Whether its bytes are a blob of the cache, as those of an archive are, which a program makes.</summary>
    public bool IsStored { get; init; }

    /// <summary>The permissions that it is installed with.</summary>
    public UnixFileMode Mode { get; init; } = ActionOutput.Executable;
}

/// <summary>Makes the product from the linked runtime and the packed resources, as one action. No program is started.</summary>
internal static class LinkProduct
{
    // 2: the record names digest and size; the product's bytes are no blob.
    private const int Version = 2;

    /// <summary>Makes what the configuration asks for: an executable or a library.</summary>
    /// <exception cref="BuildFailedException">A program of the toolchain refused, or the product asks more of its target than is
    /// allowed.</exception>
    /// <exception cref="EnvironmentFailureException">The product cannot be written.</exception>
    public static LinkedProduct Make(
        LinkPlan plan,
        Sha256Digest packedResources,
        Toolchain toolchain,
        AtomicFile file,
        BuildContext context
    )
    {
        if (plan.Output == ProductOutput.StaticLibrary)
        {
            var joined = JoinRuntime.Join(plan, toolchain, context);
            var archive = WriteArchive.Write(joined, packedResources, plan.FileName, toolchain, context);
            return new LinkedProduct(archive.Digest, archive.Size, joined, packedResources) { IsStored = true, Mode = archive.Mode };
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
        return Link(runtime, packedResources, plan.FileName, file, context);
    }

    /// <summary>Finds what the product is, or makes it.</summary>
    /// <param name="runtime">The linked runtime, in the cache.</param>
    /// <param name="packedResources">The blob, in the cache.</param>
    /// <param name="name">The product's name.</param>
    /// <param name="file">Where the product will be: what is made is written beside it, once, and not copied there from the cache.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="BuildFailedException">The linked runtime has no place for the resources.</exception>
    /// <exception cref="EnvironmentFailureException">The product cannot be written.</exception>
    public static LinkedProduct Link(ActionOutput runtime, Sha256Digest packedResources, string name, AtomicFile file, BuildContext context)
    {
        LinkedProduct? made = null;
        var key = new ActionKeyBuilder(ActionKinds.Link, Version)
            .Add("runtime", runtime.Digest)
            .Add("packed resources", packedResources)
            .Build();
        var record = context.Run(
            key,
            name,
            () =>
            {
                made = Splice(runtime, packedResources, file, context);
                var text = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{made.Digest} {made.Size}"));
                return [new ActionOutput("product", context.Cache.Store(text), text.Length)];
            }
        );
        return made ?? Read(record, runtime, packedResources, context.Cache) ?? Splice(runtime, packedResources, file, context);
    }

    /// <summary>Writes the product anew, for one that is not where it should be.</summary>
    /// <exception cref="EnvironmentFailureException">It cannot be written.</exception>
    public static void Write(LinkedProduct product, AtomicFile file, BuildContext context)
    {
        if (product.IsStored)
        {
            file.Guard(() =>
            {
                if (!context.Cache.TryWriteTo(product.Digest, file.TemporaryPath, product.Mode))
                    throw new IOException($"its bytes ({product.Digest.ToShortString()}) are no longer in the cache; build again");
                file.Flush();
            });
            return;
        }
        var made = Splice(product.Runtime, product.PackedResources, file, context);
        if (made.Digest != product.Digest)
            throw new InvalidOperationException(
                $"the product was {product.Digest.ToShortString()} and is {made.Digest.ToShortString()} from the same runtime and resources; please report this"
            );
    }

    private static LinkedProduct? Read(ActionRecord record, ActionOutput runtime, Sha256Digest packedResources, IActionCache cache)
    {
        if (
            cache.TryRead(record.Outputs[0].Digest) is not { } bytes
            || Encoding.ASCII.GetString(bytes).Split(' ') is not [var digest, var size]
        )
            return null;
        return
            Sha256Digest.TryParse(digest, out var parsed)
            && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? new LinkedProduct(parsed, length, runtime, packedResources)
            : null;
    }

    private static LinkedProduct Splice(ActionOutput runtime, Sha256Digest packedResources, AtomicFile file, BuildContext context)
    {
        var runtimePath = FileOf(runtime.Digest, context);
        var blobPath = FileOf(packedResources, context);
        Sha256Digest digest = default;
        try
        {
            file.Guard(() =>
            {
                SpliceResources.Write(runtimePath, blobPath, file.TemporaryPath);
                File.SetUnixFileMode(file.TemporaryPath, ActionOutput.Executable);
                // The file is digested while it is written, because both take about the same time.
                var flushed = Task.Run(file.Flush);
                digest = Sha256Digest.OfFile(file.TemporaryPath);
                flushed.GetAwaiter().GetResult();
            });
        }
        catch (InvalidDataException exception)
        {
            throw new BuildFailedException(DiagnosticKinds.ResourcesNotSpliced, exception.Message, cause: exception);
        }
        return new LinkedProduct(digest, new FileInfo(file.TemporaryPath).Length, runtime, packedResources) { IsWritten = true };
    }

    private static string FileOf(Sha256Digest digest, BuildContext context) =>
        context.Cache.TryGetFile(digest)
        ?? throw new InvalidOperationException($"{digest} was found or stored by this build and is gone; please report this");
}
