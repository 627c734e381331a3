namespace Oxidizer.Benchmarks;

/// <summary>What a value is counted in, as the result files name it.</summary>
internal static class Metric
{
    public const string Instructions = "instructions";
    public const string WallSeconds = "wall_seconds";
    public const string Bytes = "bytes";
    public const string Count = "count";
}

/// <summary>The values of one contender in one run of a suite; the middle one speaks for it, because a busy machine only ever
/// adds.</summary>
internal sealed record Sample(IReadOnlyList<double> Values)
{
    public int Runs => Values.Count;

    public double Min => Values.Min();

    public double Max => Values.Max();

    public double Median
    {
        get
        {
            var sorted = Values.Order().ToArray();
            var middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    public static Sample Of(double value) => new([value]);
}

/// <summary>One row of a result file.</summary>
/// <param name="Id">Stable: other programs read it.</param>
/// <param name="Metric">One of <see cref="Benchmarks.Metric"/>.</param>
/// <param name="Value">What was measured.</param>
internal sealed record Case(string Id, string Metric, Sample Value)
{
    /// <summary>The same for something else, measured in the same run, or <c>null</c>.</summary>
    public Sample? Reference { get; init; }

    /// <summary>What the reference is, in words.</summary>
    public string? ReferenceName { get; init; }

    /// <summary>What a reader must know to judge the value.</summary>
    public string? Note { get; init; }

    public double? Ratio => Reference is { Median: > 0 } reference ? Value.Median / reference.Median : null;
}
