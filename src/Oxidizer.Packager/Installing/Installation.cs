using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Files;

namespace Oxidizer.Packager.Installing;

/// <summary>
/// All that a build puts into the output folder. Everything is written first, in a folder of the build's own there: the product, the files
/// beside it, those for C programs, the record. Only then it is renamed into place, in one short sequence without writes. So a full disk,
/// an interrupt or a foreign folder in the way shows before the first rename, or all renames are undone
/// (docs/decisions/0036-installed-in-one-sequence.md).
/// </summary>
internal sealed class Installation : IDisposable
{
    private readonly string _root;
    private readonly FileMoves _moves;

    /// <summary>Begins; the output folder is made if it is not there.</summary>
    /// <param name="productPath">The product's place.</param>
    /// <exception cref="EnvironmentFailureException">The folder cannot be written.</exception>
    public Installation(string productPath)
    {
        var destination = Path.GetFullPath(productPath);
        _root = Path.GetDirectoryName(destination)!;
        try
        {
            _moves = new FileMoves(_root);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            throw new EnvironmentFailureException(
                DiagnosticKinds.ProductNotWritten,
                "write",
                destination,
                $"{exception.Message}; what was there before is untouched",
                exception
            );
        }
        Product = new AtomicFile(destination, _moves.NewName());
    }

    /// <summary>The product, as it is being written.</summary>
    public AtomicFile Product { get; }

    /// <summary>What is to be renamed, in order. A test puts a failing disk between two.</summary>
    internal List<(string Relative, Action Step)> Steps { get; } = [];

    /// <summary>The product's file name.</summary>
    public string ProductName => Path.GetFileName(Product.Destination);

    /// <summary>Whether <see cref="Commit"/> has not begun: no file of the output folder was put or taken.</summary>
    public bool IsUntouched => !_moves.HasMoved;

    /// <summary>Where a file of the product's folder is.</summary>
    public string PathOf(string relative) => Path.Combine(_root, relative);

    /// <summary>A name for a file before it is put into its place.</summary>
    public string NewName() => _moves.NewName();

    /// <summary>Flushes everything that was written so far to the disk.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public void Flush() => _moves.Flush();

    /// <summary>Puts a written file into its place when all is ready.</summary>
    /// <param name="written">Where it is now.</param>
    /// <param name="relative">Its place, relative to the product's folder.</param>
    public void Put(string written, string relative) => Steps.Add((relative, () => _moves.Put(written, relative)));

    /// <summary>Writes a file, and puts it into its place when all is ready.</summary>
    /// <param name="relative">Its place, relative to the product's folder.</param>
    /// <param name="content">All of it.</param>
    /// <param name="durable">Whether a power cut may not leave an empty one; a flush takes tens of milliseconds.</param>
    /// <exception cref="EnvironmentFailureException">It cannot be written, or no file can be put there.</exception>
    public void Write(string relative, ReadOnlySpan<byte> content, bool durable)
    {
        try
        {
            Occupants.CheckIsFree(PathOf(relative));
            var written = NewName();
            using (var handle = File.OpenHandle(written, FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.Write(handle, content, 0);
                if (durable)
                    RandomAccess.FlushToDisk(handle);
            }
            Put(written, relative);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            throw Untouched(relative, exception);
        }
    }

    /// <summary>Writes a file that may be there already, unless it has exactly this content.</summary>
    /// <param name="relative">Its place, relative to the product's folder.</param>
    /// <param name="content">All of it.</param>
    /// <exception cref="EnvironmentFailureException">It cannot be written, or no file can be put there.</exception>
    public void Update(string relative, byte[] content)
    {
        try
        {
            if (Occupants.Holds(PathOf(relative), content))
                return;
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            throw Untouched(relative, exception);
        }
        Write(relative, content, durable: true);
    }

    /// <summary>Takes a file away when all that was to be put before is in place.</summary>
    public void Take(string relative) => Steps.Add((relative, () => _moves.Take(relative)));

    /// <summary>Renames everything, in the order in which it was added.</summary>
    /// <exception cref="EnvironmentFailureException">A step failed; the earlier steps are undone, and the message says whether all could
    /// be.</exception>
    public void Commit()
    {
        var at = 0;
        try
        {
            for (; at < Steps.Count; at++)
                Steps[at].Step();
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            var left = _moves.Undo();
            throw left.Count == 0 ? Untouched(Steps[at].Relative, exception) : HalfBack(Steps[at].Relative, exception, left);
        }
        _moves.Keep();
    }

    /// <summary>The failure to write a file before anything was changed.</summary>
    public EnvironmentFailureException Untouched(string relative, Exception exception) =>
        new(
            DiagnosticKinds.ProductNotWritten,
            "write",
            PathOf(relative),
            $"{exception.Message}; what was there before is untouched",
            exception
        );

    /// <inheritdoc/>
    public void Dispose() => _moves.Dispose();

    private EnvironmentFailureException HalfBack(
        string relative,
        Exception exception,
        IReadOnlyList<(string Relative, string Reason)> left
    ) =>
        new(
            DiagnosticKinds.ProductNotWritten,
            "write",
            PathOf(relative),
            $"{exception.Message}; and what was there before could not all be put back ({string.Join(", ", left.Select(file => $"`{file.Relative}`: {file.Reason}"))}): build again when the disk works",
            exception
        );

    private static bool IsFailure(Exception exception) => exception is IOException or UnauthorizedAccessException;
}
