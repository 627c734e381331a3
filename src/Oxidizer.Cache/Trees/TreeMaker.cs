using Oxidizer.Cache.Files;

namespace Oxidizer.Cache.Trees;

/// <summary>Makes a tree's folder from blobs, or puts one right.</summary>
/// <param name="root">The folder.</param>
/// <param name="entries">What belongs into it.</param>
/// <param name="writeNew">Writes an entry's blob, with its mode, to a path where nothing is; false if the blob is missing.</param>
internal sealed class TreeMaker(string root, IReadOnlyList<ActionOutput> entries, Func<ActionOutput, string, bool> writeNew)
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Every folder of a tree, the root as the empty text first.</summary>
    public static IReadOnlyCollection<string> FoldersOf(IReadOnlyList<ActionOutput> entries)
    {
        var folders = new SortedSet<string>(StringComparer.Ordinal) { "" };
        var last = "";
        foreach (var entry in entries)
        {
            var parent = ParentOf(entry.Path);
            // Entries are sorted: most share their folder with the one before.
            if (parent == last)
                continue;
            last = parent;
            while (parent.Length > 0 && folders.Add(parent))
                parent = ParentOf(parent);
        }
        folders.ExceptWith(entries.Where(entry => entry.Path.EndsWith('/')).Select(entry => entry.Path.TrimEnd('/')));
        return folders;
    }

    /// <summary>The stamps of a tree that is right now; <c>null</c> when an entry is not there.</summary>
    public static byte[]? StampOf(string root, IReadOnlyList<ActionOutput> entries) =>
        TreeStamp.Write(root, FoldersOf(entries).Concat(entries.Select(entry => entry.Path.TrimEnd('/'))));

    /// <summary>Makes the whole tree; false if a blob is missing.</summary>
    public bool TryMake()
    {
        MakeFolders();
        var complete = true;
        Parallel.ForEach(entries, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (entry, state) =>
        {
            if (TryMakeEntry(entry))
                return;
            complete = false;
            state.Stop();
        });
        return complete;
    }

    /// <summary>Puts right what was changed; what is there and does not belong to the tree is deleted.</summary>
    /// <param name="changed">Paths whose stamps differ; <c>null</c>: nothing is known, and everything is looked at.</param>
    public bool TryRepair(IReadOnlyCollection<string>? changed)
    {
        var suspects = changed?.ToHashSet(StringComparer.Ordinal);
        MakeFolders();
        RemoveStrangers(suspects);
        foreach (var entry in entries)
        {
            if ((suspects is null || suspects.Contains(entry.Path.TrimEnd('/')) || !Exists(entry)) && !IsRight(entry) && !TryReplace(entry))
                return false;
        }
        return true;
    }

    private static string ParentOf(string path)
    {
        var slash = path.LastIndexOf('/', Math.Max(0, path.Length - 2));
        return slash < 0 ? "" : path[..slash];
    }

    private string PathOf(string relative) => relative.Length == 0 ? root : root + "/" + relative.TrimEnd('/');

    private void MakeFolders()
    {
        foreach (var folder in FoldersOf(entries).Concat(entries.Where(entry => entry.Path.EndsWith('/')).Select(entry => entry.Path)))
        {
            var path = PathOf(folder);
            if (FileStamp.TryRead(path, follow: false, out _, out var mode) && (mode & 0xF000) != 0x4000)
                File.Delete(path);
            Directory.CreateDirectory(path, FolderMode);
        }
    }

    private bool TryMakeEntry(ActionOutput entry)
    {
        if (entry.Path.EndsWith('/'))
            return true;
        var path = PathOf(entry.Path);
        if (entry.LinkTarget is null)
            return writeNew(entry, path);
        File.CreateSymbolicLink(path, entry.LinkTarget);
        return true;
    }

    private bool Exists(ActionOutput entry) => FileStamp.TryRead(PathOf(entry.Path), follow: false, out _, out _);

    private bool IsRight(ActionOutput entry)
    {
        var path = PathOf(entry.Path);
        if (!FileStamp.TryRead(path, follow: false, out var stamp, out var mode))
            return false;
        if (entry.Path.EndsWith('/'))
            return true;
        if (entry.LinkTarget is not null)
            return (mode & 0xF000) == 0xA000 && new FileInfo(path).LinkTarget == entry.LinkTarget;
        return (mode & 0xF000) == 0x8000 && stamp.Size == entry.Size
            && (mode & 0xFFF) == (int)FileTransfer.WithoutWrite(entry.Mode) && Sha256Digest.OfFile(path) == entry.Digest;
    }

    private bool TryReplace(ActionOutput entry)
    {
        var path = PathOf(entry.Path);
        if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
        return TryMakeEntry(entry);
    }

    private void RemoveStrangers(HashSet<string>? suspects)
    {
        var known = entries.Select(entry => entry.Path.TrimEnd('/')).Concat(FoldersOf(entries)).ToHashSet(StringComparer.Ordinal);
        foreach (var folder in FoldersOf(entries).Concat(entries.Where(entry => entry.Path.EndsWith('/')).Select(entry => entry.Path.TrimEnd('/'))))
        {
            if (suspects?.Contains(folder) == false)
                continue;
            foreach (var path in Directory.GetFileSystemEntries(PathOf(folder)))
            {
                var name = Path.GetFileName(path);
                if (known.Contains(folder.Length == 0 ? name : folder + "/" + name))
                    continue;
                if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
                    Directory.Delete(path, recursive: true);
                else
                    File.Delete(path);
            }
        }
    }
}
