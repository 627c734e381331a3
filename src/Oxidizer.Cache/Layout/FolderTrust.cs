using System.Globalization;
using Oxidizer.Cache.Files;

namespace Oxidizer.Cache.Layout;

/// <summary>
/// Whether a cache's folder may be used: what stands in it goes into products, and things in it are deleted. So it must be this user's or the administrator's, nobody else may
/// write to it, and it must be a cache.
/// </summary>
internal static class FolderTrust
{
    private const uint Administrator = 0;

    // What a folder has that was a cache for a moment, even if its `format` was deleted.
    private static readonly string[] s_signs = ["lock", "sessions", "packs"];

    /// <summary>Why a folder's owner or permissions forbid its use; <c>null</c> if they do not, or it is not there.</summary>
    public static string? ProblemOf(CacheFolder folder)
    {
        // To the folder itself a link may lead, for a larger disk; who could change that link could change the path as well.
        if (ProblemOf(folder.Root, follow: true) is { } problem)
            return problem;
        foreach (var path in folder.Subfolders)
        {
            if (ProblemOf(path, follow: false) is { } inner)
                return $"its `{Path.GetFileName(path)}` {inner}";
        }
        return null;
    }

    /// <summary>A name in the folder that the cache would take for its own, and that somebody else gave; <c>null</c> if there is none.</summary>
    public static string? ForeignName(CacheFolder folder)
    {
        if (File.Exists(folder.Format) || !Directory.Exists(folder.Root))
            return null;
        var names = new DirectoryInfo(folder.Root).EnumerateFileSystemInfos().Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        return Array.TrueForAll(s_signs, names.Contains) ? null : names.Where(folder.IsOwnName).Order(StringComparer.Ordinal).FirstOrDefault();
    }

    private static string? ProblemOf(string path, bool follow)
    {
        if (!FileOwner.TryRead(path, follow, out var owner))
            return null;
        if (!owner.IsFolder)
            return follow ? null : "is no folder";
        if (!owner.IsMine && owner.User != Administrator)
            return string.Create(CultureInfo.InvariantCulture, $"belongs to the user {owner.User}, and this build runs as {FileOwner.Me}");
        return owner.IsWritableByOthers ? $"can be written by others (mode {Convert.ToString(owner.Mode & 0xFFF, 8)})" : null;
    }
}
