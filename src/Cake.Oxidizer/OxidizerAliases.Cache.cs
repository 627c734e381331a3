using Cake.Core;
using Cake.Core.Annotations;
using Oxidizer.Cache;

namespace Cake.Oxidizer;

public static partial class OxidizerAliases
{
    /// <summary>Hits, misses, bytes and seconds saved of the cache, by kind of action: since it was made (<c>Lifetime</c>; <c>Session</c>
    /// is of this call, and empty).</summary>
    /// <param name="context">Cake's.</param>
    /// <returns>Counts by kind; <c>Oxidizer_CacheDirectory</c> or the user's folder is looked at.</returns>
    /// <example>
    /// <code>
    /// foreach (var (kind, counts) in OxidizerCacheStatistics().Lifetime)
    ///     Information("{0}: {1} hits, {2} misses, {3:0} s saved", kind, counts.Hits, counts.Misses, counts.SecondsSaved);
    /// </code>
    /// </example>
    [CakeMethodAlias]
    [CakeNamespaceImport("Oxidizer.Cache")]
    public static CacheStatistics OxidizerCacheStatistics(this ICakeContext context) =>
        OxidizerCacheStatistics(context, new OxidizerCacheSettings());

    /// <summary>Hits, misses, bytes and seconds saved of a cache, by kind of action.</summary>
    /// <param name="context">Cake's.</param>
    /// <param name="settings">Which cache.</param>
    /// <returns>Counts by kind, since the cache was made.</returns>
    /// <example>
    /// <code>
    /// var saved = OxidizerCacheStatistics(new OxidizerCacheSettings { Directory = "./cache" }).Lifetime.Values.Sum(counts =>
    /// counts.SecondsSaved);
    /// </code>
    /// </example>
    [CakeMethodAlias]
    [CakeNamespaceImport("Oxidizer.Cache")]
    public static CacheStatistics OxidizerCacheStatistics(this ICakeContext context, OxidizerCacheSettings settings) =>
        WithCache(context, settings, readOnly: true, cache => cache.Statistics);

    /// <summary>Evicts the least recently used entries, down to the cache's limit, and removes what killed builds left. Builds do so by
    /// themselves. Entries that a running build uses stay.</summary>
    /// <param name="context">Cake's.</param>
    /// <returns>What is left, and what was removed.</returns>
    /// <example>
    /// <code>
    /// Information("{0} bytes removed", OxidizerCachePrune().RemovedBytes);
    /// </code>
    /// </example>
    [CakeMethodAlias]
    [CakeNamespaceImport("Oxidizer.Cache")]
    public static CacheReport OxidizerCachePrune(this ICakeContext context) => OxidizerCachePrune(context, new OxidizerCacheSettings());

    /// <summary>Evicts the least recently used entries, down to a size or an age.</summary>
    /// <param name="context">Cake's.</param>
    /// <param name="settings">Which cache, and what may stay.</param>
    /// <returns>What is left, and what was removed.</returns>
    /// <example>
    /// <code>
    /// OxidizerCachePrune(new OxidizerCacheSettings { MaxSize = 1_000_000_000, MaxAge = TimeSpan.FromDays(30) });
    /// </code>
    /// </example>
    [CakeMethodAlias]
    [CakeNamespaceImport("Oxidizer.Cache")]
    public static CacheReport OxidizerCachePrune(this ICakeContext context, OxidizerCacheSettings settings) =>
        WithCache(context, settings, readOnly: false, cache => cache.Prune(settings.MaxSize, settings.MaxAge));

    /// <summary>Reads everything in the cache, and removes what is damaged: the next build makes it again. Takes about a second for each
    /// gigabyte.</summary>
    /// <param name="context">Cake's.</param>
    /// <returns>What is left, what was removed, and how much of it was damaged.</returns>
    /// <example>
    /// <code>
    /// var report = OxidizerCacheVerify();
    /// if (report.DamagedBlobs + report.DamagedTrees > 0)
    ///     Warning("the cache was damaged: check the disk");
    /// </code>
    /// </example>
    [CakeMethodAlias]
    [CakeNamespaceImport("Oxidizer.Cache")]
    public static CacheReport OxidizerCacheVerify(this ICakeContext context) => OxidizerCacheVerify(context, new OxidizerCacheSettings());

    /// <summary>Reads everything in a cache, and removes what is damaged.</summary>
    /// <param name="context">Cake's.</param>
    /// <param name="settings">Which cache.</param>
    /// <returns>What is left, what was removed, and how much of it was damaged.</returns>
    /// <example>
    /// <code>
    /// OxidizerCacheVerify(new OxidizerCacheSettings { Directory = "./cache" });
    /// </code>
    /// </example>
    [CakeMethodAlias]
    [CakeNamespaceImport("Oxidizer.Cache")]
    public static CacheReport OxidizerCacheVerify(this ICakeContext context, OxidizerCacheSettings settings) =>
        WithCache(context, settings, readOnly: false, cache => cache.Verify());

    /// <summary>Removes everything in the cache. Builds that are running make missing entries again.</summary>
    /// <param name="context">Cake's.</param>
    /// <example>
    /// <code>
    /// OxidizerCacheClear();
    /// </code>
    /// </example>
    [CakeMethodAlias]
    public static void OxidizerCacheClear(this ICakeContext context) => OxidizerCacheClear(context, new OxidizerCacheSettings());

    /// <summary>Removes everything in a cache.</summary>
    /// <param name="context">Cake's.</param>
    /// <param name="settings">Which cache.</param>
    /// <example>
    /// <code>
    /// OxidizerCacheClear(new OxidizerCacheSettings { Directory = "./cache" });
    /// </code>
    /// </example>
    [CakeMethodAlias]
    public static void OxidizerCacheClear(this ICakeContext context, OxidizerCacheSettings settings) =>
        WithCache(
            context,
            settings,
            readOnly: false,
            cache =>
            {
                cache.Clear();
                return true;
            }
        );

    // Looking at a cache does not make it. Its problems are warnings, as in a build.
    private static T WithCache<T>(ICakeContext context, OxidizerCacheSettings settings, bool readOnly, Func<LiteDbCache, T> act)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var directory = Absolute(context, settings.Directory) ?? ConfiguredCacheDirectory(context) ?? CacheDirectory.Default();
        var log = new CakeBuildLog(context.Log);
        using var cache = LiteDbCache.Open(
            new CacheSettings(directory) { ReadOnly = readOnly || !context.FileSystem.GetDirectory(directory).Exists }
        );
        try
        {
            return act(cache);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CakeException($"the cache `{directory}` cannot be used: {exception.Message}", exception);
        }
        finally
        {
            foreach (var warning in cache.Warnings)
                log.Warning($"warning {warning.Id}: {warning.Message}");
        }
    }
}
