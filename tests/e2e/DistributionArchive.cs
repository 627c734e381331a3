using Oxidizer.Cache;
using Oxidizer.Packager;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>The archives of the distributions that the tests build, as files of their own: what a user would have downloaded.</summary>
public static class DistributionArchive
{
    private static readonly Lazy<string> s_path311 = new(() => Materialise("apt:python3.11"));

    /// <summary>A "full" archive of CPython 3.11, <c>.tar.zst</c>.</summary>
    public static string Path311 => s_path311.Value;

    /// <summary>The same, unpacked in the cache: the folder of its <c>PYTHON.json</c>.</summary>
    internal static Distribution Unpacked311() => Unpacked("apt:python3.11");

    /// <summary>The same of another version, by its source.</summary>
    internal static Distribution Unpacked(string source)
    {
        using var cache = LiteDbCache.Open(new CacheSettings(CacheDirectory.Default()));
        var work = Directory.CreateTempSubdirectory("oxidizer-e2e-archive-").FullName;
        try
        {
            var context = new BuildContext(
                new SilentLog(),
                cache,
                new DiagnosticBag(),
                new ActionLedger(),
                work,
                Environment.ProcessorCount,
                CancellationToken.None
            );
            return DistributionStage.Obtain(
                new DistributionTable { Source = source, Optimizations = DistributionOptimization.NoOpt },
                TargetTriple.Host,
                SourceDistribution.Build,
                context
            );
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static string Materialise(string source)
    {
        using var cache = LiteDbCache.Open(new CacheSettings(CacheDirectory.Default()));
        var work = Directory.CreateTempSubdirectory("oxidizer-e2e-archive-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(work, recursive: true);
        var context = new BuildContext(
            new SilentLog(),
            cache,
            new DiagnosticBag(),
            new ActionLedger(),
            work,
            Environment.ProcessorCount,
            CancellationToken.None
        );
        var table = new DistributionTable { Source = source, Optimizations = DistributionOptimization.NoOpt };
        var archive = SourceDistribution.Build(table, TargetTriple.Host, context);
        var path = Path.Combine(work, archive.Path);
        Assert.True(cache.TryWriteTo(archive.Digest, path, ActionOutput.PlainFile));
        return path;
    }
}
