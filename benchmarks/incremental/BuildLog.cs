using System.Diagnostics;
using Oxidizer.Packager;
using Oxidizer.Packager.Context;

namespace Oxidizer.Benchmarks;

/// <summary>A build's messages, on standard error: standard output belongs to the results.</summary>
internal sealed class BuildLog : IBuildLog
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(15);
    private readonly bool _silent;
    private long _lastProgress = Stopwatch.GetTimestamp();

    private BuildLog(bool silent) => _silent = silent;

    /// <summary>For builds that take minutes.</summary>
    public static BuildLog Spoken => new(silent: false);

    /// <summary>For builds that are measured.</summary>
    public static BuildLog Silent { get; } = new(silent: true);

    public void Information(string message) => Write(message);

    public void Debug(string message) { }

    public void Warning(string message) => Write(message);

    public void Progress(string stage, double? share, string? detail = null)
    {
        if (Stopwatch.GetElapsedTime(_lastProgress) < s_interval)
            return;
        _lastProgress = Stopwatch.GetTimestamp();
        Write(FormattableString.Invariant($"{stage} {share:P0} {detail}"));
    }

    private void Write(string message)
    {
        if (!_silent)
            Console.Error.WriteLine("    " + message);
    }
}
