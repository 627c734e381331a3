using System.Diagnostics;

namespace Oxidizer.Benchmarks;

/// <summary>One build in a process of its own: for what it takes from nothing, and for its memory.</summary>
internal static class BuildChild
{
    /// <summary>Starts the child; it reports <c>seconds</c>, <c>executed</c> and <c>peak_bytes</c>.</summary>
    public static IReadOnlyDictionary<string, double> Start(Application application) =>
        Child.Start(Console.Error.WriteLine, "build", application.Configuration, application.OutputDirectory, application.CacheDirectory);

    public static void Run(string[] arguments)
    {
        var application = new Application(arguments[0], arguments[1], arguments[2]);
        var started = Stopwatch.GetTimestamp();
        var result = application.Build(BuildLog.Spoken);
        Child.Report("seconds", Stopwatch.GetElapsedTime(started).TotalSeconds);
        Child.Report("executed", result.Executed.Count);
    }
}
