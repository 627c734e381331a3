namespace Oxidizer.Benchmarks;

/// <summary>The same program against itself. A ratio of another suite that is nearer to 1 than these are says nothing.</summary>
internal static class NoiseSuite
{
    public static void Run(Suite suite)
    {
        const string name = "the same program";
        var programs = new Programs(suite.WorkFolder);
        string[] hello = ["/usr/bin/python3", "-I", "-c", "print('Hello, world!')"];
        suite.Part(
            "wall",
            () =>
            {
                programs.Cost(hello);
                var seconds = Interleaved.Run(31, () => programs.Cost(hello).WallSeconds, () => programs.Cost(hello).WallSeconds);
                suite.Add(new Case("noise-wall", Metric.WallSeconds, seconds[0]) { Reference = seconds[1], ReferenceName = name });
            }
        );
        suite.Part(
            "rss",
            () =>
            {
                var bytes = Interleaved.Run(
                    Interleaved.TimingRounds,
                    () => programs.Cost(hello).MaxResidentBytes,
                    () => programs.Cost(hello).MaxResidentBytes
                );
                suite.Add(new Case("noise-rss", Metric.Bytes, bytes[0]) { Reference = bytes[1], ReferenceName = name });
            }
        );
        suite.Part(
            "instructions",
            () =>
            {
                var counts = Interleaved.Run(5, () => programs.Instructions(hello), () => programs.Instructions(hello));
                suite.Add(new Case("noise-instructions", Metric.Instructions, counts[0]) { Reference = counts[1], ReferenceName = name });
            }
        );
    }
}
