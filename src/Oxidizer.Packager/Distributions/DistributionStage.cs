using Oxidizer.Cache;
using Oxidizer.Packager.Archives;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Distributions;

/// <summary>Builds a distribution from source into an archive in the cache.</summary>
/// <returns>The archive; the path is its file name.</returns>
internal delegate ActionOutput BuildFromSource(DistributionTable table, TargetTriple target, BuildContext context);

/// <summary>Gets a CPython that can be linked: from an archive, or built from source.</summary>
internal static class DistributionStage
{
    private const int OldestMinor = 11;

    /// <summary>Fetches or builds, verifies and unpacks. An unchanged build reads two small files of the cache, and asks the file system
    /// about each file of the tree.</summary>
    /// <param name="table">Where the distribution comes from.</param>
    /// <param name="target">What it must be for.</param>
    /// <param name="build">Builds one, when <c>source</c> is what the table names: <c>SourceDistribution.Build</c>.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="BuildFailedException">The table, the archive or its description cannot be used.</exception>
    /// <exception cref="EnvironmentFailureException">The network or the disk failed.</exception>
    public static Distribution Obtain(DistributionTable table, TargetTriple target, BuildFromSource build, BuildContext context)
    {
        // After this: the archive's digest is known; its bytes may not be fetched yet.
        var origin = LocateArchive.Locate(table, target, build, context);

        var (tree, wasFetched) = Unpack(origin, context);
        if (origin.IsDownload && !wasFetched)
            context.Actions.Reuse(ActionKinds.Download);
        // After this: the tree is in the cache, and is what the archive holds.

        var distribution = ReadPythonJson.Read(ReadDescription(tree, origin), new DistributionFiles(tree), origin, context.Diagnostics);
        CheckUse(distribution, target, origin);
        return distribution;
    }

    private static (UnpackedTree Tree, bool WasFetched) Unpack(ArchiveOrigin origin, BuildContext context)
    {
        var wasFetched = false;
        var tree = UnpackedTree.Open(origin with { Fetch = Fetch }, context);
        return (tree, wasFetched);

        string Fetch()
        {
            wasFetched = true;
            return origin.Fetch();
        }
    }

    private static byte[] ReadDescription(UnpackedTree tree, ArchiveOrigin origin)
    {
        var path = Path.Combine(tree.Root, "python", "PYTHON.json");
        if (File.Exists(path))
            return File.ReadAllBytes(path);
        throw InstallOnly.IsTree(tree.Manifest)
            ? origin.Failure(DiagnosticKinds.InstallOnlyArchive, InstallOnly.Explain(origin.Name))
            : origin.Failure(
                DiagnosticKinds.NotADistribution,
                "it holds no `python/PYTHON.json`; take the full archive of a standalone release (its name ends with `-full.tar.zst`)"
            );
    }

    private static void CheckUse(Distribution distribution, TargetTriple target, ArchiveOrigin origin)
    {
        var mistakes = new List<Diagnostic>();
        if (!IsFor(distribution.Target, target))
            mistakes.Add(
                new Diagnostic(
                    DiagnosticKinds.DistributionTargetDiffers,
                    $"the archive `{origin.Name}` is for `{distribution.Target}`, and the build is for `{target}`; take the archive for `{target}`, or set `targets` in [build]",
                    origin.Location
                )
            );
        if (IsTooOld(distribution.MajorMinor))
            mistakes.Add(
                new Diagnostic(
                    DiagnosticKinds.PythonTooOld,
                    $"the archive `{origin.Name}` holds Python `{distribution.Version}`; products need Python 3.{OldestMinor} or later",
                    origin.Location
                )
            );
        if (mistakes.Count > 0)
            throw new BuildFailedException(mistakes);
    }

    // Standalone releases name x86-64's levels in the triple (`x86_64_v3-unknown-linux-gnu`); a user who names such an archive wants that
    // level.
    private static bool IsFor(TargetTriple distribution, TargetTriple target) =>
        distribution == target
        || distribution.Value.Replace(distribution.Architecture, distribution.Architecture.Split("_v")[0], StringComparison.Ordinal)
            == target.Value;

    private static bool IsTooOld(string majorMinor) =>
        !Version.TryParse(majorMinor, out var version) || version < new Version(3, OldestMinor);
}
