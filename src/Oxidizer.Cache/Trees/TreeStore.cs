using Oxidizer.Cache.Files;
using Oxidizer.Cache.Layout;

namespace Oxidizer.Cache.Trees;

/// <summary>
/// Folders that actions make: <c>trees/&lt;key&gt;</c>, with stamps in <c>trees/&lt;key&gt;.stamps</c>. The folder itself is the storage;
/// the action's record names the manifest (docs/decisions/0006-unpacked-trees.md). A tree is written under a temporary name and renamed, so
/// that it is never there in part. Later damage is repaired file by file, because another process may be reading the rest. Thread-safe.
/// </summary>
/// <param name="folder">The cache's folder.</param>
/// <param name="privateFolder">A folder that is deleted with the cache's object; it is used if the cache cannot store the tree.</param>
/// <param name="failed">Called with the reason why the cache cannot store it.</param>
internal sealed class TreeStore(CacheFolder folder, Func<string> privateFolder, Action<string> failed)
{
    private const string ManifestOutput = "manifest",
        TreeOutput = "tree";
    private bool _hasFailed;

    /// <summary>Finds the tree of an action, repairs it if it was changed, and makes it if there is none.</summary>
    public CachedTree Open(
        IActionCache cache,
        ActionKey key,
        string name,
        Func<string, IReadOnlyCollection<TreeEntry>> make,
        CancellationToken cancellation
    )
    {
        TreeManifest? made = null;
        var result = cache.GetOrAdd(key, name, () => OutputsOf(made = Make(key.Digest, make), cache), cancellation);
        var reason = result.Reason;
        var manifest = made ?? ReadManifest(result.Record, cache.TryRead);
        if (manifest is null)
        {
            (reason, manifest) = ("its manifest could not be read", Make(key.Digest, make));
            cache.Add(result.Record with { Outputs = OutputsOf(manifest, cache) });
        }
        var (path, damage) = Mend(key.Digest, manifest, make, cancellation);
        return new CachedTree(path, manifest, damage ?? reason);
    }

    /// <summary>Where a tree is.</summary>
    public static string PathOf(string trees, Sha256Digest key) => Path.Combine(trees, key.ToString());

    /// <summary>The keys of the trees in a folder, whole or damaged.</summary>
    public static IEnumerable<Sha256Digest> KeysIn(string trees)
    {
        if (!Directory.Exists(trees))
            yield break;
        foreach (var path in Directory.GetDirectories(trees))
        {
            if (Sha256Digest.TryParse(Path.GetFileName(path), out var key))
                yield return key;
        }
    }

    /// <summary>A tree's size on the disk, in bytes; 0 if the record is not a tree's.</summary>
    public static long SizeOf(ActionRecord record) =>
        record.Outputs is [{ Path: ManifestOutput }, { Path: TreeOutput } tree] ? tree.Size : 0;

    /// <summary>The manifest of a tree; <c>null</c> if it is missing, or the record is not a tree's.</summary>
    public static TreeManifest? ReadManifest(ActionRecord record, Func<Sha256Digest, byte[]?> read) =>
        record.Outputs is [{ Path: ManifestOutput } output, { Path: TreeOutput }] && read(output.Digest) is { } bytes
            ? TreeManifest.TryRead(bytes)
            : null;

    /// <summary>Deletes a folder as far as it can be.</summary>
    public static void Discard(string path)
    {
        try
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            // The rest does not have a tree's name; the next upkeep tries again.
        }
    }

    // The second output has no blob of its own; its size is that of the tree.
    private static IReadOnlyList<ActionOutput> OutputsOf(TreeManifest manifest, IActionCache cache)
    {
        var digest = cache.Store(manifest.Bytes);
        return
        [
            new ActionOutput(ManifestOutput, digest, manifest.Bytes.Length),
            new ActionOutput(TreeOutput, digest, manifest.ContentSize),
        ];
    }

    private TreeManifest Make(Sha256Digest key, Func<string, IReadOnlyCollection<TreeEntry>> make) =>
        InAHome(home =>
        {
            using var temporary = new TemporaryTree(home);
            var manifest = Fill(temporary.Path, make);
            var path = PathOf(home, key);
            // If there is a tree already, it stays, and is repaired where it differs.
            if (!Directory.Exists(path))
                Publish(temporary.Path, path);
            return manifest;
        });

    private (string Path, string? Damage) Mend(
        Sha256Digest key,
        TreeManifest manifest,
        Func<string, IReadOnlyCollection<TreeEntry>> make,
        CancellationToken cancellation
    )
    {
        if (folder.Use == FolderUse.ReadOnly && PathOf(folder.Trees, key) is var shared && IsWhole(shared, manifest, cancellation))
            return (shared, null);
        return InAHome(home => MendIn(home, key, manifest, make, cancellation));
    }

    private static bool IsWhole(string path, TreeManifest manifest, CancellationToken cancellation)
    {
        try
        {
            return Directory.Exists(path)
                && new TreeCheck(path, manifest, mayWrite: false).FindDamaged(trustStamps: true, cancellation).Count == 0;
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            return false;
        }
    }

    private static (string Path, string? Damage) MendIn(
        string home,
        Sha256Digest key,
        TreeManifest manifest,
        Func<string, IReadOnlyCollection<TreeEntry>> make,
        CancellationToken cancellation
    )
    {
        var path = PathOf(home, key);
        var check = new TreeCheck(path, manifest, mayWrite: true);
        var wasThere = Directory.Exists(path);
        var damaged = wasThere ? check.FindDamaged(trustStamps: true, cancellation) : manifest.Entries;
        if (damaged.Count == 0 && wasThere)
            return (path, null);
        using (var temporary = new TemporaryTree(home))
        {
            if (Fill(temporary.Path, make).Digest != manifest.Digest)
                throw new InvalidOperationException(
                    $"the tree of {key.ToShortString()} is made differently than before; please report this as a bug"
                );
            Replace(damaged, temporary.Path, path);
        }
        if (check.FindDamaged(trustStamps: true, cancellation) is [var still, ..])
            throw new IOException(
                $"`{Path.Combine(path, still.Path)}` was changed right after it was written; does another program write there?"
            );
        return (
            path,
            wasThere
                ? $"`{damaged[0].Path}` {(damaged.Count > 1 ? $"and {damaged.Count - 1} more " : "")}was changed or removed"
                : "its tree was removed"
        );
    }

    // If the cache cannot store the tree (the disk is full), the build must not fail: the tree then lives as long as the cache's object.
    private T InAHome<T>(Func<string, T> act)
    {
        if (folder.Use == FolderUse.ReadWrite && !_hasFailed)
        {
            try
            {
                return act(folder.Trees);
            }
            catch (Exception exception) when (FileTransfer.IsFailure(exception))
            {
                _hasFailed = true;
                failed(exception.Message);
            }
        }
        return act(Path.Combine(privateFolder(), "trees"));
    }

    private static TreeManifest Fill(string path, Func<string, IReadOnlyCollection<TreeEntry>> make)
    {
        var manifest = TreeManifest.Create(make(path));
        foreach (var entry in manifest.Entries)
        {
            if (entry.IsFile)
                File.SetUnixFileMode(Path.Combine(path, entry.Path), entry.Mode);
        }
        using var written = new OpenFolder(path);
        written.FlushFileSystem();
        return manifest;
    }

    private static void Publish(string made, string path)
    {
        try
        {
            Directory.Move(made, path);
        }
        catch (IOException) when (Directory.Exists(path))
        {
            // Another process was faster; its tree is the same.
        }
    }

    private static void Replace(IReadOnlyList<TreeEntry> damaged, string made, string path)
    {
        if (!Directory.Exists(path))
        {
            Publish(made, path);
            return;
        }
        // The order of paths puts a folder before its entries.
        foreach (var entry in damaged)
            ReplaceEntry(entry, Path.Combine(made, entry.Path), Path.Combine(path, entry.Path));
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
}
