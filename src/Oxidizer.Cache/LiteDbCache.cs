namespace Oxidizer.Cache;

/// <summary>The cache on LiteDB and files.</summary>
public static class LiteDbCache
{
    /// <summary>Opens the cache in a folder.</summary>
    public static IActionCache Open(CacheSettings settings) => throw new NotImplementedException(settings.Directory);
}
