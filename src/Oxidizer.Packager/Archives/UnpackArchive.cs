using System.Security.Cryptography;
using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Archives;

/// <summary>
/// Writes an archive's entries into a new folder, and lists them. Nothing is written outside of the folder: paths are checked as texts, no
/// entry may lie below a link or replace another, and links are made last, when all of them have been followed. Two names that differ by
/// case are two files where the disk tells them apart (ncurses' terminfo has such), and an error where it does not.
/// </summary>
internal sealed class UnpackArchive
{
    private readonly string _folder;
    private readonly UnpackLimits _limits;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<string, TreeEntry> _entries = new(StringComparer.Ordinal);
    private readonly byte[] _buffer = new byte[1 << 20];
    private long _bytes;
    private int _count;

    private UnpackArchive(string folder, UnpackLimits limits, CancellationToken cancellation) =>
        (_folder, _limits, _cancellation) = (folder, limits, cancellation);

    /// <summary>Unpacks.</summary>
    /// <param name="entries">What the archive holds.</param>
    /// <param name="folder">An empty folder.</param>
    /// <param name="limits">What is too much.</param>
    /// <param name="advanced">Called after each entry, for progress.</param>
    /// <param name="cancellation">Ends the work between two blocks of a file.</param>
    /// <returns>The list of what was written.</returns>
    /// <exception cref="BadArchiveException">The archive cannot be used; the folder holds a part of it.</exception>
    /// <exception cref="IOException">The folder cannot be written; the message names the entry.</exception>
    public static IReadOnlyCollection<TreeEntry> Unpack(
        IEnumerable<ArchiveEntry> entries,
        string folder,
        UnpackLimits limits,
        Action<int>? advanced,
        CancellationToken cancellation
    )
    {
        var unpack = new UnpackArchive(folder, limits, cancellation);
        foreach (var entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            unpack.Take(entry);
            advanced?.Invoke(unpack._count);
        }
        unpack.MakeLinks();
        return unpack._entries.Values;
    }

    private void Take(ArchiveEntry entry)
    {
        if (++_count > _limits.Entries)
            throw new BadArchiveException(DiagnosticKinds.ArchiveTooLarge, $"it has more than {_limits.Entries} entries");
        var path = ArchivePath.Normalize(entry.Path);
        if (path.Length == 0)
        {
            if (entry.Kind == ArchiveEntryKind.Directory)
                return;
            throw BadArchiveException.Unsafe(entry.Path, "has no name");
        }
        MakeFolder(ArchivePath.FolderOf(path), entry.Path);
        if (entry.Kind == ArchiveEntryKind.Directory)
        {
            MakeFolder(path, entry.Path);
            return;
        }
        if (_entries.ContainsKey(path))
            throw BadArchiveException.Unsafe(entry.Path, "is there twice");
        if (Path.Exists(PathOf(path)))
            throw BadArchiveException.Unsafe(
                entry.Path,
                "has the name of another entry but for its case, and this disk does not tell them apart"
            );
        _entries.Add(
            path,
            entry.Kind switch
            {
                ArchiveEntryKind.SymbolicLink => new TreeEntry(path, TreeEntryKind.Link, -1, default, entry.LinkTarget),
                ArchiveEntryKind.HardLink => CopyLinked(path, entry),
                _ => WriteFile(path, entry),
            }
        );
    }

    private void MakeFolder(string path, string entryPath)
    {
        if (path.Length == 0)
            return;
        if (_entries.TryGetValue(path, out var existing))
        {
            if (existing.Kind != TreeEntryKind.Directory)
                throw BadArchiveException.Unsafe(
                    entryPath,
                    existing.Kind == TreeEntryKind.Link ? $"lies below the link `{path}`" : $"lies below the file `{path}`"
                );
            return;
        }
        MakeFolder(ArchivePath.FolderOf(path), entryPath);
        // Implied folders count, too: one entry may name hundreds.
        if (++_count > _limits.Entries)
            throw new BadArchiveException(DiagnosticKinds.ArchiveTooLarge, $"it has more than {_limits.Entries} entries");
        Write(path, () => Directory.CreateDirectory(PathOf(path)));
        _entries.Add(path, new TreeEntry(path, TreeEntryKind.Directory));
    }

    private TreeEntry WriteFile(string path, ArchiveEntry entry)
    {
        Reserve(entry.Size);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = Create(path);
        long written = 0;
        for (int count; (count = entry.Content!.ReadAtLeast(_buffer, _buffer.Length, throwOnEndOfStream: false)) > 0; written += count)
        {
            _cancellation.ThrowIfCancellationRequested();
            // The size that an entry gives is not trusted either.
            if (written + count > entry.Size)
                throw BadArchiveException.Damaged($"the entry `{path}` is longer than it says");
            hash.AppendData(_buffer, 0, count);
            Write(path, () => RandomAccess.Write(file, _buffer.AsSpan(0, count), written));
        }
        if (written != entry.Size)
            throw BadArchiveException.Damaged($"it is truncated within the entry `{path}`");
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        hash.GetHashAndReset(digest);
        return new TreeEntry(path, entry.IsExecutable ? TreeEntryKind.Executable : TreeEntryKind.File, written, new Sha256Digest(digest));
    }

    // A copy instead of a link, so that each file of the tree has times of its own.
    private TreeEntry CopyLinked(string path, ArchiveEntry entry)
    {
        var target = ArchivePath.Normalize(entry.LinkTarget ?? "");
        if (!_entries.TryGetValue(target, out var original) || !original.IsFile)
            throw BadArchiveException.Unsafe(entry.Path, $"is a hard link to `{target}`, which is not a file that came before it");
        Reserve(original.Size);
        Write(path, () => File.Copy(PathOf(target), PathOf(path)));
        return original with { Path = path };
    }

    private void MakeLinks()
    {
        var graph = new LinkGraph(_entries);
        var links = _entries.Values.Where(entry => entry.Kind == TreeEntryKind.Link).ToList();
        var resolved = links.Select(link => (Link: link, Target: graph.Resolve(link))).ToList();
        foreach (var (link, target) in resolved)
        {
            Write(link.Path, () => File.CreateSymbolicLink(PathOf(link.Path), link.LinkTarget!));
            if (target is { IsFile: true })
                _entries[link.Path] = link with { Size = target.Size, Digest = target.Digest };
        }
    }

    private void Reserve(long size)
    {
        if (size < 0 || size > _limits.Bytes - _bytes)
            throw new BadArchiveException(DiagnosticKinds.ArchiveTooLarge, $"its files take more than {_limits.Bytes >> 20} MiB");
        _bytes += size;
    }

    private Microsoft.Win32.SafeHandles.SafeFileHandle Create(string path)
    {
        Microsoft.Win32.SafeHandles.SafeFileHandle? handle = null;
        Write(path, () => handle = File.OpenHandle(PathOf(path), FileMode.CreateNew, FileAccess.Write));
        return handle!;
    }

    private static void Write(string path, Action step)
    {
        try
        {
            step();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{exception.Message} (writing `{path}`)", exception);
        }
    }

    private string PathOf(string path) => Path.Combine(_folder, path);
}
