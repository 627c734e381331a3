using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Configuration;

/// <summary>Where the keys of a configuration stand, for messages of every stage.</summary>
/// <param name="Origin">The file, or the script that stands in for one.</param>
/// <param name="Values">Where each key that the file sets has its value, by <c>table.key</c>, such as <c>build.output</c>.</param>
internal sealed record KeyPositions(string Origin, IReadOnlyDictionary<string, SourceLocation> Values)
{
    /// <summary>The configuration as a whole, for a message that is about no key.</summary>
    public SourceLocation File => new(Origin);

    /// <summary>Where a key stands; the file alone when it is not set there.</summary>
    /// <param name="key"><c>table.key</c>, such as <c>build.output</c>.</param>
    public SourceLocation Of(string key) => Values.TryGetValue(key, out var location) ? location : File;

    /// <summary>Whether the file sets a key.</summary>
    /// <param name="key"><c>table.key</c>, such as <c>build.output</c>.</param>
    public bool Has(string key) => Values.ContainsKey(key);
}
