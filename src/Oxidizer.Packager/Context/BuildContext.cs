using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Context;

/// <summary>Where a build's messages go. Implementations are safe to call from several threads.</summary>
public interface IBuildLog
{
    /// <summary>One line about a stage: what was done. Shown by default.</summary>
    void Information(string message);

    /// <summary>One line about an action and why it ran. Shown at diagnostic verbosity.</summary>
    void Debug(string message);

    /// <summary>A warning.</summary>
    void Warning(string message);

    /// <summary>How far a long step is. May be called often; the log shows only some of the calls.</summary>
    /// <param name="stage">What is being done, such as <c>build CPython 3.11.2: train</c>.</param>
    /// <param name="share">From 0 to 1; <c>null</c> when it cannot be told.</param>
    /// <param name="detail">Bytes, counts, a file.</param>
    void Progress(string stage, double? share, string? detail = null);
}

/// <summary>What every stage of one build shares.</summary>
/// <param name="Log">Where messages go.</param>
/// <param name="Cache">Where actions and blobs are.</param>
/// <param name="Diagnostics">The mistakes of the build so far.</param>
/// <param name="Actions">What was executed and what reused, for the result.</param>
/// <param name="WorkDirectory">An existing private folder of this build, removed at its end.</param>
/// <param name="Parallelism">How many workers a stage may start.</param>
/// <param name="Cancellation">Set by Ctrl-C.</param>
internal sealed record BuildContext(
    IBuildLog Log,
    IActionCache Cache,
    DiagnosticBag Diagnostics,
    ActionLedger Actions,
    string WorkDirectory,
    int Parallelism,
    CancellationToken Cancellation
)
{
    /// <summary>The context of a build that begins. Warnings go to the log as soon as they are known; errors, when a stage throws
    /// them.</summary>
    public static BuildContext Create(
        IBuildLog log,
        IActionCache cache,
        string workDirectory,
        int parallelism,
        CancellationToken cancellation
    )
    {
        var diagnostics = new DiagnosticBag();
        diagnostics.Added += diagnostic =>
        {
            if (diagnostic.Kind.Severity == DiagnosticSeverity.Warning)
                log.Warning(diagnostic.ToString());
        };
        return new BuildContext(log, cache, diagnostics, new ActionLedger(), workDirectory, parallelism, cancellation);
    }

    /// <summary>Says that a file in <see cref="WorkDirectory"/> could not be written.</summary>
    /// <param name="kind">The room's own.</param>
    /// <param name="act">What was being done, such as <c>write the bytecode</c>.</param>
    /// <param name="path">The file.</param>
    /// <param name="cause">Why.</param>
    internal static EnvironmentFailureException NotWritten(DiagnosticKind kind, string act, string path, Exception cause) =>
        new(kind, act, path, $"{cause.Message}; make room in the system's temporary folder, or set TMPDIR to another", cause);

    /// <summary>Finds an action's record or runs it, and writes down which.</summary>
    /// <param name="key">The action's identity.</param>
    /// <param name="name">What it is about, in words of the build, such as <c>app/views.py</c>.</param>
    /// <param name="execute">Makes the outputs and stores their blobs.</param>
    /// <param name="explain">Explains why it runs better than the fields of the key do; <c>null</c> without such an explanation. Called
    /// before it runs.</param>
    /// <param name="executed">Called after it ran.</param>
    public ActionRecord Run(
        ActionKey key,
        string name,
        Func<IReadOnlyList<ActionOutput>> execute,
        Func<string?>? explain = null,
        Action? executed = null
    )
    {
        string? reason = null;
        var result = Cache.GetOrAdd(
            key,
            name,
            () =>
            {
                reason = explain?.Invoke();
                return execute();
            },
            Cancellation
        );
        if (result.Reused)
            Actions.Reuse(key.Kind);
        else
        {
            reason ??= result.Reason ?? "";
            Log.Debug($"{key.Kind} {name}: {reason} ({result.Record.Seconds:0.000} s)");
            Actions.Execute(new ExecutedAction(key.Kind, name, reason, result.Record.Seconds));
            executed?.Invoke();
        }
        return result.Record;
    }
}
