using System.Globalization;
using Oxidizer.Cache.Files;

namespace Oxidizer.Cache.Layout;

/// <summary>
/// Whether a cache's folder may be used. Its content goes into products, and files in it are deleted. So this user or the administrator
/// must own it, nobody else may write to it, and it must be a cache.
/// </summary>
internal static class FolderTrust
{
    private const uint Administrator = 0;

    // A folder that has all of these is a cache, even if its `format` was deleted.
    private static readonly string[] s_signs = ["lock", "sessions", "packs"];

    /// <summary>The problem with a folder's owner or permissions; <c>null</c> if there is none, or no folder.</summary>
    public static string? ProblemOf(CacheFolder folder)
    {
        // The folder itself may be reached by a link, to a larger disk: a user who can change that link can change the path as well.
        if (ProblemOf(folder.Root, follow: true) is { } problem)
            return problem;
        foreach (var path in folder.Subfolders)
        {
            if (ProblemOf(path, follow: false) is { } inner)
                return $"its `{Path.GetFileName(path)}` {inner}";
        }
        return null;
    }

    /// <summary>An entry of another program that the cache would take for its own; <c>null</c> if there is none.</summary>
    public static string? ForeignName(CacheFolder folder)
    {
        if (File.Exists(folder.Format) || !Directory.Exists(folder.Root))
            return null;
        var names = new DirectoryInfo(folder.Root).EnumerateFileSystemInfos().Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        // Another process may be making the cache at this moment; it writes `format` before anything else.
        return Array.TrueForAll(s_signs, names.Contains) || File.Exists(folder.Format)
            ? null
            : names.Where(folder.IsOwnName).Order(StringComparer.Ordinal).FirstOrDefault();
    }

    private static string? ProblemOf(string path, bool follow)
    {
        if (!FileOwner.TryRead(path, follow, out var owner))
            return null;
        if (!owner.IsFolder)
            return follow ? null : "is not a folder";
        if (!owner.IsMine && owner.User != Administrator)
            return string.Create(CultureInfo.InvariantCulture, $"belongs to the user {owner.User}, and this build runs as {FileOwner.Me}");
        return owner.IsWritableByOthers ? $"can be written by others (mode {Convert.ToString(owner.Mode & 0xFFF, 8)})" : null;
    }
}
