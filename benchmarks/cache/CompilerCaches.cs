using System.Diagnostics;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Runtime;

namespace Oxidizer.Benchmarks;

/// <summary>The runtime's C files when none changed: our two-phase look-up inside the build's process, beside ccache in front of the
/// compiler.</summary>
internal static class CompilerCaches
{
    public static void Run(Suite suite)
    {
        Tools.Ensure("ccache", "ccache");
        var folder = Path.Combine(suite.WorkFolder, "objects");
        RuntimeSources.WriteTo(RuntimeSources.All, folder);
        string[] sources = [.. RuntimeSources.All.Where(source => source.IsUnit).Select(source => source.Path)];
        string include;
        using (var session = new DistributionSession(suite.Options.CacheDirectory))
            include = session.Distribution.PathOf(session.Distribution.IncludeDirectory);

        Ours(suite);
        Ccache();
        var seconds = Interleaved.Run(Interleaved.TimingRounds, () => Ours(suite), Ccache);
        var note = $"{sources.Length} C files, all of them hits";
        suite.Add(
            new Case("objects", Metric.WallSeconds, seconds[0])
            {
                Reference = seconds[1],
                ReferenceName = "ccache, as many processes at once as cores",
                Note = note + "; opening the cache not counted",
            }
        );
        suite.Add(new Case("ccache-objects", Metric.WallSeconds, seconds[1]) { Note = note });

        double Ccache()
        {
            var started = Stopwatch.GetTimestamp();
            Parallel.ForEach(
                sources,
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
                source =>
                {
                    var command = new Command(
                        "ccache",
                        [
                            "cc",
                            "-std=c11",
                            "-O2",
                            "-fPIE",
                            "-D_GNU_SOURCE",
                            "-I" + Path.Combine(folder, "pyembed"),
                            "-isystem",
                            include,
                            "-c",
                            Path.Combine(folder, source),
                            "-o",
                            Path.Combine(folder, source + ".o"),
                        ]
                    )
                    {
                        Environment = new Dictionary<string, string?> { ["CCACHE_DIR"] = Path.Combine(suite.WorkFolder, "ccache") },
                    };
                    var result = ChildProcess.Run(command);
                    if (result.ExitCode != 0)
                        throw new BenchmarkFailedException($"`{command}` failed: {result.Error}");
                }
            );
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
    }

    private static double Ours(Suite suite)
    {
        using var session = new DistributionSession(suite.Options.CacheDirectory);
        var toolchain = Toolchain.Find(new ToolchainTable(), session.Context);
        var inittab = InittabSource.Write(
            File.ReadAllText(session.Distribution.PathOf(session.Distribution.InittabSource)),
            session.Distribution,
            []
        );
        var started = Stopwatch.GetTimestamp();
        CompileObjects.Compile(RuntimeSources.All, inittab, session.Distribution, toolchain, session.Context);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        session.Context.Cache.Flush();
        return seconds;
    }
}
