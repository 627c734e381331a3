using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Distributions;

/// <summary>
/// A new folder that is removed again, unless it was renamed meanwhile. A locked file beside it says that its build is alive: a killed build leaves both, but the system takes
/// its lock, and the next build that unpacks removes them. A process number would not do, for it is another one's in the next container.
/// </summary>
internal sealed class TemporaryTree : IDisposable
{
    private const string Prefix = "tmp-", LockSuffix = ".lock";

    private readonly FileStream _lock;

    /// <summary>Makes it.</summary>
    /// <param name="home">The folder of all trees, which is made if it is not there.</param>
    /// <exception cref="EnvironmentFailureException">The folder cannot be written.</exception>
    public TemporaryTree(string home)
    {
        try
        {
            Directory.CreateDirectory(home);
            RemoveAbandoned(home);
            Path = System.IO.Path.Combine(home, $"{Prefix}{Guid.NewGuid():N}");
            _lock = new FileStream(Path + LockSuffix, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            Directory.CreateDirectory(Path);
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
        // The lock last: who sees it free may remove the folder.
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
        File.Delete(_lock.Name);
        _lock.Dispose();
    }

    private static void RemoveAbandoned(string home)
    {
        foreach (var path in Directory.EnumerateFiles(home, Prefix + "*" + LockSuffix))
        {
            try
            {
                using var free = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None);
                var folder = path[..^LockSuffix.Length];
                if (Directory.Exists(folder))
                    Directory.Delete(folder, recursive: true);
                File.Delete(path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Its build is alive, or another build removes it just now.
            }
        }
    }
}
