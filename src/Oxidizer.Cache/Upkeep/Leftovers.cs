using Oxidizer.Cache.Blobs;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Index;
using Oxidizer.Cache.Layout;

namespace Oxidizer.Cache.Upkeep;

/// <summary>Removes what killed processes left: temporary files, and blobs that the index does not name. They are removed when they are a
/// day old: no build takes that long to add a stored blob to the index.</summary>
internal sealed class Leftovers(CacheFolder folder, CacheIndex index)
{
    private const long DayNanoseconds = 86_400L * 1_000_000_000;

    public void Remove()
    {
        new TreeFolders(folder, index).RemoveLeftovers();
        foreach (var path in Files(folder.Temporary).Concat(Files(folder.KeyLocks)))
        {
            if (IsOld(path))
                FileTransfer.TryDelete(path);
        }
        var named = index.AllBlobs();
        foreach (var (digest, _) in BlobFiles.Scan(folder))
        {
            var path = BlobFiles.PathOf(folder.Blobs, digest);
            if (!named.ContainsKey(digest) && IsOld(path))
                FileTransfer.TryDelete(path);
        }
    }

    private static IEnumerable<string> Files(string path) => Directory.Exists(path) ? Directory.GetFiles(path) : [];

    // By the inode's change time, because a file that was moved into the cache keeps its time of modification.
    private static bool IsOld(string path) => FileStamp.TryRead(path, out var stamp) && stamp.Changed < FileStamp.Now - DayNanoseconds;
}
