using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>
/// Builds CPython from source into an archive of the "full" form. Two records stand in the cache: the request's (what <c>source</c> says,
/// the recipe, the compiler) names an archive without network and without programs; the action's own key holds the digests of all sources
/// and libraries. See <c>docs/decisions/0002-apt-sources-are-resolved-once.md</c>.
/// </summary>
internal static class SourceDistribution
{
    private const string RequestKind = "distribution_request";

    /// <summary>Finds the archive in the cache, or builds it. The output's path is the archive's file name.</summary>
    /// <param name="table">What <c>source</c> says, and how it is optimised.</param>
    /// <param name="target">Must be the machine that builds.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="BuildFailedException">The table cannot be followed, a program is missing, or a step of the build
    /// failed.</exception>
    /// <exception cref="EnvironmentFailureException">The network or the disk failed.</exception>
    /// <exception cref="OperationCanceledException">The build was cancelled; nothing that it started runs any more.</exception>
    public static ActionOutput Build(DistributionTable table, TargetTriple target, BuildContext context)
    {
        var request = SourceRequest.Read(table, context);
        if (!target.IsHost)
            throw new BuildFailedException(
                DiagnosticKinds.SourceTargetNotSupported,
                $"CPython is built from source only for the machine that builds (`{TargetTriple.Host}`), and the target is `{target}`; name an archive for it with `url` and `sha256`",
                table.Location
            );
        var compiler = SourceCompiler.Find(request, context);
        // After this: everything that the key of the request needs is known, and no program was started.

        var requestKey = RequestKey(request, target, compiler);
        if (context.Cache.Find(requestKey) is { Outputs: [var known] })
        {
            context.Actions.Reuse(ActionKinds.Distribution);
            return known;
        }
        Prerequisites.EnsureForSourceBuild(context);
        var folder = Path.Combine(context.WorkDirectory, "cpython");
        try
        {
            return Resolve(request, requestKey, target, compiler, folder, context);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentFailureException(
                DiagnosticKinds.SourceNotWritten,
                "build CPython in",
                folder,
                $"{exception.Message}; it needs about 1 GB there (TMPDIR chooses the place)",
                exception
            );
        }
        finally
        {
            SourceTree.Remove(folder);
        }
    }

    private static ActionOutput Resolve(
        SourceRequest request,
        ActionKey requestKey,
        TargetTriple target,
        SourceCompiler compiler,
        string folder,
        BuildContext context
    )
    {
        var materials = SourceMaterials.Fetch(request, folder, context);
        // After this: all sources and libraries are on this disk, and verified.

        var name = $"CPython {materials.Version}";
        var record = context.Run(
            ActionKey(request, materials, target, compiler),
            name,
            () =>
            {
                var archive = SourceBuild.Run(request, materials, target, compiler, folder, context);
                var size = new FileInfo(archive).Length;
                return
                [
                    new ActionOutput(Path.GetFileName(archive), context.Cache.StoreFile(archive, BlobTransfer.Move, durable: true), size),
                ];
            }
        );
        context.Cache.Add(new ActionRecord(requestKey, name, record.Outputs, record.Seconds));
        // Flushed now, so that minutes of work are not lost if a later stage is killed.
        context.Cache.Flush();
        return record.Outputs[0];
    }

    internal static ActionKey RequestKey(SourceRequest request, TargetTriple target, SourceCompiler compiler) =>
        compiler
            .AddTo(
                new ActionKeyBuilder(RequestKind, SourceRecipe.Version)
                    .Add("source", request.Text)
                    .Add("options", request.Options)
                    .Add("target", target.Value)
                    .Add("programs", SourcePrograms.Digest)
                    .Add("configure", SourceConfigure.Options)
            )
            .Build();

    internal static ActionKey ActionKey(SourceRequest request, SourceMaterials materials, TargetTriple target, SourceCompiler compiler)
    {
        var key = compiler.AddTo(
            new ActionKeyBuilder(ActionKinds.Distribution, SourceRecipe.Version)
                .Add("version", materials.Version)
                .Add("revision", materials.Revision)
                .Add("options", request.Options)
                .Add("target", target.Value)
                .Add("programs", SourcePrograms.Digest)
                .Add("configure", SourceConfigure.Options)
        );
        foreach (var file in materials.Files)
            key.Add(file.Name, file.Digest);
        return key.Build();
    }
}
