using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;

namespace Oxidizer.Packager.Distributions;

/// <summary>Builds CPython from source into an archive of the "full" form, as one action.</summary>
public static class SourceDistribution
{
    /// <summary>Finds the archive in the cache, or builds it. The output's path is the archive's file name.</summary>
    public static ActionOutput Build(DistributionTable table, TargetTriple target, BuildContext context) => throw new NotImplementedException($"{table}{target}{context}");
}
