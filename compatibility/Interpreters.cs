using Oxidizer.Cache;
using Oxidizer.Packager;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Compatibility;

/// <summary>
/// The two sides: a distribution's own interpreter, installed as a user would have it, and a product of the same distribution that acts as <c>python</c>. The product
/// has the whole standard library in memory. Only CPython's package <c>test</c> lies beside it, in <c>lib</c>: its files read their data, and
/// themselves, from their folder, and it is the tests and not what is tested.
/// </summary>
/// <param name="Reference">The plain interpreter.</param>
/// <param name="Product">The product.</param>
/// <param name="TestFolder">The folder of the package <c>test</c> of the reference.</param>
/// <param name="Version">Such as <c>3.11.2</c>.</param>
/// <param name="MajorMinor">Such as <c>3.11</c>.</param>
/// <param name="Name">Says which build of CPython it is.</param>
public sealed record Interpreters(string Reference, string Product, string TestFolder, string Version, string MajorMinor, string Name)
{
    /// <summary>Obtains the distribution (minutes, if the cache does not have it), builds the product, and lays both out in the options' work folder.</summary>
    public static Interpreters LayOut(CompatibilityOptions options, IBuildLog log)
    {
        var configuration = WriteConfiguration(options);
        var distribution = Obtain(configuration, options, log);
        var folder = Path.Combine(options.WorkFolder, distribution.ArchiveDigest.ToShortString());
        var reference = Path.Combine(folder, "reference");
        var test = Path.Combine(distribution.StandardLibrary, "test");
        if (!Directory.Exists(reference))
        {
            var temporary = reference + ".tmp";
            Copy(distribution.PathOf(distribution.Executable.Split('/')[0]), Path.Combine(temporary, distribution.Executable.Split('/')[0]));
            Directory.Move(temporary, reference);
        }
        var built = Pipeline.Build(new BuildRequest { ConfigurationOrScript = configuration, CacheDirectory = options.CacheDirectory, OutputDirectory = Path.Combine(folder, "product") }, log);
        var beside = Path.Combine(Path.GetDirectoryName(built.ProductPath)!, "lib", "test");
        if (!Directory.Exists(beside))
            Copy(distribution.PathOf(test), beside);
        return new Interpreters(Path.Combine(reference, distribution.Executable), built.ProductPath, Path.Combine(reference, test), distribution.Version, distribution.MajorMinor, distribution.Name);
    }

    private static string WriteConfiguration(CompatibilityOptions options)
    {
        Directory.CreateDirectory(options.WorkFolder);
        var path = Path.Combine(options.WorkFolder, "oxidizer.toml");
        File.WriteAllText(path, $"""
            {options.DistributionTable}
            [build]
            application_name = "python3"
            [python_config]
            act_as_python = true
            sys_paths = ["$ORIGIN/lib"]
            [[python_packages]]
            type = "stdlib"
            include_test_modules = true
            excludes = ["test", "test.*"]
            [python_run]
            mode = "noop"
            """);
        return path;
    }

    private static Distribution Obtain(string configuration, CompatibilityOptions options, IBuildLog log)
    {
        var work = Directory.CreateTempSubdirectory("oxidizer-compatibility-").FullName;
        try
        {
            using var cache = LiteDbCache.Open(new CacheSettings(options.CacheDirectory));
            var context = new BuildContext(log, cache, new DiagnosticBag(), new ActionLedger(), work, options.Jobs, CancellationToken.None);
            var table = options.Archive is { } archive
                ? new DistributionTable { LocalPath = archive }
                : new DistributionTable { Source = options.Source, Optimizations = options.Optimizations == "pgo" ? DistributionOptimization.Pgo : DistributionOptimization.NoOpt };
            return DistributionStage.Obtain(table, TargetTriple.Host, context);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    // cp and not a loop: it keeps symbolic links and modes.
    private static void Copy(string source, string destination)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
        foreach (var command in new[] { new Command("rm", ["-rf", destination]), new Command("cp", ["-a", source, destination]), new Command("chmod", ["-R", "u+w", destination]) })
        {
            var result = ChildProcess.Run(command);
            if (result.ExitCode != 0)
                throw new IOException($"`{command}` failed: {result.Error}");
        }
    }
}
