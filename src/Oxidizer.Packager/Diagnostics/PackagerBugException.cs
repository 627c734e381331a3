namespace Oxidizer.Packager.Diagnostics;

/// <summary>A bug of ours, and neither the user's mistake nor the machine's failure. The message says so, and holds what a report
/// needs.</summary>
public sealed class PackagerBugException : Exception
{
    /// <summary>Wraps what was thrown.</summary>
    /// <param name="stage">The stage that ran.</param>
    /// <param name="cause">What was thrown, with its stack.</param>
    public PackagerBugException(string stage, Exception cause)
        : base(
            $"error {DiagnosticKinds.Bug.Id}: a bug in Oxidizer, in the stage `{stage}`; please report it with these lines:\n{cause}",
            cause
        ) => Stage = stage;

    /// <summary>The stage that ran.</summary>
    public string Stage { get; }
}
