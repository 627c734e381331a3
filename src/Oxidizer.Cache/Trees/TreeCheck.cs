using System.Collections.Concurrent;
using Oxidizer.Cache.Files;

namespace Oxidizer.Cache.Trees;

/// <summary>Compares a tree on the disk with its manifest. An unchanged tree costs a system call for each entry; what changed is read.</summary>
/// <param name="root">The tree.</param>
/// <param name="manifest">What should be there.</param>
/// <param name="mayWrite">Otherwise nothing is removed, and a folder that holds what does not belong there is damaged.</param>
internal sealed class TreeCheck(string root, TreeManifest manifest, bool mayWrite)
{
    private static readonly TreeEntry s_root = new("", TreeEntryKind.Directory);

    /// <summary>Finds the entries that are gone or hold something else. What stands in the tree and is not in the manifest is removed, because it might be used.</summary>
    /// <param name="trustStamps">Whether what has the stamp of last time is believed to have its content.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="IOException">A folder cannot be read, or what does not belong into it not be removed.</exception>
    public IReadOnlyList<TreeEntry> FindDamaged(bool trustStamps, CancellationToken cancellation)
    {
        var stamps = trustStamps ? TreeStamps.Load(root, manifest) : TreeStamps.Unknown(root, manifest);
        var changed = stamps.FindChanged();
        if (changed.Count == 0)
            return [];
        var damaged = new ConcurrentBag<TreeEntry>();
        // Folders first, since removing what does not belong there changes their stamps.
        foreach (var (folder, foreign) in FindForeign(changed))
        {
            if (mayWrite)
                Remove(foreign);
            else
                damaged.Add(folder);
        }
        using var opened = new OpenFolder(root);
        Parallel.ForEach(changed, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation }, index =>
        {
            var entry = EntryAt(index);
            // The stamp of before the reading: a write meanwhile makes it differ the next time.
            var stamp = stamps.Look(opened, index);
            if (stamp != default && IsWhole(Path.Combine(root, entry.Path), entry))
                stamps.Set(index, stamp);
            else
                damaged.Add(entry);
        });
        if (damaged.IsEmpty && mayWrite)
            stamps.Save();
        return [.. damaged.OrderBy(entry => entry.Path, StringComparer.Ordinal)];
    }

    private TreeEntry EntryAt(int index) => index < manifest.Entries.Count ? manifest.Entries[index] : s_root;

    private static bool IsWhole(string path, TreeEntry entry)
    {
        try
        {
            var file = new FileInfo(path);
            return entry.Kind switch
            {
                TreeEntryKind.Directory => Directory.Exists(path) && file.LinkTarget is null,
                TreeEntryKind.Link => file.LinkTarget == entry.LinkTarget,
                _ => file.Exists && file.LinkTarget is null && file.Length == entry.Size && file.UnixFileMode == entry.Mode && Sha256Digest.OfFile(path) == entry.Digest,
            };
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            return false;
        }
    }

    private List<(TreeEntry Folder, FileSystemInfo Foreign)> FindForeign(IEnumerable<int> changed)
    {
        var found = new List<(TreeEntry, FileSystemInfo)>();
        foreach (var folder in changed.Select(EntryAt).Where(entry => entry.Kind == TreeEntryKind.Directory))
        {
            var directory = new DirectoryInfo(Path.Combine(root, folder.Path));
            if (!directory.Exists || directory.LinkTarget is not null)
                continue;
            var prefix = folder.Path.Length == 0 ? "" : folder.Path + "/";
            found.AddRange(directory.EnumerateFileSystemInfos().Where(child => manifest.Find(prefix + child.Name) is null).Select(child => (folder, child)));
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
