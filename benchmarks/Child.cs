using System.Globalization;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Benchmarks;

/// <summary>This program, started again by a suite. What a child measured it prints as <c>name=value</c>.</summary>
internal static class Child
{
    /// <summary>The child's side.</summary>
    public static int Run(string kind, string[] arguments)
    {
        switch (kind)
        {
            case "nothing":
                break;
            case "build":
                BuildChild.Run(arguments);
                break;
            case "cache":
                CacheChild.Run(arguments);
                break;
            case "kill":
                KillChild.Run(arguments);
                break;
            default:
                throw new BenchmarkFailedException($"unknown child `{kind}`");
        }
        Report("peak_bytes", PeakResidentBytes());
        return 0;
    }

    /// <summary>The parent's side: starts the child, waits, and gives its values.</summary>
    public static IReadOnlyDictionary<string, double> Start(params string[] arguments) => Start(null, arguments);

    /// <summary>The same for a child that takes minutes, with what it says meanwhile.</summary>
    public static IReadOnlyDictionary<string, double> Start(Action<string>? onLine, params string[] arguments)
    {
        var result = ChildProcess.Run(CommandFor(arguments), onLine: onLine);
        if (result.ExitCode != 0)
            throw new BenchmarkFailedException(
                $"child `{string.Join(' ', arguments)}` ended with exit code {result.ExitCode}:\n{result.Error}"
            );
        return result
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('='))
            .ToDictionary(pair => pair[0], pair => double.Parse(pair[1], CultureInfo.InvariantCulture));
    }

    public static Command CommandFor(params string[] arguments) => new(Environment.ProcessPath!, ["child", .. arguments]);

    public static void Report(string name, double value) =>
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}={value:R}"));

    // Of this process alone: the compilers and linkers that it starts are not its memory.
    private static double PeakResidentBytes() =>
        File.ReadLines("/proc/self/status")
            .Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Select(line =>
                long.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024
            )
            .Single();
}
