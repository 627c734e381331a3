namespace Oxidizer.Benchmarks;

/// <summary>
/// Measures several contenders round by round and not one after the other, so that a machine that is busy for a while is busy for all of
/// them.
/// Each round begins with another contender: whoever runs after the big one would always find the same cold caches.
/// </summary>
internal static class Interleaved
{
    /// <summary>The least number of rounds for a timing.</summary>
    public const int TimingRounds = 11;

    /// <summary>Calls each contender once in each round; what it returns is its value.</summary>
    public static Sample[] Run(int rounds, params Func<double>[] contenders)
    {
        var values = contenders.Select(_ => new List<double>(rounds)).ToArray();
        for (var round = 0; round < rounds; round++)
        for (var turn = 0; turn < contenders.Length; turn++)
        {
            var index = (round + turn) % contenders.Length;
            values[index].Add(contenders[index]());
        }
        return [.. values.Select(list => new Sample(list))];
    }
}
