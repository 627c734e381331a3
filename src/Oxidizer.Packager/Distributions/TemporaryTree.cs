using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Distributions;

/// <summary>A new folder that is removed again, unless it was renamed meanwhile. A killed build leaves one; the next builds remove it after a day.</summary>
internal sealed class TemporaryTree : IDisposable
{
    private const string Prefix = "tmp-";
    private static readonly TimeSpan s_abandoned = TimeSpan.FromDays(1);

    /// <summary>Makes it.</summary>
    /// <param name="home">The folder of all trees, which is made if it is not there.</param>
    public TemporaryTree(string home)
    {
        try
        {
            Directory.CreateDirectory(home);
            foreach (var abandoned in new DirectoryInfo(home).EnumerateDirectories(Prefix + "*").Where(IsAbandoned))
                abandoned.Delete(recursive: true);
            Path = Directory.CreateDirectory(System.IO.Path.Combine(home, $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid():N}")).FullName;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentFailureException(DiagnosticKinds.TreeNotWritten, "unpack into", home,
                $"{exception.Message}; make room, or name another folder in [cache] directory", exception);
        }
    }

    /// <summary>The folder, empty at first.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }

    private static bool IsAbandoned(DirectoryInfo folder) => DateTime.UtcNow - folder.LastWriteTimeUtc > s_abandoned;
}
