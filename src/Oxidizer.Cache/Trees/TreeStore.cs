using System.Collections.Concurrent;
using Oxidizer.Cache.Blobs;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Index;

namespace Oxidizer.Cache.Trees;

/// <summary>
/// Folders made from blobs: <c>trees/&lt;digest&gt;</c> with its stamps in <c>trees/&lt;digest&gt;.stamp</c>. Two processes that make the same tree each make one
/// beside its place; the first to rename it wins. Thread-safe.
/// </summary>
internal sealed class TreeStore(CacheFolder folder, BlobStore blobs, WarningList warnings)
{
    private readonly ConcurrentDictionary<Sha256Digest, string> _known = new();
    private readonly Lock _gate = new();

    /// <summary>The tree's folder, whole; <c>null</c> if a part is missing.</summary>
    public string? TryGet(Sha256Digest tree)
    {
        if (_known.TryGetValue(tree, out var known))
            return known;
        lock (_gate)
        {
            if (_known.TryGetValue(tree, out known))
                return known;
            var path = TryCheck(tree) ?? TryMake(tree);
            if (path is not null)
                _known[tree] = path;
            return path;
        }
    }

    /// <summary>Forgets which trees were looked at.</summary>
    public void Clear() => _known.Clear();

    /// <summary>Where a tree is.</summary>
    public static string PathOf(string trees, Sha256Digest tree) => Path.Combine(trees, tree.ToString());

    // The tree that is there, compared with its stamps, and repaired where it differs.
    private string? TryCheck(Sha256Digest tree)
    {
        var path = PathOf(folder.Trees, tree);
        if (folder.Use == FolderUse.None || !File.Exists(path + ".stamp"))
            return null;
        try
        {
            var changed = TreeStamp.FindChanged(path, FileTransfer.ReadAll(path + ".stamp"));
            if (changed is { Count: 0 })
            {
                NoteUse(path + ".stamp");
                return path;
            }
            if (folder.Use != FolderUse.ReadWrite || Read(tree) is not { } entries)
                return null;
            return Maker(path, entries).TryRepair(changed) ? Stamp(path, entries) : null;
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            return null;
        }
    }

    private string? TryMake(Sha256Digest tree)
    {
        if (Read(tree) is not { } entries)
            return null;
        if (folder.Use == FolderUse.ReadWrite)
        {
            try
            {
                return MakeIn(folder.Trees, tree, entries);
            }
            catch (Exception exception) when (FileTransfer.IsFailure(exception))
            {
                warnings.Add(CacheWarnings.NotStored(folder.Root, exception.Message));
            }
        }
        return MakeIn(Path.Combine(blobs.Private.Folder, "trees"), tree, entries);
    }

    private string? MakeIn(string trees, Sha256Digest tree, IReadOnlyList<ActionOutput> entries)
    {
        var path = PathOf(trees, tree);
        var made = path + "." + Guid.NewGuid().ToString("N");
        Directory.CreateDirectory(trees);
        try
        {
            if (!Maker(made, entries).TryMake())
                return null;
            if (Directory.Exists(path))
                Directory.Move(path, $"{path}.{Guid.NewGuid():N}.old");
            Directory.Move(made, path);
            return Stamp(path, entries);
        }
        catch (IOException) when (Directory.Exists(path) && !Directory.Exists(path + ".stamp"))
        {
            // Another process has renamed its own into place just now.
            return Maker(path, entries).TryRepair(null) ? Stamp(path, entries) : null;
        }
        finally
        {
            foreach (var leftover in Directory.GetDirectories(trees, tree + ".*.old").Append(made))
                Discard(leftover);
        }
    }

    private TreeMaker Maker(string path, IReadOnlyList<ActionOutput> entries) =>
        new(path, entries, (entry, target) => blobs.TryWriteNew(entry.Digest, target, FileTransfer.WithoutWrite(entry.Mode), BlobTransfer.HardLink));

    private IReadOnlyList<ActionOutput>? Read(Sha256Digest tree) => blobs.TryRead(tree) is { } bytes ? TreeListing.Read(bytes) : null;

    private static string? Stamp(string path, IReadOnlyList<ActionOutput> entries)
    {
        if (TreeMaker.StampOf(path, entries) is not { } stamps)
            return null;
        FileTransfer.Replace(path + ".stamp", stamps);
        return path;
    }

    // The time of the stamps' file is the tree's last use.
    private void NoteUse(string stamp)
    {
        if (folder.Use == FolderUse.ReadWrite && DateTime.UtcNow - File.GetLastWriteTimeUtc(stamp) > TimeSpan.FromHours(1))
            File.SetLastWriteTimeUtc(stamp, DateTime.UtcNow);
    }

    public static void Discard(string path)
    {
        try
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            // What is left has no tree's name, and is looked for by each upkeep.
        }
    }
}
