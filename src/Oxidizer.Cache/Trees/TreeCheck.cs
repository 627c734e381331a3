using System.Collections.Concurrent;
using Oxidizer.Cache.Files;

namespace Oxidizer.Cache.Trees;

/// <summary>Compares a tree on the disk with its manifest. An unchanged tree costs a system call for each entry; changed entries are
/// read.</summary>
/// <param name="root">The tree.</param>
/// <param name="manifest">What should be there.</param>
/// <param name="mayWrite">Whether foreign entries are removed. If not, a folder that has one counts as damaged.</param>
internal sealed class TreeCheck(string root, TreeManifest manifest, bool mayWrite)
{
    private static readonly TreeEntry s_root = new("", TreeEntryKind.Directory);

    /// <summary>Finds the entries that are missing or have another content. Entries that are not in the manifest are removed, because the
    /// build might use them.</summary>
    /// <param name="trustStamps">Whether an entry with an unchanged stamp counts as unchanged.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="IOException">A folder cannot be read, or a foreign entry cannot be removed.</exception>
    public IReadOnlyList<TreeEntry> FindDamaged(bool trustStamps, CancellationToken cancellation)
    {
        var stamps = trustStamps ? TreeStamps.Load(root, manifest) : TreeStamps.Unknown(root, manifest);
        var changed = stamps.FindChanged();
        if (changed.Count == 0)
            return [];
        var damaged = new ConcurrentBag<TreeEntry>();
        // Folders first, because removing a foreign entry changes their stamps.
        foreach (var (folder, foreign) in FindForeign(changed))
        {
            if (mayWrite)
                Remove(foreign);
            else
                damaged.Add(folder);
        }
        using var opened = new OpenFolder(root);
        Parallel.ForEach(
            changed,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation },
            index =>
            {
                var entry = EntryAt(index);
                // The stamp from before the reading: if something writes meanwhile, it differs the next time.
                var stamp = stamps.Look(opened, index);
                if (stamp != default && IsWhole(Path.Combine(root, entry.Path), entry))
                    stamps.Set(index, stamp);
                else
                    damaged.Add(entry);
            }
        );
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
                _ => file.Exists
                    && file.LinkTarget is null
                    && file.Length == entry.Size
                    && file.UnixFileMode == entry.Mode
                    && Sha256Digest.OfFile(path) == entry.Digest,
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
            found.AddRange(
                directory
                    .EnumerateFileSystemInfos()
                    .Where(child => manifest.Find(prefix + child.Name) is null)
                    .Select(child => (folder, child))
            );
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
