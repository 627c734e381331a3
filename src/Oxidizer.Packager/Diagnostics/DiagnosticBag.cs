namespace Oxidizer.Packager.Diagnostics;

/// <summary>Collects diagnostics, so that a stage reports all of its mistakes at once. Safe to call from several threads.</summary>
/// <param name="most">No more are kept.</param>
internal sealed class DiagnosticBag(int most = int.MaxValue)
{
    /// <summary>For the mistakes of one file: one that is no configuration at all has a mistake on every line, and nobody reads (or waits
    /// for) a hundred thousand.</summary>
    internal const int MostOfOneFile = 100;

    private readonly List<Diagnostic> _diagnostics = [];
    private readonly Lock _lock = new();

    /// <summary>Called with each diagnostic as it is added.</summary>
    public event Action<Diagnostic>? Added;

    /// <summary>All so far, in the order in which they were added.</summary>
    public IReadOnlyList<Diagnostic> All
    {
        get
        {
            lock (_lock)
                return [.. _diagnostics];
        }
    }

    /// <summary>The warnings so far.</summary>
    public IEnumerable<Diagnostic> Warnings => All.Where(diagnostic => diagnostic.Kind.Severity == DiagnosticSeverity.Warning);

    /// <summary>Whether an error was added.</summary>
    public bool HasErrors => All.Any(diagnostic => diagnostic.Kind.Severity == DiagnosticSeverity.Error);

    /// <summary>Whether no further one is kept.</summary>
    internal bool IsFull
    {
        get
        {
            lock (_lock)
                return _diagnostics.Count >= most;
        }
    }

    /// <summary>Adds one. The same diagnostic is kept once.</summary>
    public void Add(Diagnostic diagnostic)
    {
        lock (_lock)
        {
            if (_diagnostics.Count >= most || _diagnostics.Contains(diagnostic))
                return;
            _diagnostics.Add(diagnostic);
        }
        Added?.Invoke(diagnostic);
    }

    /// <summary>Adds one.</summary>
    public void Add(DiagnosticKind kind, string message, SourceLocation? location = null) => Add(new Diagnostic(kind, message, location));

    /// <summary>Whether one stands at a place.</summary>
    internal bool HasAt(SourceLocation place) => All.Any(diagnostic => diagnostic.Location == place);

    /// <summary>Ends a stage: throws all errors that were collected, if there are any.</summary>
    /// <param name="inOrderOfFile">By their places, which are all in one file; else in the order of their adding.</param>
    /// <exception cref="BuildFailedException">There are errors.</exception>
    public void ThrowIfErrors(bool inOrderOfFile = false)
    {
        var errors = All.Where(diagnostic => diagnostic.Kind.Severity == DiagnosticSeverity.Error).ToList();
        if (errors.Count > 0)
            throw new BuildFailedException(
                inOrderOfFile ? [.. errors.OrderBy(error => error.Location?.Line).ThenBy(error => error.Location?.Column)] : errors
            );
    }
}
