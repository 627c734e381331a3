using Cake.Core.IO;

namespace Cake.Oxidizer;

/// <summary>Which cache an alias works on, and what may stay in it.</summary>
public sealed class OxidizerCacheSettings
{
    /// <summary>The cache's folder; by default <c>Oxidizer_CacheDirectory</c> of cake.config, environment or arguments, then the user's
    /// cache folder. A configuration's <c>[cache] directory</c> is not looked for.</summary>
    public DirectoryPath? Directory { get; set; }

    /// <summary>For pruning: the size to get down to, in bytes. By default nine tenths of 10 GiB, if the cache is larger than 10 GiB;
    /// entries that were used within the last minute then stay.</summary>
    public long? MaxSize { get; set; }

    /// <summary>For pruning: entries that were not used for this long are evicted too. By default age does not matter.</summary>
    public TimeSpan? MaxAge { get; set; }
}

/// <summary>Settings as a chain of calls.</summary>
public static class OxidizerCacheSettingsExtensions
{
    /// <summary>Looks at the cache in <paramref name="directory"/>.</summary>
    public static OxidizerCacheSettings WithDirectory(this OxidizerCacheSettings settings, DirectoryPath directory)
    {
        settings.Directory = directory;
        return settings;
    }

    /// <summary>Prunes down to <paramref name="bytes"/>.</summary>
    public static OxidizerCacheSettings WithMaxSize(this OxidizerCacheSettings settings, long bytes)
    {
        settings.MaxSize = bytes;
        return settings;
    }

    /// <summary>Prunes what was not used for <paramref name="age"/>.</summary>
    public static OxidizerCacheSettings WithMaxAge(this OxidizerCacheSettings settings, TimeSpan age)
    {
        settings.MaxAge = age;
        return settings;
    }
}
