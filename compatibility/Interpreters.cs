using Oxidizer.Cache;
using Oxidizer.Packager;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Compatibility;

/// <summary>
/// The two sides: a distribution's own interpreter, installed as a user would have it, and a product of the same distribution that acts as
/// <c>python</c>. The product
/// imports the whole standard library from memory; its <c>__file__</c>s are real (<c>module_file = "filesystem"</c>). Only CPython's
/// package <c>test</c> is not packed
/// but laid beside these files: it is the tests and not what is tested, and some of its files are no Python on purpose.
/// </summary>
/// <param name="Reference">The plain interpreter.</param>
/// <param name="Product">The product.</param>
/// <param name="Folder">Where both are, with their logs and journal.</param>
/// <param name="TestFolder">The folder of the package <c>test</c> of the reference.</param>
/// <param name="Version">Such as <c>3.11.2</c>.</param>
/// <param name="MajorMinor">Such as <c>3.11</c>.</param>
/// <param name="Name">Says which build of CPython it is.</param>
/// <param name="Identity">Of both sides: other interpreters have another.</param>
public sealed record Interpreters(
    string Reference,
    string Product,
    string Folder,
    string TestFolder,
    string Version,
    string MajorMinor,
    string Name,
    string Identity
)
{
    /// <summary>The <c>XDG_CACHE_HOME</c> that the product's files were extracted to.</summary>
    public string ProductCache => CacheIn(Folder);

    /// <summary>What no configuration packs: data of tests that do not compile.</summary>
    private static readonly string[] s_besideTheLibrary = ["test", "lib2to3/tests/data"];

    /// <summary>Obtains the distribution (minutes, if the cache does not have it), builds the product, and lays both out in the options'
    /// work folder.</summary>
    public static Interpreters LayOut(CompatibilityOptions options, IBuildLog log)
    {
        var (distribution, extensions) = Obtain(options, log);
        var folder = FolderOf(distribution, options);
        var unpacked = s_besideTheLibrary
            .Where(part => Directory.Exists(Path.Combine(distribution.PathOf(distribution.StandardLibrary), part)))
            .ToList();
        var reference = LayOutReference(distribution, extensions, folder);
        // With virtual names the library has no folder: what is not packed gets one of its own.
        var beside = options.ModuleFile == "filesystem" ? null : Path.Combine(folder, "beside");
        var configuration = WriteConfiguration(folder, unpacked, extensions, beside, options);
        var result = Pipeline.Build(
            new BuildRequest
            {
                ConfigurationOrScript = configuration,
                CacheDirectory = options.CacheDirectory,
                OutputDirectory = Path.Combine(folder, "product"),
            },
            log
        );
        var library = beside ?? ExtractFiles(result.ProductPath, CacheIn(folder));
        foreach (var part in unpacked)
            Copy(Path.Combine(distribution.PathOf(distribution.StandardLibrary), part), Path.Combine(library, part));
        if (extensions is not null)
            TestExtensions.TurnOn(Path.Combine(library, "test"));
        return new Interpreters(
            Path.Combine(reference, distribution.Executable),
            result.ProductPath,
            folder,
            Path.Combine(reference, distribution.StandardLibrary, "test"),
            distribution.Version,
            distribution.MajorMinor,
            distribution.Name + (extensions is null ? "" : ", with CPython's test extensions"),
            $"{distribution.ArchiveDigest} {result.Digest}"
        );
    }

    private static string CacheIn(string folder) => Path.Combine(folder, "cache");

    // Neither with test extensions nor with other names is it the same interpreter: none may find another's files.
    private static string FolderOf(Distribution distribution, CompatibilityOptions options) =>
        Path.Combine(
            options.WorkFolder,
            distribution.ArchiveDigest.ToShortString()
                + (options.Extensions ? "-extensions" : "")
                + (options.ModuleFile == "filesystem" ? "" : "-" + options.ModuleFile)
        );

    private static string LayOutReference(Distribution distribution, string? extensions, string folder)
    {
        var reference = Path.Combine(folder, "reference");
        if (Directory.Exists(reference))
            return reference;
        var installation = distribution.Executable.Split('/')[0];
        Copy(distribution.PathOf(installation), Path.Combine(reference + ".tmp", installation));
        if (extensions is not null)
        {
            TestExtensions.TurnOn(Path.Combine(reference + ".tmp", distribution.StandardLibrary, "test"));
            AddTo(
                Directory.CreateDirectory(Path.Combine(reference + ".tmp", distribution.StandardLibrary, "lib-dynload")).FullName,
                extensions
            );
        }
        Directory.Move(reference + ".tmp", reference);
        return reference;
    }

    /// <summary>The environment in which a program of either side runs.</summary>
    public static Dictionary<string, string?> EnvironmentIn(string home, string cache) =>
        new()
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH"),
            ["HOME"] = home,
            ["TMPDIR"] = home,
            ["XDG_CACHE_HOME"] = cache,
            ["LANG"] = "C.UTF-8",
            ["OXIDIZER_PYTHON"] = "1",
        };

    private static string ExtractFiles(string product, string cache)
    {
        if (Directory.Exists(cache))
            Directory.Delete(cache, recursive: true);
        var command = new Command(product, ["-c", "import os; print(os.path.dirname(os.__file__))"])
        {
            ClearEnvironment = true,
            Environment = EnvironmentIn("/", cache),
        };
        var result = ChildProcess.Run(command);
        return result.ExitCode == 0 ? result.Output.Trim() : throw new IOException($"`{command}` failed: {result.Error}");
    }

    private static string WriteConfiguration(
        string folder,
        IEnumerable<string> unpacked,
        string? extensions,
        string? beside,
        CompatibilityOptions options
    )
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "oxidizer.toml");
        var excludes = unpacked.Select(part => part.Replace('/', '.')).SelectMany(name => new[] { $"\"{name}\"", $"\"{name}.*\"" });
        File.WriteAllText(
            path,
            $"""
            {options.DistributionTable}
            [build]
            application_name = "python3"
            [python_config]
            act_as_python = true
            module_file = "{options.ModuleFile}"
            {(beside is null ? "" : $"sys_paths = [\"{beside}\"]")}
            [python_extensions]
            policy = "all"
            [[python_packages]]
            type = "stdlib"
            include_test_modules = true
            excludes = [{string.Join(", ", excludes)}]
            {(extensions is null ? "" : TestExtensions.Rule(extensions))}
            [python_run]
            mode = "noop"
            """
        );
        return path;
    }

    private static (Distribution Distribution, string? Extensions) Obtain(CompatibilityOptions options, IBuildLog log)
    {
        var work = Directory.CreateTempSubdirectory("oxidizer-compatibility-").FullName;
        try
        {
            using var cache = LiteDbCache.Open(new CacheSettings(options.CacheDirectory));
            var context = new BuildContext(log, cache, new DiagnosticBag(), new ActionLedger(), work, options.Jobs, CancellationToken.None);
            var table = options.Archive is { } archive
                ? new DistributionTable { LocalPath = archive }
                : new DistributionTable
                {
                    Source = options.Source,
                    Optimizations = options.Optimizations == "pgo" ? DistributionOptimization.Pgo : DistributionOptimization.NoOpt,
                };
            var distribution = DistributionStage.Obtain(table, TargetTriple.Host, SourceDistribution.Build, context);
            return (
                distribution,
                options.Extensions
                    ? TestExtensions.Build(distribution, Path.Combine(FolderOf(distribution, options), "extensions"), options, context)
                    : null
            );
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static void AddTo(string folder, string extensions)
    {
        foreach (var file in Directory.GetFiles(extensions))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }

    // cp and not a loop: it keeps symbolic links and modes.
    private static void Copy(string source, string destination)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
        foreach (
            var command in new[]
            {
                new Command("rm", ["-rf", destination]),
                new Command("cp", ["-a", source, destination]),
                new Command("chmod", ["-R", "u+w", destination]),
            }
        )
        {
            var result = ChildProcess.Run(command);
            if (result.ExitCode != 0)
                throw new IOException($"`{command}` failed: {result.Error}");
        }
    }
}
