using Oxidizer.Cache.Blobs;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Index;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Records;
using Oxidizer.Cache.Storing;
using Oxidizer.Cache.Trees;

namespace Oxidizer.Cache.Upkeep;

/// <summary>The result of reading the whole cache.</summary>
/// <param name="Damaged">Blobs whose bytes do not match their digest.</param>
/// <param name="Absent">Blobs that the index names but that are missing.</param>
/// <param name="Incomplete">Records that name damaged or missing blobs.</param>
/// <param name="DamagedTrees">Trees that do not match their manifest.</param>
internal sealed record Verification(
    IReadOnlyList<Sha256Digest> Damaged,
    IReadOnlyList<Sha256Digest> Absent,
    IReadOnlyList<(Sha256Digest Digest, byte[] Payload)> Incomplete,
    IReadOnlyList<TreeInUpkeep> DamagedTrees
)
{
    public static Verification Run(CacheFolder folder, CacheIndex index, BlobStore blobs)
    {
        var damaged = new List<Sha256Digest>();
        var absent = new List<Sha256Digest>();
        var whole = new HashSet<Sha256Digest>();
        var named = index.AllBlobs();
        // Files that the index does not name count too: a record may name them.
        foreach (var digest in named.Keys.Concat(BlobFiles.Scan(folder).Select(entry => entry.Digest)).Distinct())
        {
            var place = named.TryGetValue(digest, out var entry) ? entry.Blob : default;
            (
                DigestOf(folder, blobs.Packs, digest, place) is not { } found ? absent
                : found == digest ? null
                : damaged
            )?.Add(digest);
            whole.Add(digest);
        }
        whole.ExceptWith(damaged);
        whole.ExceptWith(absent);
        var incomplete = index
            .AllActions()
            .Where(entry => entry.Action.Record.Outputs.Any(output => output.LinkTarget is null && !whole.Contains(output.Digest)))
            .Select(entry => (entry.Action.Record.Key.Digest, entry.Payload))
            .ToList();
        var trees = new TreeFolders(folder, index).All().Where(tree => tree.Record is not null && !IsWhole(tree, folder, blobs)).ToList();
        return new Verification(damaged, absent, incomplete, trees);
    }

    // A tree without a readable manifest cannot be checked; the build that needs it makes it again.
    private static bool IsWhole(TreeInUpkeep tree, CacheFolder folder, BlobStore blobs)
    {
        try
        {
            return TreeStore.ReadManifest(tree.Record!, blobs.TryRead) is { } manifest
                && new TreeCheck(TreeStore.PathOf(folder.Trees, tree.Key), manifest, mayWrite: false)
                    .FindDamaged(trustStamps: false, default)
                    .Count == 0;
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            return false;
        }
    }

    private static Sha256Digest? DigestOf(CacheFolder folder, PackReader packs, Sha256Digest digest, in StoredBlob place)
    {
        try
        {
            if (place.IsPacked && packs.TryRead(place) is { } content)
                return Sha256Digest.Of(content);
            var path = BlobFiles.PathOf(folder.Blobs, digest);
            return File.Exists(path) ? Sha256Digest.OfFile(path) : null;
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            // A file that cannot be read counts as damaged.
            return default(Sha256Digest);
        }
    }
}
