using System.Globalization;

namespace Oxidizer.Benchmarks;

/// <summary>The same cases for a reader at a terminal.</summary>
internal static class ResultTable
{
    public static void Print(Suite suite, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{suite.Name, -34} {"value", 12} {"reference", 12} {"ratio", 7}  compared with");
        foreach (var measured in suite.Cases)
            output.WriteLine(Line(measured));
        foreach (var failure in suite.Failures)
            output.WriteLine($"{failure.Part, -34} FAILED: {failure.Message.Split('\n')[0]}");
    }

    public static string Line(Case measured)
    {
        var reference = measured.Reference is { } sample ? Format(sample.Median, measured.Metric) : "";
        var ratio = measured.Ratio?.ToString("0.000", CultureInfo.InvariantCulture) ?? "";
        return $"{measured.Id, -34} {Format(measured.Value.Median, measured.Metric), 12} {reference, 12} {ratio, 7}  {measured.ReferenceName}".TrimEnd();
    }

    private static string Format(double value, string metric) =>
        metric switch
        {
            Metric.WallSeconds => value < 1
                ? FormattableString.Invariant($"{value * 1000:0.00} ms")
                : FormattableString.Invariant($"{value:0.00} s"),
            Metric.Instructions => FormattableString.Invariant($"{value / 1e6:0.00} M"),
            Metric.Bytes => FormattableString.Invariant($"{value / 1048576:0.00} MiB"),
            _ => value.ToString("0.##", CultureInfo.InvariantCulture),
        };
}
