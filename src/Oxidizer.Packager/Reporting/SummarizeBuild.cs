using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Licenses;
using Oxidizer.Packager.Linking;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Reporting;

/// <summary>Puts together what a build says of itself, in the result and on the terminal.</summary>
internal static class SummarizeBuild
{
    /// <summary>The result of what the stages made.</summary>
    /// <param name="build">Names the product.</param>
    /// <param name="target">What the product runs on.</param>
    /// <param name="productPath">Where the product goes.</param>
    /// <param name="product">What it is.</param>
    /// <param name="distribution">The CPython in it.</param>
    /// <param name="blob">The resources in it.</param>
    /// <param name="clock">What it took so far.</param>
    /// <param name="context">What was executed, and the warnings.</param>
    public static BuildResult Result(
        BuildTable build,
        TargetTriple target,
        string productPath,
        LinkedProduct product,
        Distribution distribution,
        PackedBlob blob,
        BuildClock clock,
        BuildContext context
    ) =>
        new(
            build.ApplicationName,
            target,
            productPath,
            product.Size,
            product.Digest,
            distribution.Version,
            context.Actions.Counts,
            context.Actions.Executed,
            clock.ProcessesStarted,
            clock.Ended,
            clock.Seconds,
            new ResourceCounts(blob.ModuleCount, blob.ResourceCount, blob.ExtensionCount, blob.SharedLibraryCount, blob.Size),
            [
                .. context.Diagnostics.Warnings.Select(ResultWarning.From),
                .. context.Cache.Warnings.Select(warning => new ResultWarning(warning.Id, warning.Message)),
            ]
        );

    /// <summary>Tells the log what was done, when it is done.</summary>
    public static void Tell(BuildResult result, IBuildLog log)
    {
        log.Information(Line(result));
        // Only when the product has changed, so that it is not repeated in each build.
        if (result.FileUsers.Count > 0 && result.Executed.Any(action => action.Kind == ActionKinds.Pack))
            log.Information(FileUser.Summary(result.FileUsers));
        if (result.Executed.Any(action => action.Kind == ActionKinds.Link) && LicenseSummary.Of(result.Licenses) is { } copyleft)
            log.Information(copyleft);
    }

    private static string Line(BuildResult result)
    {
        var executed = result.Executed.GroupBy(action => action.Kind).Select(group => $"{group.Count()} {group.Key}");
        var done = result.Executed.Count == 0 ? "nothing to do" : string.Join(", ", executed);
        return FormattableString.Invariant(
            $"{result.Name} ({result.Target}): {done}; {result.Resources.Modules} modules, {result.Size / 1048576.0:0.0} MiB, {result.Seconds:0.00} s -> {result.ProductPath}"
        );
    }
}
