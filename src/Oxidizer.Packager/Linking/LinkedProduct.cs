using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Files;

namespace Oxidizer.Packager.Linking;

/// <summary>What is put into a runtime, in the cache.</summary>
/// <param name="PackedResources">The blob.</param>
/// <param name="Bill">The bill of materials that the product carries; <c>null</c>: none.</param>
internal readonly record struct ProductParts(Sha256Digest PackedResources, Sha256Digest? Bill = null);

/// <summary>A product, known by its bytes, and how these are written.</summary>
/// <param name="Digest">Of the whole file.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Mode">The permissions that it is installed with.</param>
internal abstract record LinkedProduct(Sha256Digest Digest, long Size, UnixFileMode Mode)
{
    /// <summary>Whether this build has just written it to the file that it was linked for.</summary>
    public bool IsWritten { get; init; }

    /// <summary>Writes the bytes to the file's temporary place, unless this build has done so.</summary>
    /// <exception cref="EnvironmentFailureException">They cannot be written.</exception>
    public void WriteTo(AtomicFile file, BuildContext context)
    {
        if (!IsWritten)
            WriteBytes(file, context);
    }

    /// <summary>Writes the bytes.</summary>
    protected abstract void WriteBytes(AtomicFile file, BuildContext context);
}

/// <summary>A product that is a blob of the cache, as an archive is: a program makes it.</summary>
/// <param name="Digest">Of the whole file.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Mode">The permissions that it is installed with.</param>
internal sealed record StoredProduct(Sha256Digest Digest, long Size, UnixFileMode Mode) : LinkedProduct(Digest, Size, Mode)
{
    /// <inheritdoc/>
    protected override void WriteBytes(AtomicFile file, BuildContext context) =>
        file.Guard(() =>
        {
            if (!context.Cache.TryWriteTo(Digest, file.TemporaryPath, Mode))
                throw new IOException($"its bytes ({Digest.ToShortString()}) are no longer in the cache; build again");
            file.Flush();
        });
}

/// <summary>A product that is a runtime with resources in it. The cache keeps these two, and not a third copy of both.</summary>
/// <param name="Digest">Of the whole file.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Runtime">The linked runtime, in the cache.</param>
/// <param name="Parts">The blob, and what is put in with it, in the cache.</param>
internal sealed record SplicedProduct(Sha256Digest Digest, long Size, ActionOutput Runtime, ProductParts Parts)
    : LinkedProduct(Digest, Size, ActionOutput.Executable)
{
    /// <summary>Makes the product from its parts, and writes it.</summary>
    /// <exception cref="BuildFailedException">The linked runtime has no place for the resources.</exception>
    /// <exception cref="EnvironmentFailureException">The product cannot be written.</exception>
    public static SplicedProduct Splice(ActionOutput runtime, ProductParts parts, AtomicFile file, BuildContext context)
    {
        var runtimePath = FileOf(runtime.Digest, context);
        var blobPath = FileOf(parts.PackedResources, context);
        var bill = parts.Bill is { } carried ? File.ReadAllBytes(FileOf(carried, context)) : null;
        Sha256Digest digest = default;
        try
        {
            file.Guard(() =>
            {
                SpliceResources.Write(runtimePath, blobPath, file.TemporaryPath, bill);
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
        return new SplicedProduct(digest, new FileInfo(file.TemporaryPath).Length, runtime, parts) { IsWritten = true };
    }

    /// <inheritdoc/>
    protected override void WriteBytes(AtomicFile file, BuildContext context)
    {
        var made = Splice(Runtime, Parts, file, context);
        if (made.Digest != Digest)
            throw new InvalidOperationException(
                $"the product was {Digest.ToShortString()} and is {made.Digest.ToShortString()} from the same runtime and resources; please report this"
            );
    }

    private static string FileOf(Sha256Digest digest, BuildContext context) =>
        context.Cache.TryGetFile(digest)
        ?? throw new InvalidOperationException($"{digest} was found or stored by this build and is gone; please report this");
}
