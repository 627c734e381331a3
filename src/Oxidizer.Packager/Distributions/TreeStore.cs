using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Distributions;

/// <summary>
/// The folder of one archive's tree. It is written beside its place and renamed, so that a tree is there whole or not at all; later damage is mended file by file,
/// because another build may be reading the rest.
/// </summary>
internal sealed class TreeStore
{
    private readonly ArchiveOrigin _origin;
    private readonly BuildContext _context;
    private readonly string _home;
    private readonly string? _readOnlyRoot;
    private readonly UnpackLimits _limits;

    public TreeStore(ArchiveOrigin origin, BuildContext context, UnpackLimits? limits = null)
    {
        (_origin, _context, _limits) = (origin, context, limits ?? new UnpackLimits());
        var shared = context.Cache.Trees;
        // A cache that keeps nothing has no folder for it: the tree then lives as long as the build.
        _home = shared is { IsWritable: true } ? shared.Path : Path.Combine(context.WorkDirectory, "trees");
        _readOnlyRoot = shared is { IsWritable: false } ? Path.Combine(shared.Path, origin.Digest.ToString()) : null;
        Root = Path.Combine(_home, origin.Digest.ToString());
    }

    /// <summary>The tree.</summary>
    public string Root { get; private set; }

    /// <summary>Unpacks the archive and puts the tree in its place. Where a tree is already, that one stays, and <see cref="Mend"/> has the last word.</summary>
    public TreeManifest Make()
    {
        using var temporary = new TemporaryTree(_home);
        var manifest = Unpack(temporary.Path);
        Guard("unpack into", () =>
        {
            if (!Directory.Exists(Root))
                Publish(temporary.Path);
        });
        return manifest;
    }

    /// <summary>Makes the tree equal to its manifest.</summary>
    /// <returns>What was wrong, in words; <c>null</c> when nothing was.</returns>
    public string? Mend(TreeManifest manifest)
    {
        if (_readOnlyRoot is not null && Directory.Exists(_readOnlyRoot) && Check(_readOnlyRoot, manifest, mayWrite: false).Count == 0)
        {
            Root = _readOnlyRoot;
            return null;
        }
        var wasThere = Directory.Exists(Root);
        var damaged = wasThere ? Check(Root, manifest, mayWrite: true) : manifest.Entries;
        if (damaged.Count == 0)
            return null;
        using (var temporary = new TemporaryTree(_home))
        {
            if (Unpack(temporary.Path).Digest != manifest.Digest)
                throw new InvalidOperationException($"the archive {_origin.Digest} unpacks to another tree than before; please report this as a bug");
            Guard("mend", () => Replace(damaged, temporary.Path));
        }
        if (Check(Root, manifest, mayWrite: true) is [var still, ..])
            throw Failure("mend", $"`{still.Path}` differs again as soon as it was written; does something else write there?");
        return wasThere ? $"`{damaged[0].Path}` {(damaged.Count > 1 ? $"and {damaged.Count - 1} more " : "")}was changed or removed" : "its tree was removed";
    }

    private IReadOnlyList<TreeEntry> Check(string root, TreeManifest manifest, bool mayWrite)
    {
        IReadOnlyList<TreeEntry> damaged = [];
        Guard("verify", () => damaged = TreeCheck.FindDamaged(root, manifest, mayWrite, _context.Parallelism, _context.Cancellation));
        return damaged;
    }

    private TreeManifest Unpack(string folder)
    {
        var path = _origin.Fetch();
        try
        {
            using var content = OpenVerified(path);
            // Progress is told by how far the archive was read: only its end knows how much it holds.
            var manifest = UnpackArchive.Unpack(ArchiveFormats.Open(ArchiveFormats.Detect(_origin.Name, content), content), folder, _limits, count =>
            {
                if (count % 64 == 0)
                    _context.Log.Progress($"unpack {_origin.Name}", (double)content.Position / content.Length, $"{count} files");
            }, _context.Cancellation);
            using var written = new LinuxFolder(folder);
            written.FlushFileSystem();
            return manifest;
        }
        catch (BadArchiveException exception)
        {
            throw _origin.Failure(exception.Kind, exception.Message, exception);
        }
    }

    // Digested again although the memo or the cache knows it: it is unpacked once, and nothing of a wrong archive may be.
    private FileStream OpenVerified(string path)
    {
        FileStream? content = null;
        try
        {
            content = new FileStream(path, System.IO.FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            var actual = Sha256Digest.Of(content);
            if (actual != _origin.Digest)
                throw _origin.Failure(DiagnosticKinds.ArchiveDigestDiffers, $"its sha256 is `{actual}`, and not `{_origin.Digest}`; did it change while the build ran?");
            content.Position = 0;
            return content;
        }
        catch (Exception exception)
        {
            content?.Dispose();
            if (exception is IOException or UnauthorizedAccessException)
                throw _origin.Failure(DiagnosticKinds.ArchiveNotFound, $"{exception.Message}; check the path and its permissions", exception);
            throw;
        }
    }

    private void Publish(string folder)
    {
        try
        {
            Directory.Move(folder, Root);
        }
        catch (IOException) when (Directory.Exists(Root))
        {
            // Another build was faster; its tree is as good as ours.
        }
    }

    private void Replace(IReadOnlyList<TreeEntry> damaged, string source)
    {
        if (!Directory.Exists(Root))
        {
            Publish(source);
            return;
        }
        // In the order of their paths a folder comes before what is in it.
        foreach (var entry in damaged)
            ReplaceEntry(entry, Path.Combine(source, entry.Path), Path.Combine(Root, entry.Path));
    }

    private static void ReplaceEntry(TreeEntry entry, string source, string destination)
    {
        var isFolder = Directory.Exists(destination) && new DirectoryInfo(destination).LinkTarget is null;
        if (entry.Kind == TreeEntryKind.Directory)
        {
            if (!isFolder)
                File.Delete(destination);
            Directory.CreateDirectory(destination);
            return;
        }
        if (isFolder)
            Directory.Delete(destination, recursive: true);
        File.Move(source, destination, overwrite: true);
    }

    private void Guard(string act, Action step)
    {
        try
        {
            step();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure(act, $"{exception.Message}; make room, or name another folder in [cache] directory", exception);
        }
    }

    private EnvironmentFailureException Failure(string act, string reason, Exception? cause = null) =>
        new(DiagnosticKinds.TreeNotWritten, act, Root, reason, cause);
}
