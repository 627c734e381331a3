using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Installing;

/// <summary>
/// A file that is there whole or not at all: it is written beside its place, flushed to the disk, and renamed. Disposal without
/// <see cref="Commit"/> deletes what was written, so that a failed or cancelled build leaves the old file.
/// </summary>
public sealed class AtomicFile : IDisposable
{
    private static readonly TimeSpan s_longestWrite = TimeSpan.FromHours(1);
    private bool _committed;

    /// <summary>Begins a file; its folder is made if it is not there.</summary>
    /// <exception cref="EnvironmentFailureException">The folder cannot be made.</exception>
    public AtomicFile(string destination)
    {
        Destination = Path.GetFullPath(destination);
        TemporaryPath = $"{Destination}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp";
        Guard(() => Directory.CreateDirectory(Path.GetDirectoryName(Destination)!));
    }

    /// <summary>The file's place, absolute.</summary>
    public string Destination { get; }

    /// <summary>Where the content is written before <see cref="Commit"/>.</summary>
    public string TemporaryPath { get; }

    /// <summary>Writes the whole content and commits.</summary>
    /// <param name="destination">The file's place.</param>
    /// <param name="content">All of it.</param>
    /// <param name="durable">Whether a power cut may not lose it; a flush takes tens of milliseconds.</param>
    /// <exception cref="EnvironmentFailureException">It cannot be written; what was at the destination is untouched.</exception>
    public static void WriteAllBytes(string destination, ReadOnlySpan<byte> content, bool durable = true)
    {
        using var file = new AtomicFile(destination);
        try
        {
            File.WriteAllBytes(file.TemporaryPath, content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw file.Failure(exception);
        }
        file.Commit(durable);
    }

    /// <summary>Deletes what builds that were killed while they wrote this file, or those that go with it, have left beside it, an hour later.</summary>
    public static void RemoveAbandoned(string destination)
    {
        foreach (var entry in new DirectoryInfo(Path.GetDirectoryName(destination)!).GetFileSystemInfos(Path.GetFileName(destination) + ".*-*.tmp"))
        {
            try
            {
                if (DateTime.UtcNow - entry.LastWriteTimeUtc <= s_longestWrite)
                    continue;
                if (entry is DirectoryInfo folder)
                    folder.Delete(recursive: true);
                else
                    entry.Delete();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It is in no one's way.
            }
        }
    }

    /// <summary>Flushes what was written to the disk.</summary>
    /// <exception cref="IOException">It cannot be.</exception>
    public void Flush()
    {
        using var handle = File.OpenHandle(TemporaryPath, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Flushes the content to the disk and puts it in its place.</summary>
    /// <exception cref="EnvironmentFailureException">It cannot be; what was at the destination is untouched.</exception>
    public void Commit(bool durable = true)
    {
        Guard(() =>
        {
            if (durable)
                Flush();
            File.Move(TemporaryPath, Destination, overwrite: true);
        });
        _committed = true;
    }

    /// <summary>Runs a step of the writing, and turns the world's failure into one that names the destination.</summary>
    public void Guard(Action step)
    {
        try
        {
            step();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure(exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_committed)
            File.Delete(TemporaryPath);
    }

    private EnvironmentFailureException Failure(Exception exception) => new(DiagnosticKinds.ProductNotWritten, "write", Destination,
        $"{exception.Message}; what was there before is untouched", exception);
}
