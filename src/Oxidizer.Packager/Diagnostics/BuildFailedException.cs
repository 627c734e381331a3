namespace Oxidizer.Packager.Diagnostics;

/// <summary>The build cannot continue, and the user can correct the cause. Holds every mistake of the stage.</summary>
public sealed class BuildFailedException : Exception
{
    /// <summary>Fails with a stage's mistakes.</summary>
    public BuildFailedException(IReadOnlyList<Diagnostic> diagnostics, Exception? cause = null)
        : base(string.Join(Environment.NewLine, diagnostics), cause) => Diagnostics = diagnostics;

    /// <summary>Fails with one mistake.</summary>
    public BuildFailedException(DiagnosticKind kind, string message, SourceLocation? location = null, Exception? cause = null)
        : this([new Diagnostic(kind, message, location)], cause) { }

    /// <summary>The mistakes, in the order in which they were found; never empty.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }
}

/// <summary>The environment failed: a full disk, a broken network, a permission. Names the act, the path or address, and the
/// reason.</summary>
public sealed class EnvironmentFailureException : Exception
{
    /// <summary>Describes the failure.</summary>
    /// <param name="kind">Its id.</param>
    /// <param name="act">What was being done, such as <c>write the product</c>.</param>
    /// <param name="place">The path or address.</param>
    /// <param name="reason">Why it failed, and the way out.</param>
    /// <param name="cause">The exception behind it.</param>
    public EnvironmentFailureException(DiagnosticKind kind, string act, string place, string reason, Exception? cause = null)
        : base($"error {kind.Id}: cannot {act} `{place}`: {reason}", cause) => (Kind, Act, Place, Reason) = (kind, act, place, reason);

    /// <summary>Its id.</summary>
    public DiagnosticKind Kind { get; }

    /// <summary>What was being done.</summary>
    public string Act { get; }

    /// <summary>The path or address.</summary>
    public string Place { get; }

    /// <summary>Why it failed, and the way out.</summary>
    public string Reason { get; }
}
