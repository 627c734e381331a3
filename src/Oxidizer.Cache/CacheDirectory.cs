using Oxidizer.Cache.Files;

namespace Oxidizer.Cache;

/// <summary>Finds the user's cache folder.</summary>
public static class CacheDirectory
{
    /// <summary>
    /// <c>$XDG_CACHE_HOME/oxidizer</c>, else <c>~/.cache/oxidizer</c>, else, for users without a home, a folder in the system's temporary
    /// folder whose name has the user's number. Anybody can make a folder of that name, so <see cref="LiteDbCache.Open"/> checks whether it
    /// can be trusted.
    /// </summary>
    public static string Default()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } configured && Path.IsPathRooted(configured))
            return Path.Combine(configured, "oxidizer");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0 && home != "/"
            ? Path.Combine(home, ".cache", "oxidizer")
            : Path.Combine(
                Path.GetTempPath(),
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"oxidizer-cache-{FileOwner.Me}")
            );
    }
}
