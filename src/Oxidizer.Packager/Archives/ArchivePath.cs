using System.Text;

namespace Oxidizer.Packager.Archives;

/// <summary>Turns the path of an archive's entry into a safe one.</summary>
internal static class ArchivePath
{
    private const int LongestName = 255,
        LongestPath = 1024;

    /// <summary>The path relative to the archive's root, with single <c>/</c>; empty for the root itself.</summary>
    /// <exception cref="BadArchiveException">It is absolute, climbs, or holds what some system would take for that.</exception>
    public static string Normalize(string path)
    {
        if (path.StartsWith('/'))
            throw BadArchiveException.Unsafe(path, "has an absolute path");
        if (path.Contains('\\') || (path.Length > 1 && path[1] == ':'))
            throw BadArchiveException.Unsafe(path, "has a path that some systems take for another (a backslash, or a drive)");
        if (path.Any(char.IsControl))
            throw BadArchiveException.Unsafe(path, "has a control character in its path");
        // .NET replaces bytes that are no UTF-8 by this. The file would get another name than its publisher gave it.
        if (path.Contains('\uFFFD'))
            throw BadArchiveException.Unsafe(path, "has a path that is not UTF-8");
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(name => name != ".").ToList();
        if (names.Contains(".."))
            throw BadArchiveException.Unsafe(path, "climbs out of its folder with `..`");
        var safe = string.Join('/', names);
        if (names.Any(name => Encoding.UTF8.GetByteCount(name) > LongestName) || Encoding.UTF8.GetByteCount(safe) > LongestPath)
            throw BadArchiveException.Unsafe(
                path,
                $"has a path that is too long (more than {LongestPath} bytes, or {LongestName} in one name)"
            );
        return safe;
    }

    /// <summary>The folder of a path; empty for the root.</summary>
    public static string FolderOf(string path) => path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";
}
