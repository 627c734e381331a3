using System.Diagnostics;

namespace Oxidizer.Benchmarks;

/// <summary>What builds cost: from nothing, when nothing changed, and when one module did. All use one private cache, which <c>cold</c>
/// fills.</summary>
internal sealed class BuildSuite
{
    private const int WarmUps = 3;
    private const int ModulesOfAnApplication = 200;

    private readonly Suite _suite;
    private readonly string _cache;
    private readonly Application _application;

    private BuildSuite(Suite suite)
    {
        _suite = suite;
        _cache = Path.Combine(suite.WorkFolder, "cache");
        _application = GeneratedApplication.Write(Path.Combine(suite.WorkFolder, "application"), ModulesOfAnApplication, _cache);
    }

    public static void Run(Suite suite)
    {
        var builds = new BuildSuite(suite);
        suite.Part("cold", builds.Cold);
        suite.Part("in-process", () => builds.Warm(builds._application, "unchanged-in-process", "one-module-in-process"));
        suite.Part("dotnet-cake", builds.DotnetCake);
        foreach (var count in new[] { 100, 1_000, 5_000, 20_000 })
            suite.Part(
                $"modules-{count}",
                () =>
                    builds.Warm(
                        GeneratedApplication.Write(Path.Combine(suite.WorkFolder, $"application-{count}"), count, builds._cache),
                        $"unchanged-{count}",
                        $"one-module-{count}"
                    )
            );
        suite.Part("peak-rss", builds.PeakMemory);
    }

    // From an empty cache: sources fetched, CPython built with profile, everything compiled, linked. It takes minutes, so it is done once.
    private void Cold()
    {
        foreach (var folder in new[] { _cache, _application.OutputDirectory })
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        var child = BuildChild.Start(_application);
        _suite.Add(
            new Case("cold", Metric.WallSeconds, Sample.Of(child["seconds"]))
            {
                Note = FormattableString.Invariant(
                    $"one run: empty cache, {Application.Distribution} built from source with profile, the standard library and {ModulesOfAnApplication} modules; {child["executed"]:0} actions; peak memory of the packager itself {child["peak_bytes"] / 1048576:0} MiB"
                ),
            }
        );
    }

    private void Warm(Application application, string unchangedId, string oneModuleId)
    {
        for (var round = 0; round < WarmUps; round++)
        {
            application.Build(BuildLog.Silent);
            GeneratedApplication.Change(application);
        }
        var product = application.Build(BuildLog.Silent);
        var floor = new PhysicalFloor(application.Folder, product.ProductPath);
        var changed = "";
        List<double> oneModule = [],
            unchanged = [],
            floorOfOneModule = [],
            floorOfUnchanged = [];
        // In each round first the change and then the same again, because a build with a change is followed by one without in life too.
        for (var round = 0; round < Interleaved.TimingRounds; round++)
        {
            changed = GeneratedApplication.Change(application);
            oneModule.Add(Seconds(() => Expect.OneModule(application.Build(BuildLog.Silent))));
            unchanged.Add(Seconds(() => Expect.Unchanged(application.Build(BuildLog.Silent))));
            floorOfOneModule.Add(floor.OneModule(changed));
            floorOfUnchanged.Add(floor.Unchanged());
        }
        var modules = $"{product.Resources.Modules} modules, standard library included";
        _suite.Add(
            new Case(unchangedId, Metric.WallSeconds, new Sample(unchanged))
            {
                Reference = new Sample(floorOfUnchanged),
                ReferenceName = PhysicalFloor.UnchangedName,
                Note = modules + "; nothing executed, no program started",
            }
        );
        _suite.Add(
            new Case(oneModuleId, Metric.WallSeconds, new Sample(oneModule))
            {
                Reference = new Sample(floorOfOneModule),
                ReferenceName = PhysicalFloor.OneModuleName,
                Note = FormattableString.Invariant(
                    $"{modules}; 1 bytecode, 1 pack, 1 link, 1 install; a durable copy of the product ({product.Size / 1048576.0:0.0} MiB) alone takes {floor.Copies.Median * 1000:0} ms"
                ),
            }
        );
    }

    private void DotnetCake()
    {
        var scripts = new CakeScripts(_suite, _application);
        // The first runs compile the scripts.
        scripts.Empty();
        scripts.Build();
        var seconds = Interleaved.Run(Interleaved.TimingRounds, scripts.Build, scripts.Empty);
        _suite.Add(
            new Case("unchanged-dotnet-cake", Metric.WallSeconds, seconds[0])
            {
                Reference = seconds[1],
                ReferenceName = "dotnet cake with an empty script",
            }
        );
        _suite.Add(new Case("empty-dotnet-cake", Metric.WallSeconds, seconds[1]));
    }

    // 5,000 modules that no build has seen, compiled, packed and linked.
    private void PeakMemory()
    {
        const int modules = 5_000;
        var application = GeneratedApplication.Write(
            Path.Combine(_suite.WorkFolder, "application-memory"),
            modules,
            _cache,
            salt: Guid.NewGuid().ToString()
        );
        var child = BuildChild.Start(application);
        var nothing = Interleaved.Run(3, () => Child.Start("nothing")["peak_bytes"])[0];
        _suite.Add(
            new Case("build-peak-rss", Metric.Bytes, Sample.Of(child["peak_bytes"]))
            {
                Reference = nothing,
                ReferenceName = "a .NET process that does nothing",
                Note = FormattableString.Invariant(
                    $"of the packager itself, without compilers and linkers; {modules} new modules, {child["executed"]:0} actions, {child["seconds"]:0.0} s"
                ),
            }
        );
    }

    private static double Seconds(Action act)
    {
        var started = Stopwatch.GetTimestamp();
        act();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
