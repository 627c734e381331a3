using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Projects;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.Packager;

/// <summary>What lives as long as one build: its configuration, its cache, its private folder, and its clock.</summary>
internal sealed class BuildSession : IDisposable
{
    private const string WorkPrefix = "oxidizer-";
    private readonly LiteDbCache _cache;
    private readonly WorkFolder _work;

    private BuildSession(BuildRequest request, BuildConfiguration configuration, LiteDbCache cache, WorkFolder work, BuildContext context)
    {
        (Configuration, Context, _cache, _work) = (configuration, context, cache, work);
        var output = request.OutputDirectory ?? configuration.Build.BuildPath ?? Path.Combine(configuration.Directory, "build");
        ProductPath = Path.Combine(output, configuration.Target.Value, configuration.Build.FileName);
    }

    /// <summary>The configuration, merged for the target, with what the request asks for in its place.</summary>
    public BuildConfiguration Configuration { get; }

    /// <summary>What the stages share.</summary>
    public BuildContext Context { get; }

    /// <summary>Which stage runs, and what the build took.</summary>
    public BuildClock Clock { get; } = new();

    /// <summary>Where the product goes.</summary>
    public string ProductPath { get; }

    /// <summary>Whether the cache was deleted while this build ran, with everything that the build had found in it.</summary>
    public bool LostItsCache => _cache.WasDeleted;

    /// <summary>Reads the configuration, opens the cache, and makes the build's folder.</summary>
    /// <exception cref="Diagnostics.BuildFailedException">The configuration, or what the caller asks for, has mistakes.</exception>
    /// <exception cref="IOException">The folder cannot be made; the cache is closed again.</exception>
    public static BuildSession Open(BuildRequest request, IBuildLog log, CancellationToken cancellation)
    {
        var input = FindInput.Load(request.ConfigurationOrScript, request.StartDirectory ?? Directory.GetCurrentDirectory(), log);
        var configuration = ConfigurationReader.For(input, request.Target).Named(request.ApplicationName);
        var cache = OpenCache(request, configuration.Cache, log);
        try
        {
            WorkFolder.Sweep(Path.GetTempPath(), WorkPrefix);
            var work = WorkFolder.Create(Path.GetTempPath(), WorkPrefix);
            var parallelism = request.Parallelism ?? Environment.ProcessorCount;
            var context = BuildContext.Create(log, cache, work.Path, parallelism, cancellation);
            return new BuildSession(request, configuration, cache, work, context);
        }
        catch
        {
            Close(cache, log);
            throw;
        }
    }

    /// <summary>Ends the running stage and begins the next.</summary>
    /// <exception cref="OperationCanceledException">The build was cancelled.</exception>
    public void Stage(string name)
    {
        Context.Cancellation.ThrowIfCancellationRequested();
        Clock.Begin(name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        using (_work)
            Close(_cache, Context.Log);
    }

    // Here, and not at the end of the pipeline, so that a failed build reports the cache's problems too.
    private static void Close(LiteDbCache cache, IBuildLog log)
    {
        cache.Dispose();
        foreach (var warning in cache.Warnings)
            log.Warning($"warning {warning.Id}: {warning.Message}");
    }

    private static LiteDbCache OpenCache(BuildRequest request, CacheTable table, IBuildLog log) =>
        LiteDbCache.Open(
            new CacheSettings(request.CacheDirectory ?? table.Directory ?? request.DefaultCacheDirectory ?? CacheDirectory.Default())
            {
                MaxSize = table.MaxSize,
                ReadOnly = table.ReadOnly,
                LockTimeout = request.CacheLockTimeout,
                OnWaiting = log.Information,
            }
        );
}
