using System.Diagnostics;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Packager.Reporting;

/// <summary>What a build takes: the seconds of its stages, and the processes that it starts. It runs from its creation on.</summary>
internal sealed class BuildClock
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ProcessCounter _processes = ChildProcess.CountFromHere();
    private readonly List<StageTime> _ended = [];
    private long _stageStarted = Stopwatch.GetTimestamp();

    /// <summary>The stage that runs.</summary>
    public string Running { get; private set; } = "configuration";

    /// <summary>The stages that ended, in order.</summary>
    public IReadOnlyList<StageTime> Ended => [.. _ended];

    /// <summary>Seconds since the build began.</summary>
    public double Seconds => Stopwatch.GetElapsedTime(_started).TotalSeconds;

    /// <summary>How many processes the build has started.</summary>
    public int ProcessesStarted => _processes.Count;

    /// <summary>Ends the running stage and begins the next.</summary>
    public void Begin(string stage)
    {
        _ended.Add(new StageTime(Running, Stopwatch.GetElapsedTime(_stageStarted).TotalSeconds));
        (Running, _stageStarted) = (stage, Stopwatch.GetTimestamp());
    }
}
