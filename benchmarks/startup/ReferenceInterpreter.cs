using Oxidizer.Cache;
using Oxidizer.Packager;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Packages;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Benchmarks;

/// <summary>
/// The plain interpreter of the same build as the products', installed as a user would have it: a folder of its own that it may write
/// bytecode caches to.
/// Without those it would compile its library at each start, and every product would look good.
/// </summary>
internal sealed record ReferenceInterpreter(string Executable, string StandardLibrary, string Version)
{
    public const string Name = "plain interpreter of the same build, -I";

    /// <summary>Obtains the distribution (minutes, if the cache does not have it) and copies its installation out of the cache.</summary>
    public static ReferenceInterpreter Install(Suite suite)
    {
        using var session = new DistributionSession(suite.Options.CacheDirectory);
        var distribution = session.Distribution;
        var folder = Path.Combine(suite.Options.WorkFolder, "reference-" + distribution.ArchiveDigest.ToShortString());
        if (!Directory.Exists(folder))
        {
            var installation = distribution.Executable.Split('/')[0];
            var temporary = folder + ".tmp";
            Copy(distribution.PathOf(installation), Path.Combine(temporary, installation));
            CompileLibrary(Path.Combine(temporary, distribution.Executable), Path.Combine(temporary, distribution.StandardLibrary));
            Directory.Move(temporary, folder);
        }
        return new ReferenceInterpreter(
            Path.Combine(folder, distribution.Executable),
            Path.Combine(folder, distribution.StandardLibrary),
            distribution.Version
        );
    }

    /// <summary>The command that runs <c>main()</c> of a package's <c>__main__</c> from a folder: the least that an interpreter can do for
    /// it, without <c>runpy</c>.</summary>
    public string[] CommandFor(string folder, string package, params string[] arguments) =>
        CommandFor(Executable, ["-I"], folder, package, arguments);

    /// <summary>The same with another interpreter or other flags.</summary>
    public static string[] CommandFor(string interpreter, string[] flags, string folder, string package, params string[] arguments) =>
        [
            interpreter,
            .. flags,
            "-c",
            $"import sys; sys.path.insert(0, '{folder}'); from {package}.__main__ import main; main()",
            .. arguments,
        ];

    // All of the library at once, as an installer does it; tests are left out, some of them do not compile on purpose.
    private static void CompileLibrary(string executable, string library) =>
        Run(
            new Command(executable, ["-I", "-m", "compileall", "-q", "-j0", "-x", @"^\./(.*/)?(test|tests|idle_test|site-packages)/", "."])
            {
                WorkingDirectory = library,
            }
        );

    private static void Copy(string source, string destination)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
        Run(new Command("rm", ["-rf", destination]));
        // cp and not a loop: it keeps symbolic links and modes.
        Run(new Command("cp", ["-a", source, destination]));
        Run(new Command("chmod", ["-R", "u+w", destination]));
    }

    private static void Run(Command command)
    {
        var result = ChildProcess.Run(command);
        if (result.ExitCode != 0)
            throw new BenchmarkFailedException($"`{command}` failed: {result.Output}{result.Error}");
    }
}

/// <summary>A cache that is open, and a distribution of it.</summary>
internal sealed class DistributionSession : IDisposable
{
    public DistributionSession(string cacheDirectory)
    {
        Context = new BuildContext(
            BuildLog.Spoken,
            LiteDbCache.Open(new CacheSettings(cacheDirectory)),
            new DiagnosticBag(),
            new ActionLedger(),
            Directory.CreateTempSubdirectory("oxidizer-benchmark-").FullName,
            Environment.ProcessorCount,
            CancellationToken.None
        );
        Distribution = DistributionStage.Obtain(
            new DistributionTable { Source = Application.Distribution },
            TargetTriple.Host,
            SourceDistribution.Build,
            Context
        );
        Context.Cache.Flush();
    }

    public BuildContext Context { get; }

    public Distribution Distribution { get; }

    public void Dispose()
    {
        Context.Cache.Dispose();
        Directory.Delete(Context.WorkDirectory, recursive: true);
    }
}
