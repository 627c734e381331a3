using System.Globalization;

namespace Oxidizer.Benchmarks;

/// <summary>What the command line says.</summary>
internal sealed record Options
{
    public const string Usage = """
        usage: dotnet run --project benchmarks -c Release -- <suite>... [options]

        suites: startup, files (what the layer for packed paths costs), build, cache, size, noise (the same program against itself: how far a ratio can be trusted here)
          --skip <part>     leaves a part of a suite out (its name is in the log); may be given several times
          --cache <folder>  where distributions are kept between runs; by default the user's cache
          --kills <count>   rounds of the kill test of suite `cache`; by default 100
          --damages <count> rounds of damage to a build's cache, of suite `cache`; by default 20
        """;

    public IReadOnlyList<string> Suites { get; private init; } = [];

    public IReadOnlySet<string> Skip { get; private init; } = new HashSet<string>();

    public string CacheDirectory { get; private init; } = Cache.CacheDirectory.Default();

    public int Kills { get; private init; } = 100;

    public int Damages { get; private init; } = 20;

    /// <summary>The checkout's root.</summary>
    public string Root { get; } = FindRoot();

    /// <summary>What may be deleted at any time, and makes the next run slower.</summary>
    public string WorkFolder => Path.Combine(Root, "artifacts", "benchmark-work");

    public string ResultFolder => Path.Combine(Root, "artifacts", "benchmarks");

    /// <exception cref="FormatException">The arguments make no sense; the message says which.</exception>
    public static Options Parse(string[] arguments, IEnumerable<string> knownSuites)
    {
        List<string> suites = [];
        HashSet<string> skip = [];
        var options = new Options { Suites = suites, Skip = skip };
        for (var index = 0; index < arguments.Length; index++)
        {
            var argument = arguments[index];
            string Next() => ++index < arguments.Length ? arguments[index] : throw new FormatException($"`{argument}` needs a value");
            switch (argument)
            {
                case "--skip":
                    skip.Add(Next());
                    break;
                case "--cache":
                    options = options with { CacheDirectory = Path.GetFullPath(Next()) };
                    break;
                case "--kills":
                    options = options with { Kills = int.Parse(Next(), CultureInfo.InvariantCulture) };
                    break;
                case "--damages":
                    options = options with { Damages = int.Parse(Next(), CultureInfo.InvariantCulture) };
                    break;
                default:
                    suites.Add(
                        knownSuites.Contains(argument) ? argument : throw new FormatException($"unknown suite or option `{argument}`")
                    );
                    break;
            }
        }
        return suites.Count > 0 ? options : throw new FormatException("no suite was named");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Oxidizer.sln")))
                return folder.FullName;
        throw new BenchmarkFailedException($"no Oxidizer.sln above `{AppContext.BaseDirectory}`; run the benchmarks from a checkout");
    }
}
