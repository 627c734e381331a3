using System.Globalization;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>Turns fetched sources into an archive: the steps in their order. Each runs in a private folder, and nothing is
/// installed.</summary>
internal static class SourceBuild
{
    /// <summary>Builds the archive.</summary>
    /// <returns>Its path, below <paramref name="folder"/>.</returns>
    public static string Run(
        SourceRequest request,
        SourceMaterials materials,
        TargetTriple target,
        SourceCompiler compiler,
        string folder,
        BuildContext context
    )
    {
        var command = new SourceCommand(context);
        var progress = new SourceProgress(context.Log, $"CPython {materials.Version}");

        progress.Begin("unpack");
        var tree = SourceTree.Unpack(materials, Path.Combine(folder, "source"), command, progress);
        // After this: the sources are as they will be compiled.

        // `__DATE__` is part of `sys.version`; the sources' own date instead of today's makes equal inputs give equal bytes.
        var date = new DateTimeOffset(File.GetLastWriteTimeUtc(Path.Combine(tree.Root, "Include/patchlevel.h")));
        command.Variables["SOURCE_DATE_EPOCH"] = date.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var modules = SourceConfigure.Run(tree, materials.Sysroot, compiler, request, command, progress);
        // After this: the Makefile links every extension module statically.

        var make = new SourceMake(tree.Root, context.Parallelism, command, progress);
        var variables = make.ReadVariables();
        var extensions = Compile(make, variables, modules, request, folder, command, progress);
        // After this: the tree holds an interpreter, its static library, and all objects, also those that only products link.

        progress.Begin("lay out");
        var layout = SourceLayout.Create(tree, variables, extensions, materials, Path.Combine(folder, "full"), command);
        SourcePythonJson.Write(layout, request, materials, target, tree.Patches, command);
        var archive = Path.Combine(folder, ArchiveName(request, materials, target));
        progress.Begin("pack");
        SourceArchive.Write(Path.Combine(folder, "full"), archive, context.Cancellation);
        progress.End();
        return archive;
    }

    private static IReadOnlyList<SourceExtension> Compile(
        SourceMake make,
        SourceVariables variables,
        IReadOnlyList<SourceModule> modules,
        SourceRequest request,
        string folder,
        SourceCommand command,
        SourceProgress progress
    )
    {
        if (request.Optimization == DistributionOptimization.NoOpt)
            make.Compile("compile", variables, []);
        else
            make.Compile("compile for training", variables, SourceProfile.Instrumented);
        // The list needs the libraries in the sources, such as libmpdec: their members are modules' objects.
        var extensions = SourceExtension.List(make.Root, variables, modules);
        if (request.Optimization != DistributionOptimization.NoOpt)
            SourceProfile.Compile(make, variables, extensions, Path.Combine(folder, "training"), command, progress);
        SourceEmbedding.Compile(make, Path.Combine(folder, "frozen"), command);
        return extensions;
    }

    // `+` and `~` of a revision are separators here, or not for every file system.
    private static string ArchiveName(SourceRequest request, SourceMaterials materials, TargetTriple target) =>
        $"cpython-{materials.Version}+{materials.Revision.Replace('+', '.').Replace('~', '.')}-{target}-{request.Options}-full.tar.zst";
}
