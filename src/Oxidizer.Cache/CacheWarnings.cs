using System.Globalization;

namespace Oxidizer.Cache;

/// <summary>The problems that a cache survives, by id.</summary>
internal static class CacheWarnings
{
    public static CacheWarning Unusable(string folder, string reason) =>
        new(
            "OXI0901",
            $"the cache folder `{folder}` cannot be used ({reason}); this build stores nothing: name another folder, or delete what is there"
        );

    public static CacheWarning Newer(string folder, int version) =>
        new(
            "OXI0902",
            string.Create(
                CultureInfo.InvariantCulture,
                $"the cache `{folder}` was made by a newer version (format {version}) and is not touched; this build stores nothing: update, or name another folder"
            )
        );

    public static CacheWarning NotWritable(string folder, string reason) =>
        new(
            "OXI0903",
            $"nothing can be stored in the cache `{folder}` ({reason}); its entries are used: make it writable, or set `read_only` to hide this"
        );

    public static CacheWarning Locked(string folder, string holder, TimeSpan waited) =>
        new(
            "OXI0904",
            string.Create(
                CultureInfo.InvariantCulture,
                $"the cache `{folder}` has been locked by {holder} for more than {waited.TotalSeconds:0.#} s; this build continues without storing: end that process if it hangs"
            )
        );

    public static CacheWarning BlobDamaged(Sha256Digest digest) =>
        new(
            "OXI0905",
            $"a cached blob was damaged and has been removed (the first: {digest.ToShortString()}); it is made again: check the disk if this happens again"
        );

    public static CacheWarning IndexDamaged(string folder, string reason) =>
        new(
            "OXI0906",
            $"the index of the cache `{folder}` was damaged ({reason}) and has been rebuilt from its undamaged files; missing entries are made again"
        );

    public static CacheWarning NotStored(string folder, string reason) =>
        new(
            "OXI0907",
            $"the cache `{folder}` could not store an entry ({reason}); this build continues without storing it: free space on the disk, or lower `max_size`"
        );

    public static CacheWarning RecordTooLarge(string name) =>
        new("OXI0908", $"the record of `{name}` is too large for the cache and is not stored; the action runs again in each build");

    public static CacheWarning LargerThanCache(long size, long limit) =>
        new(
            "OXI0909",
            string.Create(
                CultureInfo.InvariantCulture,
                $"`max_size` of the cache is {limit} bytes, but this build uses {size}; entries in use are not evicted: raise `max_size`"
            )
        );

    public static CacheWarning WaitedTooLong(string name, string holder, TimeSpan waited) =>
        new(
            "OXI0910",
            string.Create(
                CultureInfo.InvariantCulture,
                $"`{name}` has been in progress in {holder} for more than {waited.TotalMinutes:0.#} min; it is made here as well: end that process if it hangs"
            )
        );

    public static CacheWarning NotTrusted(string folder, string problem) =>
        new(
            "OXI0911",
            $"the cache folder `{folder}` is not trusted, because it {problem}; this build stores nothing: make the building user its owner and the only one who may write to it (`chown`, `chmod go-w`), or name another folder"
        );

    public static CacheWarning NoCache(string folder, string name) =>
        new(
            "OXI0912",
            $"the folder `{folder}` is not a cache, but has an entry `{name}`, which a cache would overwrite; this build stores nothing: name a folder that the cache has to itself"
        );
}
