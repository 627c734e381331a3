using System.Globalization;

namespace Oxidizer.Cache;

/// <summary>Everything that can be wrong with a cache and is survived, by id.</summary>
internal static class CacheWarnings
{
    public static CacheWarning Unusable(string folder, string reason) => new("OXI0901",
        $"the cache folder `{folder}` cannot be used ({reason}); this build keeps nothing: name another folder, or delete what is there");

    public static CacheWarning Newer(string folder, int version) => new("OXI0902",
        string.Create(CultureInfo.InvariantCulture, $"the cache `{folder}` was made by a newer version (format {version}) and is left alone; this build keeps nothing: update, or name another folder"));

    public static CacheWarning NotWritable(string folder, string reason) => new("OXI0903",
        $"nothing can be stored in the cache `{folder}` ({reason}); what is there is used: make it writable, or set `read_only` to hide this");

    public static CacheWarning Locked(string folder, string holder, TimeSpan waited) => new("OXI0904",
        string.Create(CultureInfo.InvariantCulture, $"the cache `{folder}` is locked by {holder} since more than {waited.TotalSeconds:0.#} s; this build goes on without storing: end that process if it hangs"));

    public static CacheWarning BlobDamaged(Sha256Digest digest) => new("OXI0905",
        $"a cached blob was damaged and has been removed (the first: {digest.ToShortString()}); it is made again: check the disk if this comes back");

    public static CacheWarning IndexDamaged(string folder, string reason) => new("OXI0906",
        $"the index of the cache `{folder}` was damaged ({reason}) and has been made anew from what is whole; what is missing is built again");

    public static CacheWarning NotStored(string folder, string reason) => new("OXI0907",
        $"the cache `{folder}` could not store something ({reason}); this build goes on without: free space on the disk, or lower `max_size`");

    public static CacheWarning RecordTooLarge(string name) => new("OXI0908",
        $"the record of `{name}` is too large for the cache, and is not kept; the action runs again in each build");

    public static CacheWarning LargerThanCache(long size, long limit) => new("OXI0909",
        string.Create(CultureInfo.InvariantCulture, $"`max_size` of the cache is {limit} bytes, and what this build uses takes {size}; nothing of it is evicted while it is in use: raise `max_size`"));

    public static CacheWarning WaitedTooLong(string name, string holder, TimeSpan waited) => new("OXI0910",
        string.Create(CultureInfo.InvariantCulture, $"`{name}` is being made by {holder} since more than {waited.TotalMinutes:0.#} min; it is made here as well: end that process if it hangs"));

    public static CacheWarning NotTrusted(string folder, string problem) => new("OXI0911",
        $"the cache folder `{folder}` is not trusted, because it {problem}; this build keeps nothing: give it to the user that builds and take the others' permission to write (`chown`, `chmod go-w`), or name another folder");

    public static CacheWarning NoCache(string folder, string name) => new("OXI0912",
        $"the folder `{folder}` is no cache and has a `{name}` of somebody else's; this build keeps nothing: name a folder of its own");
}
