using System.Collections.Concurrent;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Distributions;

/// <summary>Compares a tree on the disk with its manifest. An unchanged tree costs a system call for each entry; what changed is read.</summary>
internal static class TreeCheck
{
    /// <summary>Finds the entries that are gone or hold something else. What stands in the tree and is not in the manifest is removed: it might be imported.</summary>
    /// <param name="root">The tree.</param>
    /// <param name="manifest">What should be there.</param>
    /// <param name="parallelism">How many files are digested at once, after a move to another disk for example.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static IReadOnlyList<TreeEntry> FindDamaged(string root, TreeManifest manifest, int parallelism, CancellationToken cancellation)
    {
        var stamps = TreeStamps.Load(root, manifest);
        var changed = stamps.FindChanged();
        if (changed.Count == 0)
            return [];
        var damaged = new ConcurrentBag<TreeEntry>();
        // Folders first, since removing what does not belong there changes their stamps.
        RemoveForeign(root, manifest, changed.Select(index => manifest.Entries[index]).Where(entry => entry.Kind == TreeEntryKind.Directory));
        Parallel.ForEach(changed, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellation }, index =>
        {
            var entry = manifest.Entries[index];
            var path = Path.Combine(root, entry.Path);
            // The stamp of before the reading: a write meanwhile makes it differ the next time.
            var stamp = FileStamp.Of(path);
            if (stamp is not null && IsWhole(path, entry))
                stamps.Set(index, stamp);
            else
                damaged.Add(entry);
        });
        if (damaged.IsEmpty)
            stamps.Save();
        return [.. damaged.OrderBy(entry => entry.Path, StringComparer.Ordinal)];
    }

    private static bool IsWhole(string path, TreeEntry entry)
    {
        try
        {
            var file = new FileInfo(path);
            return entry.Kind switch
            {
                TreeEntryKind.Directory => Directory.Exists(path) && file.LinkTarget is null,
                TreeEntryKind.Link => file.LinkTarget == entry.LinkTarget,
                _ => file.Exists && file.LinkTarget is null && file.Length == entry.Size && file.UnixFileMode == ModeOf(entry)
                    && Sha256Digest.OfFile(path) == entry.Digest,
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static UnixFileMode ModeOf(TreeEntry entry) =>
        entry.Kind == TreeEntryKind.Executable ? UnpackArchive.ExecutableMode : UnpackArchive.FileMode;

    private static void RemoveForeign(string root, TreeManifest manifest, IEnumerable<TreeEntry> folders)
    {
        HashSet<string>? known = null;
        foreach (var folder in folders)
        {
            var path = Path.Combine(root, folder.Path);
            if (!Directory.Exists(path) || new DirectoryInfo(path).LinkTarget is not null)
                continue;
            known ??= manifest.Entries.Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
            foreach (var child in new DirectoryInfo(path).EnumerateFileSystemInfos())
            {
                if (!known.Contains($"{folder.Path}/{child.Name}"))
                    Remove(child);
            }
        }
    }

    private static void Remove(FileSystemInfo foreign)
    {
        try
        {
            if (foreign is DirectoryInfo { LinkTarget: null } folder)
                folder.Delete(recursive: true);
            else
                foreign.Delete();
        }
        catch (DirectoryNotFoundException)
        {
            // Another build removed it first.
        }
    }
}
