using System.Diagnostics;
using System.Globalization;

namespace Oxidizer.Benchmarks;

/// <summary>One operation on a store in a new process. Its seconds count from the first line of this program: what the just-in-time
/// compiler takes is a user's time, too.</summary>
internal static class CacheChild
{
    /// <summary>Starts the child and gives its seconds.</summary>
    public static double Seconds(string store, string operation, string folder, int count, int size = 0) =>
        Child.Start(
            "cache",
            store,
            operation,
            folder,
            count.ToString(CultureInfo.InvariantCulture),
            size.ToString(CultureInfo.InvariantCulture)
        )["seconds"];

    public static void Run(string[] arguments)
    {
        var started = Stopwatch.GetTimestamp();
        var (name, operation, folder) = (arguments[0], arguments[1], arguments[2]);
        var count = int.Parse(arguments[3], CultureInfo.InvariantCulture);
        using (var store = Stores.Open(name, folder))
        {
            if (operation == "store")
                store.Add(0, count, int.Parse(arguments[4], CultureInfo.InvariantCulture));
            else if (store.Find(0, Math.Max(1, count)) is var found && found != count)
                throw new BenchmarkFailedException($"`{name}` found {found} of {count} entries");
        }
        Child.Report("seconds", Stopwatch.GetElapsedTime(started).TotalSeconds);
    }
}
