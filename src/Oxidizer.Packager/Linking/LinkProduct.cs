using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Linking;

/// <summary>Makes the product from the linked runtime and the packed resources, as one action. No program is started.</summary>
public static class LinkProduct
{
    private const int Version = 1;

    /// <summary>Finds the product in the cache, or makes it.</summary>
    /// <param name="runtime">The linked runtime, in the cache.</param>
    /// <param name="packedResources">The blob, in the cache.</param>
    /// <param name="name">The product's name.</param>
    /// <param name="context">The build.</param>
    /// <returns>The executable, in the cache.</returns>
    /// <exception cref="BuildFailedException">The linker left no place for the resources.</exception>
    public static ActionOutput Link(ActionOutput runtime, Sha256Digest packedResources, string name, BuildContext context)
    {
        var key = new ActionKeyBuilder(ActionKinds.Link, Version).Add("runtime", runtime.Digest).Add("packed resources", packedResources).Build();
        return context.Run(key, name, () => Execute(runtime, packedResources, name, context)).Outputs[0];
    }

    private static IReadOnlyList<ActionOutput> Execute(ActionOutput runtime, Sha256Digest packedResources, string name, BuildContext context)
    {
        var output = Path.Combine(context.WorkDirectory, "product");
        try
        {
            SpliceResources.Write(FileOf(runtime.Digest, context), FileOf(packedResources, context), output);
        }
        catch (InvalidDataException exception)
        {
            throw new BuildFailedException(DiagnosticKinds.ResourcesNotSpliced, exception.Message, cause: exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentFailureException(DiagnosticKinds.LinkNotWritten, "write the linked product", output,
                $"{exception.Message}; make room in the system's temporary folder, or set TMPDIR to another", exception);
        }
        var size = new FileInfo(output).Length;
        return [new ActionOutput(name, context.Cache.StoreFile(output, BlobTransfer.Move, durable: true), size, ActionOutput.Executable)];
    }

    private static string FileOf(Sha256Digest digest, BuildContext context) => context.Cache.TryGetFile(digest)
        ?? throw new InvalidOperationException($"{digest} was found or stored by this build and is gone; please report this");
}
