using Oxidizer.Packager;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.Benchmarks;

/// <summary>A configuration and where its product and its cache are: everything that a build needs.</summary>
internal sealed record Application(string Configuration, string OutputDirectory, string CacheDirectory)
{
    /// <summary>Every figure is about this distribution: profile-guided, the default.</summary>
    public const string Distribution = "apt:python3.11";

    /// <summary>The configuration's folder, below which all of the program's files are.</summary>
    public string Folder => Path.GetDirectoryName(Configuration)!;

    /// <summary>Writes the configuration of a program whose packages are in <paramref name="folder"/>.</summary>
    public static Application Write(
        string folder,
        string name,
        string[] packages,
        string run,
        string cacheDirectory,
        string stdlibRule = ""
    )
    {
        Directory.CreateDirectory(folder);
        var root =
            packages.Length == 0
                ? ""
                : $"""
                    [[python_packages]]
                    type = "package-root"
                    path = "."
                    packages = [{string.Join(", ", packages.Select(package => $"\"{package}\""))}]
                    """;
        var configuration = Path.Combine(folder, name + ".toml");
        File.WriteAllText(
            configuration,
            $"""
            [build]
            application_name = "{name}"
            [python_distribution]
            source = "{Distribution}"
            [[python_packages]]
            type = "stdlib"
            {stdlibRule}
            {root}
            [python_run]
            {run}
            """
        );
        return new Application(configuration, folder + "-product", cacheDirectory);
    }

    public BuildResult Build(IBuildLog log)
    {
        var request = new BuildRequest
        {
            ConfigurationOrScript = Configuration,
            OutputDirectory = OutputDirectory,
            CacheDirectory = CacheDirectory,
        };
        var result = Pipeline.Build(request, log);
        // A build that had to do without its cache is right, but what it took is no figure about the cache.
        return result.Warnings.FirstOrDefault(warning => warning.Id.StartsWith("OXI09", StringComparison.Ordinal)) is { } warning
            ? throw new BenchmarkFailedException($"the cache `{CacheDirectory}` failed: {warning.Id}: {warning.Message}")
            : result;
    }
}
