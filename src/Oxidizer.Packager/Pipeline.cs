using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Installing;
using Oxidizer.Packager.Linking;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Programs;
using Oxidizer.Packager.Reporting;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Selection;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Packager;

/// <summary>
/// A build, from a configuration to an installed product: the table of contents of this assembly. Each stage is a function from records to
/// records in the
/// room of its name; only this file knows their order. What a stage makes comes from the cache when its inputs are unchanged, so that an
/// unchanged build walks all of it without starting a program.
/// </summary>
public static class Pipeline
{
    /// <summary>Builds one product for one target.</summary>
    /// <param name="request">What to build, and where to.</param>
    /// <param name="log">Where messages go.</param>
    /// <param name="cancellation">Ends the build: children are stopped, nothing is left half-written.</param>
    /// <exception cref="BuildFailedException">Mistakes of the user's, all of a stage's at once.</exception>
    /// <exception cref="EnvironmentFailureException">A full disk, a broken network, a permission.</exception>
    /// <exception cref="PackagerBugException">A bug of ours: the message asks for a report.</exception>
    /// <exception cref="OperationCanceledException">The build was cancelled.</exception>
    public static BuildResult Build(BuildRequest request, IBuildLog log, CancellationToken cancellation = default)
    {
        var stage = "configuration";
        try
        {
            return TryBuild(request, log, running => stage = running, cancellation)
                // A lost cache does not make the build fail: files of it that a stage relied on are made again.
                ?? TryBuild(request, log, running => stage = running, cancellation, isLast: true)!;
        }
        catch (Exception exception) when (!Failure.IsPromised(exception, cancellation))
        {
            throw Failure.Of(exception, stage, cancellation);
        }
        // After this: nothing but these four kinds ever leaves a build, each said once.
    }

    // Null if the cache was lost meanwhile.
    private static BuildResult? TryBuild(
        BuildRequest request,
        IBuildLog log,
        Action<string> onEnd,
        CancellationToken cancellation,
        bool isLast = false
    )
    {
        using var session = BuildSession.Open(request, log, cancellation);
        try
        {
            return Build(session);
        }
        catch (Exception exception) when (!isLast && session.LostItsCache && exception is not OperationCanceledException)
        {
            log.Information($"the cache was deleted while the build ran ({exception.Message}); building again");
            return null;
        }
        finally
        {
            onEnd(session.RunningStage);
        }
    }

    private static BuildResult Build(BuildSession session)
    {
        var configuration = session.Configuration;
        var context = session.Context;

        InstallLocations.Check(configuration.Packages, session.FileName, session.Name, context.Diagnostics);
        // Before anything is installed or fetched, because such a build cannot succeed.
        NotYet.Check(configuration, context.Diagnostics);
        context.Diagnostics.ThrowIfErrors();

        // The tools first, so that a missing compiler is reported before minutes of work and not after them.
        session.Stage("prerequisites");
        Prerequisites.Ensure(configuration.Toolchain, configuration.Build.Output, configuration.Packing, configuration.Target, context);
        var toolchain = Toolchain.Find(configuration.Toolchain, context);
        // After this: every program that any later stage starts is there; what building CPython starts is asked for when it is built.

        session.Stage("distribution");
        var distribution = DistributionStage.Obtain(configuration.Distribution, configuration.Target, SourceDistribution.Build, context);
        // After this: a CPython is unpacked, verified, and will not change.

        // Before the bytecode, because policies and filters decide what is worth compiling.
        session.Stage("resources");
        ProductSettings.Check(configuration.PythonConfig, configuration.Positions, distribution, context.Diagnostics);
        var chosen = ResourceStage.Collect(
            configuration.Packages,
            configuration.PythonConfig.OptimizeLevel,
            configuration.Extensions,
            configuration.Positions,
            distribution,
            context
        );
        // After the filters, so that libraries that nothing needs any more are not looked for.
        var resources = LibraryClosure.Complete(
            chosen,
            configuration.Extensions,
            configuration.Toolchain,
            configuration.Target,
            configuration.Positions,
            context
        );
        context.Diagnostics.ThrowIfErrors();
        var fileUsers = configuration.PythonConfig.HasRealFiles ? [] : FileUsers.Find(resources, context);
        // After this: no new resource appears, and each has its reason.

        session.Stage("bytecode");
        var code = BytecodeStage.Compile(resources.Modules, distribution, configuration.Distribution.Interpreter, context);
        context.Diagnostics.ThrowIfErrors();
        // After this: Python is run again only for code that is damaged in the cache before it is packed.

        session.Stage("native");
        var inittab = InittabSource.Write(
            File.ReadAllText(distribution.PathOf(distribution.InittabSource)),
            distribution,
            resources.Extensions
        );
        var decoder = Decoder.Find(
            configuration.Packing,
            configuration.Toolchain,
            configuration.Target,
            configuration.Positions,
            distribution,
            context
        );
        var objects = CompileObjects.Compile(
            session.RuntimeSources,
            inittab,
            distribution,
            toolchain,
            context,
            configuration.Build.Output,
            decoder
        );
        // After this: no C is compiled again.

        session.Stage("pack");
        var blob = PackStage.Pack(
            PackInput.Create(configuration.Packing, configuration.PythonConfig, configuration.Run, distribution, resources, code),
            context
        );
        // After this: the blob holds everything that the product will import, and the settings that it starts with.

        session.Stage("link");
        var plan = LinkPlan.Create(
            distribution,
            resources.Extensions,
            objects,
            configuration.Build.Strip,
            configuration.Build.Output,
            session.FileName,
            decoder
        ) with
        {
            GlibcLimit = GlibcLimit.Of(configuration.Build, configuration.Positions),
        };
        using var installation = new Installation(session.ProductPath);
        var product = LinkProduct.Make(plan, blob.Digest, toolchain, installation.Product, context);
        // After this: what the product is made from is in the cache, and its digest is known.

        session.Stage("install");
        using var content = new AppRelativeContent(code, distribution);
        var beside = AppRelativeFolder.Prepare(
            AppRelativePlan.Create(configuration.PythonConfig.OptimizeLevel, distribution, resources, code, context),
            configuration.Packages,
            installation,
            content,
            context
        );
        LibraryFiles.Prepare(plan, session.Name, installation);
        // The product after its files, so that it finds them all once it is in its place. Files that it no longer needs are removed last.
        var isNew = InstallProduct.Prepare(product, installation, context);
        beside.PrepareRemoval();
        var result = session.Finish(product, distribution, fileUsers, blob, beside.Facts);
        // A power cut may not leave an empty one; but when nothing else was written, a report is not worth the wait for the disk.
        installation.Write(Path.GetFileName(result.ResultPath), WriteBuildResult.ToJson(result), durable: isNew);
        // After this: everything is written, and nothing in the output folder has changed.

        context.Cancellation.ThrowIfCancellationRequested();
        installation.Commit();
        // After this: the product is in its place with all that belongs to it, and what was there before is gone only now.
        beside.Remember();
        if (isNew)
            context.Cache.RememberFile(installation.Product.Destination, product.Digest);
        session.Tell(result);
        return result;
    }
}
