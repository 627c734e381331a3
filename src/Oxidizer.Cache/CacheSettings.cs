namespace Oxidizer.Cache;

/// <summary>Where a cache is, and how it may be used.</summary>
/// <param name="Directory">Its folder, absolute; made if it is not there.</param>
public sealed record CacheSettings(string Directory)
{
    /// <summary>Blobs are evicted, least recently used first, when they take more than this many bytes.</summary>
    public long MaxSize { get; init; } = 10L << 30;

    /// <summary>Records that were not used for so long are evicted whatever the size; <c>null</c>: never for their age.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Nothing is stored; what is found is used.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>How long an operation waits for another process's lock before the build goes on without it.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an action is waited for that another process executes, before it is executed here as well. A killed process is not waited for.</summary>
    public TimeSpan ActionTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Is told when the wait for another process's action begins, with who makes what: a line for the build's progress.</summary>
    public Action<string>? OnWaiting { get; init; }
}
