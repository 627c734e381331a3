using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Records;
using Oxidizer.Cache.Upkeep;

namespace Oxidizer.Cache;

public sealed partial class LiteDbCache
{
    // Evicting only down to the limit would evict again in every build.
    private const double LowWatermark = 0.9;

    /// <summary>
    /// Evicts by size and age now, and removes files that the index has not named for a day. Entries that running builds use stay, and so
    /// do those that were used within the last minute, unless <paramref name="maxSize"/> is given.
    /// </summary>
    /// <param name="maxSize">The size to get down to, in bytes; <c>null</c>: nine tenths of <see cref="CacheSettings.MaxSize"/>, if that is
    /// exceeded.</param>
    /// <param name="maxAge">Evicts entries that were not used for this long; <c>null</c>: <see cref="CacheSettings.MaxAge"/>.</param>
    public CacheReport Prune(long? maxSize = null, TimeSpan? maxAge = null)
    {
        if (_folder.Use != FolderUse.ReadWrite)
            return Report(new Eviction(_folder, _index, _blobs.Packs));
        Write(absorb: true);
        var eviction = Evict(maxSize, maxAge ?? _settings.MaxAge, grace: maxSize is null);
        new Leftovers(_folder, _index).Remove();
        Write(absorb: true);
        return Report(eviction);
    }

    /// <summary>Reads every blob and tree. Removes those whose digest is wrong, and the records that name missing ones. Takes about a
    /// second for each gigabyte.</summary>
    public CacheReport Verify()
    {
        Write(absorb: true);
        var eviction = new Eviction(_folder, _index, _blobs.Packs);
        var verification = Verification.Run(_folder, _index, _blobs);
        foreach (var digest in verification.Damaged)
            _warnings.Add(CacheWarnings.BlobDamaged(digest));
        if (_folder.Use == FolderUse.ReadWrite)
        {
            eviction.Remove([.. verification.Damaged, .. verification.Absent], verification.Incomplete);
            eviction.Remove(verification.DamagedTrees);
            Write(absorb: true);
        }
        return Report(eviction, verification.Damaged.Count, verification.DamagedTrees.Count);
    }

    /// <summary>Removes everything. Builds that are running make missing entries again.</summary>
    public void Clear()
    {
        if (_folder.Use != FolderUse.ReadWrite)
            return;
        _unwritten.TakeAll();
        _blobs.Clear();
        _index.Clear();
    }

    /// <summary>Writes all records and their blobs into a tar archive: <c>ac/&lt;key&gt;</c> and <c>cas/&lt;digest&gt;</c>, as the HTTP
    /// protocol of remote caches names them.</summary>
    /// <exception cref="IOException">The archive cannot be written.</exception>
    public void Export(string path)
    {
        Write(absorb: false);
        CacheArchive.Write(path, _index, _blobs);
    }

    /// <summary>Adds the records and blobs of an archive that <see cref="Export"/> wrote. Entries whose content does not match their name
    /// are skipped.</summary>
    /// <returns>How many records were added.</returns>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public int Import(string path)
    {
        var taken = CacheArchive.Read(path, this, _index);
        Write(absorb: true);
        return taken;
    }

    private void KeepWithinLimits()
    {
        var isAgeDue = _folder.IsUpkeepDue();
        if (Bytes > _settings.MaxSize || (isAgeDue && _settings.MaxAge is not null))
            Evict(null, isAgeDue ? _settings.MaxAge : null, grace: true);
        if (isAgeDue)
            new Leftovers(_folder, _index).Remove();
    }

    private Eviction Evict(long? maxSize, TimeSpan? maxAge, bool grace)
    {
        var eviction = new Eviction(_folder, _index, _blobs.Packs);
        var limit = maxSize ?? _settings.MaxSize;
        var isAbove = Bytes > limit;
        var oldest = maxAge is { } age ? UnixTime.Now - (long)age.TotalSeconds : 0;
        if (!isAbove && maxAge is null)
            return eviction;
        eviction.Run(isAbove ? maxSize ?? (long)(limit * LowWatermark) : long.MaxValue, oldest, grace);
        // Evicted blobs count until LiteDB has taken the eviction in.
        if (eviction.Removed.Blobs > 0)
            Write(absorb: true);
        if (eviction.IsAboveTarget && maxSize is null && Bytes > limit)
            _warnings.Add(CacheWarnings.LargerThanCache(Bytes, limit));
        return eviction;
    }

    // What counts towards the limit. There are few trees, and this is asked only after something was stored.
    private long Bytes => _index.BlobBytes + new TreeFolders(_folder, _index).All().Sum(tree => tree.Size);

    private CacheReport Report(Eviction eviction, int damagedBlobs = 0, int damagedTrees = 0)
    {
        var blobs = _index.AllBlobs();
        var trees = new TreeFolders(_folder, _index).All().ToList();
        var (actions, removed, removedTrees, bytes) = eviction.Removed;
        return new CacheReport(
            _index.AllActions().Count,
            blobs.Count,
            trees.Count,
            blobs.Values.Sum(entry => entry.Blob.Size) + trees.Sum(tree => tree.Size),
            actions,
            removed,
            removedTrees,
            bytes,
            damagedBlobs,
            damagedTrees
        );
    }
}
