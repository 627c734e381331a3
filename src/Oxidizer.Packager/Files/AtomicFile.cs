using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Files;

/// <summary>
/// Replaces a file atomically: the new one is written elsewhere on the same file system, flushed to the disk, and renamed. Disposal without
/// <see cref="Commit"/> deletes what was written, so that a failed or cancelled build leaves the old file.
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    private bool _committed;

    /// <summary>Begins a file; its folder is made if it is not there.</summary>
    /// <exception cref="EnvironmentFailureException">The folder cannot be made.</exception>
    public AtomicFile(string destination)
    {
        Destination = Path.GetFullPath(destination);
        // A short name, because the destination's may already have the greatest length.
        TemporaryPath = Path.Combine(Path.GetDirectoryName(Destination)!, $".oxidizer-{Guid.NewGuid():N}.tmp");
        Guard(() => Directory.CreateDirectory(Path.GetDirectoryName(Destination)!));
    }

    /// <summary>Begins a file that others put into its place.</summary>
    internal AtomicFile(string destination, string temporaryPath) => (Destination, TemporaryPath) = (destination, temporaryPath);

    /// <summary>The file's place, absolute.</summary>
    public string Destination { get; }

    /// <summary>Where the content is written before <see cref="Commit"/>.</summary>
    public string TemporaryPath { get; }

    /// <summary>Writes the whole content and commits.</summary>
    /// <param name="destination">The file's place.</param>
    /// <param name="content">All of it.</param>
    /// <exception cref="EnvironmentFailureException">It cannot be written; what was at the destination is untouched.</exception>
    public static void WriteAllBytes(string destination, ReadOnlySpan<byte> content)
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
        file.Commit();
    }

    /// <summary>Flushes what was written to the disk.</summary>
    /// <exception cref="IOException">It cannot be.</exception>
    public void Flush()
    {
        using var handle = File.OpenHandle(TemporaryPath, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Flushes the content to the disk and puts it in its place.</summary>
    /// <exception cref="EnvironmentFailureException">It cannot be flushed or renamed; the old file is untouched.</exception>
    public void Commit()
    {
        Guard(() =>
        {
            Flush();
            File.Move(TemporaryPath, Destination, overwrite: true);
        });
        _committed = true;
    }

    /// <summary>Runs a step of the writing, and turns a failure of the file system into one that names the destination.</summary>
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

    private EnvironmentFailureException Failure(Exception exception) =>
        new(DiagnosticKinds.ProductNotWritten, "write", Destination, $"{exception.Message}; what was there before is untouched", exception);
}
