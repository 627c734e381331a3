using System.Diagnostics;

namespace Oxidizer.Benchmarks;

/// <summary>What went wrong with a part of a suite.</summary>
internal sealed record Failure(string Part, string Message);

/// <summary>The cases of one suite while it runs. A part that fails is said and remembered, and the others still run.</summary>
internal sealed class Suite(string name, Options options)
{
    private readonly List<Case> _cases = [];
    private readonly List<Failure> _failures = [];

    public string Name => name;

    public Options Options => options;

    public IReadOnlyList<Case> Cases => _cases;

    public IReadOnlyList<Failure> Failures => _failures;

    /// <summary>A private folder of this suite, below <c>artifacts/benchmark-work</c>.</summary>
    public string WorkFolder { get; } = Directory.CreateDirectory(Path.Combine(options.WorkFolder, name)).FullName;

    public void Add(Case measured)
    {
        _cases.Add(measured);
        Console.Error.WriteLine("  " + ResultTable.Line(measured));
    }

    /// <summary>Runs one part, unless it is to be skipped.</summary>
    public void Part(string part, Action measure)
    {
        if (options.Skip.Contains(part))
        {
            Console.Error.WriteLine($"{name}: {part}: skipped");
            return;
        }
        var started = Stopwatch.GetTimestamp();
        Console.Error.WriteLine($"{name}: {part}");
        try
        {
            measure();
            Console.Error.WriteLine($"{name}: {part}: {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _failures.Add(new Failure(part, exception is BenchmarkFailedException ? exception.Message : exception.ToString()));
            Console.Error.WriteLine($"{name}: {part}: FAILED: {_failures[^1].Message}");
        }
    }
}
