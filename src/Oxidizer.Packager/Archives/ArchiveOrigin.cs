using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Archives;

/// <summary>An archive with a known digest, and a function that fetches its bytes. An unchanged build does not need them.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Digest">Its SHA-256.</param>
/// <param name="Fetch">Gives the path of a file that holds it; downloads it if it must.</param>
/// <param name="Location">Where the configuration names it.</param>
internal sealed record ArchiveOrigin(string Name, Sha256Digest Digest, Func<string> Fetch, SourceLocation? Location)
{
    /// <summary>Whether it comes from a network, so that not fetching it is an action reused.</summary>
    public bool IsDownload { get; init; }

    /// <summary>The error that tells what is wrong with this archive.</summary>
    public BuildFailedException Failure(DiagnosticKind kind, string message, Exception? cause = null) =>
        new(kind, $"the archive `{Name}` cannot be used: {message}", Location, cause);
}
