using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Packager.Tests.Distributions;

/// <summary>A folder for one test, with a cache in it, and builds that use it.</summary>
internal sealed class DistributionBench : IDisposable
{
    private readonly List<LiteDbCache> _caches = [];

    public DistributionBench()
    {
        Folder = Directory.CreateTempSubdirectory("oxidizer-distributions-").FullName;
        Build = NewBuild();
    }

    /// <summary>The folder that everything is in.</summary>
    public string Folder { get; }

    /// <summary>The cache's folder.</summary>
    public string CacheFolder => Path.Combine(Folder, "cache");

    /// <summary>The folder of trees.</summary>
    public string Trees => Path.Combine(CacheFolder, "trees");

    /// <summary>The running build.</summary>
    public BuildContext Build { get; private set; }

    public RecordingLog Log { get; } = new();

    /// <summary>Begins the next build: new counters, a new private folder, the cache opened anew.</summary>
    public BuildContext NewBuild(CancellationToken cancellation = default, CacheSettings? settings = null)
    {
        if (settings is null)
            EndBuilds();
        var cache = LiteDbCache.Open(settings ?? new CacheSettings(CacheFolder));
        _caches.Add(cache);
        var work = Path.Combine(Folder, "work", Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(work);
        return Build = new BuildContext(Log, cache, new DiagnosticBag(), new ActionLedger(), work, 2, cancellation);
    }

    /// <summary>Writes a file into the folder.</summary>
    public string Write(string name, byte[] content)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public Distribution Obtain(DistributionTable table, string target = SmallDistribution.Target) =>
        DistributionStage.Obtain(table, new TargetTriple(target), SourceDistribution.Build, Build);

    /// <summary>Obtains, and gives the one diagnostic that this failed with.</summary>
    public Diagnostic Refusal(DistributionTable table, string target = SmallDistribution.Target) =>
        Assert.Single(Assert.Throws<BuildFailedException>(() => Obtain(table, target)).Diagnostics);

    /// <summary>Obtains from an archive of these bytes, and gives the one diagnostic that this failed with.</summary>
    public Diagnostic RefusalOf(byte[] archive, string name) => Refusal(new DistributionTable { LocalPath = Write(name, archive) });

    /// <summary>That no tree and no part of one is in the cache.</summary>
    public void AssertNoTree()
    {
        if (Directory.Exists(Trees))
            Assert.Empty(Directory.EnumerateFileSystemEntries(Trees));
    }

    /// <summary>How often a kind of action ran in the running build, and how often it was reused.</summary>
    public ActionCount Count(string kind) => Build.Actions.Counts[kind];

    /// <summary>Ends the running builds, so that the next begins with what was written.</summary>
    public void EndBuilds()
    {
        _caches.ForEach(cache => cache.Dispose());
        _caches.Clear();
    }

    public void Dispose()
    {
        EndBuilds();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Keeps what is logged.</summary>
internal sealed class RecordingLog : IBuildLog
{
    private readonly Lock _lock = new();
    private readonly List<(string Stage, double? Share)> _progress = [];

    /// <summary>Called with each report of progress.</summary>
    public Action? Progressed { get; set; }

    public IReadOnlyList<(string Stage, double? Share)> Reports
    {
        get
        {
            lock (_lock)
                return [.. _progress];
        }
    }

    public void Information(string message) { }

    public void Debug(string message) { }

    public void Warning(string message) { }

    public void Progress(string stage, double? share, string? detail = null)
    {
        lock (_lock)
            _progress.Add((stage, share));
        Progressed?.Invoke();
    }
}
