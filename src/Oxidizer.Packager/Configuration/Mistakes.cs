using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Configuration;

/// <summary>
/// Collects the mistakes of one configuration. It stops at a hundred: a file that is not a configuration has one on every line, and nobody reads
/// a hundred thousand messages.
/// </summary>
internal sealed class Mistakes
{
    private const int Max = 100;
    private readonly List<Diagnostic> _all = [];

    /// <summary>Whether it is full.</summary>
    public bool IsFull => _all.Count >= Max;

    /// <summary>Adds one, unless the same is there already.</summary>
    public void Add(DiagnosticKind kind, string message, SourceLocation location)
    {
        var mistake = new Diagnostic(kind, message, location);
        if (!IsFull && !_all.Contains(mistake))
            _all.Add(mistake);
    }

    /// <summary>Whether a mistake stands at the place.</summary>
    public bool IsWrong(SourceLocation place) => _all.Exists(mistake => mistake.Location == place);

    /// <summary>Ends a step.</summary>
    /// <exception cref="BuildFailedException">There are mistakes; they stand in the order of the file.</exception>
    public void ThrowIfAny()
    {
        if (_all.Count > 0)
            throw new BuildFailedException([.. _all.OrderBy(mistake => mistake.Location!.Line).ThenBy(mistake => mistake.Location!.Column)]);
    }
}
