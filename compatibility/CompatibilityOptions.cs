using System.Globalization;

namespace Oxidizer.Compatibility;

/// <summary>What is compared, and how.</summary>
public sealed record CompatibilityOptions
{
    public const string Usage = """
        usage: dotnet run --project compatibility -c Release -- [options] [test file...]

          --source <source>        the CPython, as in [python_distribution]; by default apt:python3.11
          --archive <path>         a "full" archive instead
          --optimizations <how>    for a source: pgo or noopt; by default noopt, whose outcomes are the same
          --extensions             compiles CPython's test extensions (_testcapi) for both sides, out of the sources that the distribution names
          --extension-sources <path>  a source archive of the same CPython for them (.tar.xz, .tar.gz) instead
          --module-file <how>      what __file__ of the product's modules is: filesystem or virtual; by default filesystem
          --limit <seconds>        for one test file on one side; by default 300
          --jobs <count>           how many files at a time; by default two a core, because many tests wait
          --resume                 keeps what an interrupted run of the very same two sides has finished
          --cache <folder>         where distributions are kept between runs; by default the user's cache

        Test files are named as CPython does (test_json). When some are named, only these are run, and they replace what the result file holds of them.
        """;

    public string Source { get; init; } = "apt:python3.11";

    public string? Archive { get; init; }

    public string Optimizations { get; init; } = "noopt";

    public bool Extensions { get; init; }

    public string? ExtensionSources { get; init; }

    /// <summary>As in <c>[python_config]</c>.</summary>
    public string ModuleFile { get; init; } = "filesystem";

    public int LimitSeconds { get; init; } = 300;

    public int Jobs { get; init; } = 2 * Environment.ProcessorCount;

    public bool Resume { get; init; }

    public string CacheDirectory { get; init; } = Cache.CacheDirectory.Default();

    /// <summary>Empty: all.</summary>
    public IReadOnlyList<string> TestFiles { get; init; } = [];

    /// <summary>The checkout's root.</summary>
    public string Root { get; init; } = FindRoot();

    /// <summary>Where both interpreters are laid out; may be deleted at any time.</summary>
    public string WorkFolder { get; init; } = Path.Combine(FindRoot(), "artifacts", "compatibility-work");

    public string ResultFolder { get; init; } = Path.Combine(FindRoot(), "artifacts", "compatibility");

    /// <summary>The table <c>[python_distribution]</c> of the product's configuration.</summary>
    public string DistributionTable =>
        Archive is null
            ? $"[python_distribution]\nsource = \"{Source}\"\noptimizations = \"{Optimizations}\"\n"
            : $"[python_distribution]\nlocal_path = \"{Archive}\"\n";

    /// <exception cref="FormatException">The arguments make no sense; the message says which.</exception>
    public static CompatibilityOptions Parse(string[] arguments)
    {
        List<string> files = [];
        var options = new CompatibilityOptions { TestFiles = files };
        for (var index = 0; index < arguments.Length; index++)
        {
            var argument = arguments[index];
            string Next() => ++index < arguments.Length ? arguments[index] : throw new FormatException($"`{argument}` needs a value");
            if (argument.StartsWith("test_", StringComparison.Ordinal))
                files.Add(argument);
            else
                options = options.With(argument, Next);
        }
        // What other names do is another question than the one that the result file answers.
        return options.ModuleFile == "filesystem"
            ? options
            : options with
            {
                ResultFolder = Path.Combine(options.ResultFolder, options.ModuleFile),
            };
    }

    private CompatibilityOptions With(string argument, Func<string> next) =>
        argument switch
        {
            "--source" => this with { Source = next() },
            "--archive" => this with { Archive = Path.GetFullPath(next()) },
            "--optimizations" => this with { Optimizations = next() },
            "--extensions" => this with { Extensions = true },
            "--extension-sources" => this with { Extensions = true, ExtensionSources = Path.GetFullPath(next()) },
            "--module-file" => this with { ModuleFile = next() },
            "--limit" => this with { LimitSeconds = Number(next()) },
            "--jobs" => this with { Jobs = Number(next()) },
            "--resume" => this with { Resume = true },
            "--cache" => this with { CacheDirectory = Path.GetFullPath(next()) },
            _ => throw new FormatException($"unknown option `{argument}`"),
        };

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException($"`{text}` is no positive number");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Oxidizer.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"no Oxidizer.sln above `{AppContext.BaseDirectory}`; run it from a checkout");
    }
}
