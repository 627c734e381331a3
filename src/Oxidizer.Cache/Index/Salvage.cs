using System.Globalization;
using Oxidizer.Cache.Blobs;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Index;

/// <summary>Finds again what the files hold when neither the database nor the snapshot can be read: whole frames of both snapshot and journals, packs, and files of blobs.</summary>
internal static class Salvage
{
    /// <summary>What a database that was made from files counts its batches from.</summary>
    public const long Sequence = 1;

    /// <summary>A generation above all that were; no journal of old is taken for the new snapshot's.</summary>
    public static long NextGeneration(CacheFolder folder) => Journals(folder).Select(GenerationOf).Append(0).Max() + 1;

    /// <summary>Everything that is whole.</summary>
    public static IndexChanges Read(CacheFolder folder)
    {
        var found = new IndexChanges();
        long sequence = 0;
        // Damaged or not, a snapshot's frames stand one behind the other; the last of several of one digest is the valid one. Removed ones may come
        // back: their blobs are gone, so they are misses.
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
        long.TryParse(Path.GetFileName(journal).AsSpan("journal-".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation : 0;
}
