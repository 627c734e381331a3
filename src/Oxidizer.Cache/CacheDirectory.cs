using Oxidizer.Cache.Files;

namespace Oxidizer.Cache;

/// <summary>Finds the user's cache folder.</summary>
public static class CacheDirectory
{
    /// <summary>
    /// <c>$XDG_CACHE_HOME/oxidizer</c>, else <c>~/.cache/oxidizer</c>, else a folder of the user's number below the system's temporary one, for users without a home and without
    /// a name. Whether it can be trusted is asked when it is opened (<see cref="LiteDbCache.Open"/>): anybody can make a folder of that name.
    /// </summary>
    public static string Default()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } configured && Path.IsPathRooted(configured))
            return Path.Combine(configured, "oxidizer");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0 && home != "/"
            ? Path.Combine(home, ".cache", "oxidizer")
            : Path.Combine(Path.GetTempPath(), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"oxidizer-cache-{FileOwner.Me}"));
    }
}
