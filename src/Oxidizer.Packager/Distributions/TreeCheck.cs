using System.Collections.Concurrent;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Distributions;

/// <summary>Compares a tree on the disk with its manifest. An unchanged tree costs a system call for each entry; what changed is read.</summary>
internal static class TreeCheck
{
    /// <summary>Finds the entries that are gone or hold something else. What stands in the tree and is not in the manifest is removed, because it might be imported.</summary>
    /// <param name="root">The tree.</param>
    /// <param name="manifest">What should be there.</param>
    /// <param name="mayWrite">Otherwise nothing is removed, and a folder that holds what does not belong there is damaged.</param>
    /// <param name="parallelism">How many files are digested at once, after a move to another disk for example.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static IReadOnlyList<TreeEntry> FindDamaged(string root, TreeManifest manifest, bool mayWrite, int parallelism, CancellationToken cancellation)
    {
        var stamps = TreeStamps.Load(root, manifest);
        var changed = stamps.FindChanged();
        if (changed.Count == 0)
            return [];
        var damaged = new ConcurrentBag<TreeEntry>();
        // Folders first, since removing what does not belong there changes their stamps.
        foreach (var (folder, foreign) in FindForeign(root, manifest, changed))
        {
            if (mayWrite)
                Remove(foreign);
            else
                damaged.Add(folder);
        }
        using var opened = new LinuxFolder(root);
        Parallel.ForEach(changed, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellation }, index =>
        {
            var entry = manifest.Entries[index];
            var path = Path.Combine(root, entry.Path);
            // The stamp of before the reading: a write meanwhile makes it differ the next time.
            var stamp = stamps.Look(opened, index);
            if (stamp is not null && IsWhole(path, entry))
                stamps.Set(index, stamp);
            else
                damaged.Add(entry);
        });
        if (damaged.IsEmpty && mayWrite)
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

    private static List<(TreeEntry Folder, FileSystemInfo Foreign)> FindForeign(string root, TreeManifest manifest, IEnumerable<int> changed)
    {
        HashSet<string>? known = null;
        var found = new List<(TreeEntry, FileSystemInfo)>();
        foreach (var folder in changed.Select(index => manifest.Entries[index]).Where(entry => entry.Kind == TreeEntryKind.Directory))
        {
            var directory = new DirectoryInfo(Path.Combine(root, folder.Path));
            if (!directory.Exists || directory.LinkTarget is not null)
                continue;
            known ??= manifest.Entries.Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
            found.AddRange(directory.EnumerateFileSystemInfos().Where(child => !known.Contains($"{folder.Path}/{child.Name}")).Select(child => (folder, child)));
        }
        return found;
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
