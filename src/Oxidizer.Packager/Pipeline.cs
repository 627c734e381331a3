using System.Diagnostics;
using Oxidizer.Cache;
using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Installing;
using Oxidizer.Packager.Licenses;
using Oxidizer.Packager.Linking;
using Oxidizer.Packager.Missing;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Pip;
using Oxidizer.Packager.Programs;
using Oxidizer.Packager.Projects;
using Oxidizer.Packager.Reporting;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Runtime;
using Oxidizer.Packager.Selection;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Packager;

/// <summary>
/// A build, from a configuration to an installed product: the table of contents of this assembly. Each stage is a function from records to
/// records, in the room that its comment names; only this file knows their order. A stage is given the tables of the configuration that it
/// reads. What it makes comes from the cache when its inputs are unchanged, so that an unchanged build walks all of it without starting a
/// program.
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
            var failure = Failure.Of(exception, stage, cancellation);
            Debug.Assert(Failure.IsPromised(failure, cancellation), "only these four kinds leave a build, each said once");
            throw failure;
        }
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
            return Build(session, request.RuntimeSources);
        }
        catch (Exception exception) when (!isLast && session.LostItsCache && exception is not OperationCanceledException)
        {
            log.Information($"the cache was deleted while the build ran ({exception.Message}); building again");
            return null;
        }
        finally
        {
            onEnd(session.Clock.Running);
        }
    }

    private static BuildResult Build(BuildSession session, IReadOnlyList<RuntimeSource> runtime)
    {
        var (tables, context) = (session.Configuration, session.Context);
        var (build, python, packing, target) = (tables.Build, tables.PythonConfig, tables.Packing, tables.Target);

        // Configuration/ (with Toml/) has read it, and Projects/ what stands for one. What cannot succeed is said before anything is
        // installed or fetched.
        foreach (var warning in tables.Warnings)
            context.Diagnostics.Add(warning);
        NotYet.Check(tables, context.Diagnostics);
        InstallLocations.Check(tables.Packages, build.FileName, build.ApplicationName, context.Diagnostics);
        context.Diagnostics.ThrowIfErrors();

        // Programs/: the tools before all work, so that a missing compiler is reported before minutes of it and not after.
        session.Stage("prerequisites");
        Prerequisites.Ensure(tables.Toolchain, build.Output, packing, target, context);
        var toolchain = Toolchain.Find(tables.Toolchain, context);
        // After this: what later stages start is there. Two things are left: the interpreter comes with the distribution, and the programs
        // that build CPython are asked for when it is built. PrerequisitesTests holds that no stage starts a program of another name.

        // Distributions/ (with Archives/) unpacks a CPython, and SourceBuilds/ makes it when none is there.
        session.Stage("distribution");
        var distribution = DistributionStage.Obtain(tables.Distribution, target, SourceDistribution.Build, context);
        context.Actions.Close(ActionKinds.Distribution);
        ChoosePython.Check(tables.RequiresPython, distribution.Version, context.Diagnostics);
        context.Diagnostics.ThrowIfErrors();
        Invariant.Holds(distribution.Files.ContainsKey(distribution.InittabSource), "the unpacked CPython has what its description names");

        // Pip/: requirements become wheels, unpacked in the cache. The distribution's interpreter runs pip, if the lock does not answer.
        session.Stage("requirements");
        var rules = PipStage.Obtain(
            tables.Packages,
            tables.Lock.Mode,
            new LockPlace(tables.Directory, tables.Origin),
            distribution,
            session.ProductPath + ".pip.log",
            context
        );
        context.Actions.Close(ActionKinds.Download, ActionKinds.ResolvePackages, ActionKinds.BuildWheel);

        // Selection/ asks Packages/ for Resources/. Before the bytecode, because policies and filters decide what is worth compiling.
        session.Stage("resources");
        ProductSettings.Check(python, tables.Positions, distribution, context.Diagnostics);
        var chosen = ResourceStage.Collect(rules, python.OptimizeLevel, tables.Extensions, tables.Positions, distribution, context);
        // Console scripts stand in the distributions, which are known only now. After it: `run` names modules and functions alone.
        var run = ResolveEntryPoints.Resolve(tables.Run, tables.Positions, chosen, context.Diagnostics);
        chosen = ResourceStage.RequireStart(chosen, run);
        // After the filters, so that libraries that nothing needs any more are not looked for.
        var resources = LibraryClosure.Complete(chosen, tables.Extensions, tables.Toolchain, target, tables.Positions, context);
        context.Diagnostics.ThrowIfErrors();
        // Licenses/: what may not be given away is said before the minutes that a first build takes.
        var parts = CheckLicenses.Apply(
            ListComponents.Of(
                resources,
                packing,
                tables.Toolchain,
                distribution,
                LicenseFiles.HasTexts(tables.Licenses, tables.Packages),
                context
            ),
            tables.Licenses,
            tables.Positions,
            context.Diagnostics
        );
        context.Diagnostics.ThrowIfErrors();
        // Missing/: what the program's start imports, before the minutes that a first build takes.
        MissingNames.Tell(resources, run, python, tables.Extensions, packing.OptionalImports, tables.Positions, distribution, context);
        var fileUsers = python.HasFiles ? [] : FileUsers.Find(resources, context);
        Invariant.Holds(resources.IsInOrder, "what the product holds is chosen, each name once and in order");

        // Bytecode/: Python runs here, and later only for code that is found to be damaged in the cache.
        session.Stage("bytecode");
        var code = BytecodeStage.Compile(resources.Modules, distribution, tables.Distribution.Interpreter, context);
        context.Diagnostics.ThrowIfErrors();
        Invariant.Holds(code.IsOf(resources.Modules), "each module has its code");

        // Native/ compiles the sources of Runtime/, and the table of the extension modules that are linked in.
        session.Stage("native");
        var config = File.ReadAllText(distribution.PathOf(distribution.InittabSource));
        var inittab = InittabSource.Write(config, distribution, resources.Extensions);
        var decoder = Decoder.Find(packing, tables.Toolchain, target, tables.Positions, distribution, context);
        var objects = CompileObjects.Compile(
            runtime,
            inittab,
            distribution,
            toolchain,
            context,
            build.Output,
            decoder,
            python.VirtualFiles
        );
        context.Actions.Close(ActionKinds.CompileObject);

        // Packing/: what is imported, in the order of imports, with the settings that the product starts with.
        session.Stage("pack");
        var input = PackInput.Create(packing, python, run, distribution, resources, code);
        Invariant.Holds(input.Names(resources), "the blob names all that the product imports, also what stands beside it");
        var blob = PackStage.Pack(input, context);
        context.Actions.Close(ActionKinds.Pack);

        // Linking/ (with Elf/): the runtime once, and each state of the resources is spliced into it.
        session.Stage("link");
        var limit = GlibcLimit.Of(build, tables.Positions);
        var functions = python.VirtualFiles ? RuntimeSources.FileFunctionsOf(runtime) : [];
        var plan = LinkPlan.Create(
            distribution,
            resources.Extensions,
            objects,
            build.Strip,
            build.Output,
            build.FileName,
            decoder,
            functions,
            limit
        );
        using var installation = new Installation(session.ProductPath);
        // The product's own bill has no digest of the product.
        var bill = new BillOfMaterials(build.ApplicationName, target.Value, null, new ComponentGraph(parts));
        Sha256Digest? carried = tables.Licenses.Sbom.Count > 0 ? context.Cache.Store(WriteCycloneDx.ToJson(bill)) : null;
        var product = LinkProduct.Make(plan, new ProductParts(blob.Digest, carried), toolchain, installation.Product, context);
        context.Actions.Close(ActionKinds.Link);
        Invariant.Holds(product.Size > blob.Size, "the product holds the blob");

        // Installing/ (with Files/): first the files beside the product, so that it finds them all from its first moment on.
        session.Stage("install");
        using var content = new AppRelativeContent(code, distribution);
        var files = AppRelativePlan.Create(python.OptimizeLevel, distribution, resources, code, context);
        var beside = AppRelativeFolder.Prepare(files, tables.Packages, installation, content, context);
        if (ProductLibrary.Of(build, distribution.Version, plan.SystemLibraries) is { } library)
            LibraryFiles.Prepare(library, installation);
        foreach (
            var (relative, text) in LicenseFiles.Of(
                tables.Licenses,
                tables.Packages,
                build.FileName,
                bill with
                {
                    Product = product.Digest,
                }
            )
        )
            installation.Update(relative, text);
        var isNew = InstallProduct.Prepare(product, installation, context);
        var recordName = installation.ProductName + BuildResult.ResultSuffix;
        var commands = CommandLinks.Prepare(run, build.Output, recordName, installation, context);
        // Last, because the product that is still in its place needs them.
        beside.PrepareRemoval();

        session.Stage("cache");
        context.Cache.Flush();
        // After this: the next build finds what this one made, even if this one fails.

        // Reporting/: the record goes into its place with the product.
        session.Stage("install");
        var result = SummarizeBuild.Result(build, target, session.ProductPath, product, distribution, blob, session.Clock, context) with
        {
            FileUsers = fileUsers,
            FilesBeside = beside.Facts,
            Licenses = LicenseSummary.Of(parts),
            Commands = commands,
        };
        // A power cut may not leave an empty one; but when nothing else was written, a report is not worth the wait for the disk.
        installation.Write(recordName, WriteBuildResult.ToJson(result), durable: isNew);
        Invariant.Holds(installation.IsUntouched, "all is written, and only the build's own folder in the output folder has changed");

        context.Cancellation.ThrowIfCancellationRequested();
        installation.Commit();
        // After this: the product is in its place with all that belongs to it. What was there before was kept until now.
        beside.Remember();
        if (isNew)
            context.Cache.RememberFile(installation.Product.Destination, product.Digest);
        SummarizeBuild.Tell(result, context.Log);
        return result;
    }
}
