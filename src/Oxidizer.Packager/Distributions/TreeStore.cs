using System.Runtime.InteropServices;
using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Distributions;

/// <summary>
/// The folder of one archive's tree. It is written beside its place and renamed, so that a tree is there whole or not at all; later damage is mended file by file,
/// because another build may be reading the rest.
/// </summary>
internal sealed class TreeStore
{
    private static readonly TimeSpan s_abandoned = TimeSpan.FromDays(1);

    private readonly ArchiveOrigin _origin;
    private readonly BuildContext _context;
    private readonly string _home;
    private readonly UnpackLimits _limits;

    public TreeStore(ArchiveOrigin origin, BuildContext context, UnpackLimits? limits = null)
    {
        (_origin, _context, _limits) = (origin, context, limits ?? new UnpackLimits());
        // A cache that keeps nothing gives no folder: the tree then lives as long as the build.
        _home = context.Cache.TreeDirectory ?? Path.Combine(context.WorkDirectory, "trees");
        Root = Path.Combine(_home, origin.Digest.ToString());
    }

    /// <summary>The tree.</summary>
    public string Root { get; }

    /// <summary>Unpacks the archive and puts the tree in its place. Where a tree is already, that one stays, and <see cref="Mend"/> has the last word.</summary>
    public TreeManifest Make()
    {
        using var temporary = new TemporaryFolder(_home);
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
        var wasThere = Directory.Exists(Root);
        var damaged = wasThere ? Check(manifest) : manifest.Entries;
        if (damaged.Count == 0)
            return null;
        using (var temporary = new TemporaryFolder(_home))
        {
            if (Unpack(temporary.Path).Digest != manifest.Digest)
                throw new InvalidOperationException($"the archive {_origin.Digest} unpacks to another tree than before; please report this as a bug");
            Guard("mend", () => Replace(damaged, temporary.Path));
        }
        if (Check(manifest) is [var still, ..])
            throw Failure("mend", $"`{still.Path}` differs again as soon as it was written; does something else write there?");
        return wasThere ? $"`{damaged[0].Path}` {(damaged.Count > 1 ? $"and {damaged.Count - 1} more " : "")}was changed or removed" : "its tree was removed";
    }

    private IReadOnlyList<TreeEntry> Check(TreeManifest manifest)
    {
        IReadOnlyList<TreeEntry> damaged = [];
        Guard("verify", () => damaged = TreeCheck.FindDamaged(Root, manifest, _context.Parallelism, _context.Cancellation));
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
            DiskFlush.FileSystemOf(folder);
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

    /// <summary>A new folder that is removed again, unless it was renamed meanwhile. A killed build leaves one; the next builds remove it after a day.</summary>
    private sealed class TemporaryFolder : IDisposable
    {
        private const string Prefix = "tmp-";

        public TemporaryFolder(string home)
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

        public string Path { get; }

        public void Dispose()
        {
            if (Directory.Exists(Path))
                Directory.Delete(Path, recursive: true);
        }

        private static bool IsAbandoned(DirectoryInfo folder) => DateTime.UtcNow - folder.LastWriteTimeUtc > s_abandoned;
    }
}

/// <summary>Puts everything that was written onto the disk.</summary>
internal static partial class DiskFlush
{
    private const int OpenDirectory = 0x80000;

    /// <summary>
    /// Flushes the file system that holds a folder. One call for a whole tree: a flush for each of 8,000 files took longer than unpacking them. Without it, a
    /// power cut could leave files of the right size and time with zeros in them, which no stamp tells.
    /// </summary>
    public static void FileSystemOf(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var descriptor = Open(folder, OpenDirectory);
        if (descriptor < 0)
            return;
        SyncFileSystem(descriptor);
        Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syncfs")]
    private static partial int SyncFileSystem(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
