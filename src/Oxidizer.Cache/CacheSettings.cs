namespace Oxidizer.Cache;

/// <summary>Where a cache is, and how it may be used.</summary>
/// <param name="Directory">Its folder, absolute; made if it is not there.</param>
public sealed record CacheSettings(string Directory)
{
    /// <summary>When blobs take more than this many bytes, the least recently used ones are evicted.</summary>
    public long MaxSize { get; init; } = 10L << 30;

    /// <summary>Records that were not used for this long are evicted, whatever the cache's size; <c>null</c>: age does not
    /// matter.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Entries are found and used; nothing is stored.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>How long an operation waits for a lock that another process holds. After that the build continues without
    /// storing.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for an action that another process executes. After that the action is executed here as well. A killed
    /// process ends the wait at once.</summary>
    public TimeSpan ActionTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Called when the wait for another process's action begins, with a line that names the process and the action.</summary>
    public Action<string>? OnWaiting { get; init; }
}
