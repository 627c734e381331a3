using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.Linking;

/// <summary>Makes the product from the linked runtime and the packed resources, as one action. No program is started.</summary>
public static class LinkProduct
{
    private const int Version = 1;

    /// <summary>Makes what the configuration asks for: an executable or a library.</summary>
    /// <exception cref="BuildFailedException">A program of the toolchain refused, or the product asks more of its target than is allowed.</exception>
    public static ActionOutput Make(LinkPlan plan, Sha256Digest packedResources, BuildConfiguration configuration, Toolchain toolchain, BuildContext context)
    {
        if (plan.Output == ProductOutput.StaticLibrary)
            return WriteArchive.Write(JoinRuntime.Join(plan, toolchain, context), packedResources, plan.FileName, configuration.Toolchain.Ar, toolchain, context);
        // Joined first, because its symbols are then chosen: a version script would have to know the versions in libraries such as libbsd.
        if (plan.Output == ProductOutput.SharedLibrary)
            plan = plan with { CoreObjects = [], StaticLibraries = [], RuntimeObjects = [new ObjectFile("runtime", JoinRuntime.Join(plan, toolchain, context).Digest)] };
        // The resources are no input of the linker: the runtime is linked once, and each state of the resources is spliced into it.
        var runtime = LinkRuntime.Link(plan, configuration, toolchain, context);
        context.Diagnostics.ThrowIfErrors();
        return Link(runtime, packedResources, plan.FileName, context);
    }

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
