using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Records;
using Oxidizer.Cache.Upkeep;

namespace Oxidizer.Cache;

public sealed partial class LiteDbCache
{
    // Evicting to the limit itself would evict in every build; this much below it, it is done now and then.
    private const double LowWatermark = 0.9;

    /// <summary>
    /// Evicts by size and age, now, and removes what no index names for a day. What running builds use stays, and so does what was used within the last minute
    /// unless <paramref name="maxSize"/> is given.
    /// </summary>
    /// <param name="maxSize">The size to get down to, in bytes; <c>null</c>: nine tenths of <see cref="CacheSettings.MaxSize"/>, if that is exceeded.</param>
    /// <param name="maxAge">Evicts what was not used for so long; <c>null</c>: <see cref="CacheSettings.MaxAge"/>.</param>
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

    /// <summary>Reads every blob and tree, and removes those that are not what their digest says, and the records that name absent ones. Takes about a second for each gigabyte.</summary>
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

    /// <summary>Removes everything. Builds that run meanwhile make what they miss again.</summary>
    public void Clear()
    {
        if (_folder.Use != FolderUse.ReadWrite)
            return;
        _unwritten.TakeAll();
        _blobs.Clear();
        _index.Clear();
    }

    /// <summary>Writes all records and their blobs into a tar archive: <c>ac/&lt;key&gt;</c> and <c>cas/&lt;digest&gt;</c>, as the HTTP protocol of remote caches names them.</summary>
    /// <exception cref="IOException">The archive cannot be written.</exception>
    public void Export(string path)
    {
        Write(absorb: false);
        CacheArchive.Write(path, _index, _blobs);
    }

    /// <summary>Takes over the records and blobs of an archive that <see cref="Export"/> wrote. Whatever is not what its name says is passed over.</summary>
    /// <returns>How many records were taken.</returns>
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
        // Until LiteDB has taken it in, what is gone counts as there.
        if (eviction.Removed.Blobs > 0)
            Write(absorb: true);
        if (eviction.IsAboveTarget && maxSize is null && Bytes > limit)
            _warnings.Add(CacheWarnings.LargerThanCache(Bytes, limit));
        return eviction;
    }

    // What counts towards the limit. Trees are few; they are asked for only when something was stored.
    private long Bytes => _index.BlobBytes + new TreeFolders(_folder, _index).All().Sum(tree => tree.Size);

    private CacheReport Report(Eviction eviction, int damagedBlobs = 0, int damagedTrees = 0)
    {
        var blobs = _index.AllBlobs();
        var trees = new TreeFolders(_folder, _index).All().ToList();
        var (actions, removed, removedTrees, bytes) = eviction.Removed;
        return new CacheReport(_index.AllActions().Count, blobs.Count, trees.Count, blobs.Values.Sum(entry => entry.Blob.Size) + trees.Sum(tree => tree.Size),
            actions, removed, removedTrees, bytes, damagedBlobs, damagedTrees);
    }
}
