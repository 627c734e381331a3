using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>Tells how far a build of CPython is: which stage, and the share of it that is done.</summary>
internal sealed class SourceProgress(IBuildLog log, string subject)
{
    private string _stage = "";
    private int _done,
        _expected;

    /// <summary>Begins a stage.</summary>
    /// <param name="stage">What is done in it.</param>
    /// <param name="expected">How many steps it has; 0 when that cannot be told.</param>
    public void Begin(string stage, int expected = 0)
    {
        (_stage, _done, _expected) = ($"build {subject}: {stage}", 0, expected);
        log.Progress(_stage, expected > 0 ? 0 : null);
    }

    /// <summary>One more step of the stage is done.</summary>
    /// <param name="detail">Which one.</param>
    public void Step(string detail)
    {
        // There may be more steps than expected; the share stays at most 1.
        var done = Math.Min(Interlocked.Increment(ref _done), Math.Max(_expected, 1));
        log.Progress(_stage, _expected > 0 ? (double)done / _expected : null, _expected > 0 ? $"{done}/{_expected} {detail}" : detail);
    }

    /// <summary>The stage is done.</summary>
    public void End() => log.Progress(_stage, 1);
}
