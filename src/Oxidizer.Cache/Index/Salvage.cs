using System.Globalization;
using Oxidizer.Cache.Blobs;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Index;

/// <summary>Recovers the index from other files when neither the database nor the snapshot can be read: from undamaged frames of snapshot
/// and journals, from packs, and from files of blobs.</summary>
internal static class Salvage
{
    /// <summary>The number of the first batch of a database that was made from files.</summary>
    public const long Sequence = 1;

    /// <summary>A generation above all earlier ones, so that no old journal is taken for the new snapshot's.</summary>
    public static long NextGeneration(CacheFolder folder) => Journals(folder).Select(GenerationOf).Append(0).Max() + 1;

    /// <summary>What journals have and a database does not, and the number of the last batch.</summary>
    /// <param name="folder">The cache's.</param>
    /// <param name="known">The number of the last batch that the database took in.</param>
    public static (IndexChanges Changes, long Sequence) After(CacheFolder folder, long known)
    {
        var (found, last) = (new IndexChanges(), known);
        foreach (var journal in Journals(folder).OrderBy(GenerationOf))
        {
            var sequence = known;
            _ = Journal.Read(journal, 0, ref sequence, found, known);
            last = Math.Max(last, sequence);
        }
        return (found, last);
    }

    /// <summary>Everything that is undamaged.</summary>
    public static IndexChanges Read(CacheFolder folder)
    {
        var found = new IndexChanges();
        long sequence = 0;
        // A snapshot's frames follow each other even if its tables are damaged; the last frame of a digest is the valid one. Removed
        // records may come back, but their blobs are gone, so they are misses.
        _ = Journal.Read(folder.Snapshot, 0, ref sequence, found);
        foreach (var journal in Journals(folder).OrderBy(GenerationOf))
            _ = Journal.Read(journal, 0, ref sequence, found);
        found.Statistics.Clear();
        foreach (var (digest, blob) in BlobFiles.Scan(folder).Concat(Pack.Scan(folder)))
            found.SetBlob(digest, blob, UnixTime.Now);
        return found;
    }

    private static string[] Journals(CacheFolder folder)
    {
        try
        {
            return Directory.GetFiles(folder.Root, "journal-*");
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            return [];
        }
    }

    private static long GenerationOf(string journal) =>
        long.TryParse(
            Path.GetFileName(journal).AsSpan("journal-".Length),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var generation
        )
            ? generation
            : 0;
}
