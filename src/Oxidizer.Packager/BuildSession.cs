using System.Diagnostics;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Linking;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Reporting;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Runtime;

namespace Oxidizer.Packager;

/// <summary>What lives as long as one build: its configuration, its cache, its private folder, and the clock of its stages.</summary>
internal sealed class BuildSession : IDisposable
{
    private const string WorkPrefix = "oxidizer-";
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ProcessCounter _processes = ChildProcess.CountFromHere();
    private readonly List<StageTime> _stages = [];
    private readonly LiteDbCache _cache;
    private readonly WorkFolder _work;
    private string _stage = "configuration";
    private long _stageStarted = Stopwatch.GetTimestamp();

    private BuildSession(
        BuildRequest request,
        BuildConfiguration configuration,
        string name,
        LiteDbCache cache,
        WorkFolder work,
        BuildContext context
    )
    {
        (Configuration, Name, Context, _cache, _work) = (configuration, name, context, cache, work);
        var output = request.OutputDirectory ?? Configuration.Build.BuildPath ?? Path.Combine(Configuration.Directory, "build");
        ProductPath = Path.Combine(output, Configuration.Target.Value, FileName);
        RuntimeSources = request.RuntimeSources;
    }

    /// <summary>The configuration, merged for the target.</summary>
    public BuildConfiguration Configuration { get; }

    /// <summary>What the stages share.</summary>
    public BuildContext Context { get; }

    /// <summary>Whether the cache was deleted while this build ran, with everything that the build had found in it.</summary>
    public bool LostItsCache => _cache.WasDeleted;

    /// <summary>The stage that runs.</summary>
    public string RunningStage => _stage;

    /// <summary>The product's name.</summary>
    public string Name { get; }

    /// <summary>The product's file name.</summary>
    public string FileName =>
        Configuration.Build.Output switch
        {
            ProductOutput.StaticLibrary => $"lib{Name}.a",
            ProductOutput.SharedLibrary => $"lib{Name}.so",
            _ => Name,
        };

    /// <summary>Where the product goes.</summary>
    public string ProductPath { get; }

    /// <summary>The C sources that products are made with.</summary>
    public IReadOnlyList<RuntimeSource> RuntimeSources { get; }

    /// <summary>Reads the configuration, opens the cache, and makes the build's folder.</summary>
    /// <exception cref="BuildFailedException">The configuration, or what the caller asks for, has mistakes.</exception>
    /// <exception cref="IOException">The folder cannot be made; the cache is closed again.</exception>
    public static BuildSession Open(BuildRequest request, IBuildLog log, CancellationToken cancellation)
    {
        var configuration = ReadConfiguration(request);
        var name = request.ApplicationName ?? configuration.Build.ApplicationName;
        if (ProductName.ProblemOf(name) is { } problem)
            throw new BuildFailedException(
                DiagnosticKinds.InvalidValue,
                $"the product's name: {problem}",
                new SourceLocation(configuration.Origin)
            );
        var cache = OpenCache(request, configuration.Cache, log);
        try
        {
            WorkFolder.Sweep(Path.GetTempPath(), WorkPrefix);
            var work = WorkFolder.Create(Path.GetTempPath(), WorkPrefix);
            var diagnostics = new DiagnosticBag();
            diagnostics.Added += diagnostic =>
            {
                if (diagnostic.Kind.Severity == DiagnosticSeverity.Warning)
                    log.Warning(diagnostic.ToString());
            };
            return new BuildSession(
                request,
                configuration,
                name,
                cache,
                work,
                new BuildContext(
                    log,
                    cache,
                    diagnostics,
                    new ActionLedger(),
                    work.Path,
                    request.Parallelism ?? Environment.ProcessorCount,
                    cancellation
                )
            );
        }
        catch
        {
            Close(cache, log);
            throw;
        }
    }

    /// <summary>Ends the running stage and begins the next.</summary>
    public void Stage(string name)
    {
        Context.Cancellation.ThrowIfCancellationRequested();
        _stages.Add(new StageTime(_stage, Stopwatch.GetElapsedTime(_stageStarted).TotalSeconds));
        (_stage, _stageStarted) = (name, Stopwatch.GetTimestamp());
    }

    /// <summary>Flushes the cache, and summarises what the build did.</summary>
    public BuildResult Finish(
        LinkedProduct product,
        Distribution distribution,
        IReadOnlyList<FileUser> fileUsers,
        PackedBlob blob,
        FilesBeside filesBeside
    )
    {
        Stage("cache");
        Context.Cache.Flush();
        Stage("install");
        var actions = Context.Actions;
        var result = new BuildResult(
            Name,
            Configuration.Target,
            ProductPath,
            product.Size,
            product.Digest,
            distribution.Version,
            actions.Counts,
            actions.Executed,
            _processes.Count,
            _stages,
            Stopwatch.GetElapsedTime(_started).TotalSeconds,
            new ResourceCounts(blob.ModuleCount, blob.ResourceCount, blob.ExtensionCount, blob.SharedLibraryCount, blob.Size),
            [
                .. Context.Diagnostics.Warnings.Select(ResultWarning.From),
                .. Context.Cache.Warnings.Select(warning => new ResultWarning(warning.Id, warning.Message)),
            ]
        )
        {
            FileUsers = fileUsers,
            FilesBeside = filesBeside,
        };
        return result;
    }

    /// <summary>Says what was done, when it is done.</summary>
    public void Tell(BuildResult result)
    {
        Context.Log.Information(Summary(result));
        // Only when the product has changed, so that it is not repeated in each build.
        if (result.FileUsers.Count > 0 && result.Executed.Any(action => action.Kind == ActionKinds.Pack))
            Context.Log.Information(FileUser.Summary(result.FileUsers));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        using (_work)
            Close(_cache, Context.Log);
    }

    // Here and not in Finish, so that a failed build reports the cache's problems too.
    private static void Close(LiteDbCache cache, IBuildLog log)
    {
        cache.Dispose();
        foreach (var warning in cache.Warnings)
            log.Warning($"warning {warning.Id}: {warning.Message}");
    }

    private static BuildConfiguration ReadConfiguration(BuildRequest request)
    {
        var file =
            request.ConfigurationOrScript is { } path && path.EndsWith(".py", StringComparison.Ordinal)
                ? ConfigurationReader.ForScript(path)
                : ConfigurationReader.Load(
                    ConfigurationFile.Find(request.StartDirectory ?? Directory.GetCurrentDirectory(), request.ConfigurationOrScript)
                );
        // The caller's target names a folder, as the configuration's does.
        if (request.Target is { } target && TargetPattern.ProblemOfTriple(target.Value) is { } problem)
            throw new BuildFailedException(DiagnosticKinds.InvalidValue, $"the target: {problem}");
        var configuration = file.For(request.Target ?? file.Targets[0]);
        return configuration.Target.IsElf
            ? configuration
            : throw new BuildFailedException(
                DiagnosticKinds.TargetNotSupported,
                $"the target `{configuration.Target}` is not supported yet: products are ELF executables for Linux",
                new SourceLocation(configuration.Origin)
            );
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

    private static string Summary(BuildResult result)
    {
        var executed = result.Executed.GroupBy(action => action.Kind).Select(group => $"{group.Count()} {group.Key}");
        var done = result.Executed.Count == 0 ? "nothing to do" : string.Join(", ", executed);
        return FormattableString.Invariant(
            $"{result.Name} ({result.Target}): {done}; {result.Resources.Modules} modules, {result.Size / 1048576.0:0.0} MiB, {result.Seconds:0.00} s -> {result.ProductPath}"
        );
    }
}
