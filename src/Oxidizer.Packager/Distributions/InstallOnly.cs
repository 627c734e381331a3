using Oxidizer.Cache;

namespace Oxidizer.Packager.Distributions;

/// <summary>Archives of the <c>install_only</c> form: an installed Python, without the objects that a product is linked from.</summary>
internal static class InstallOnly
{
    private const string Mark = "install_only";

    /// <summary>Whether a file name says so.</summary>
    public static bool IsNameOf(string archive) => archive.Contains(Mark, StringComparison.Ordinal);

    /// <summary>Whether a tree without <c>PYTHON.json</c> is such an installation.</summary>
    public static bool IsTree(TreeManifest manifest) =>
        manifest.Entries.Any(entry =>
            entry.Path is "python/python.exe" || entry.Path.StartsWith("python/bin/python", StringComparison.Ordinal)
        );

    /// <summary>Says what is wrong, and which archive is the right one.</summary>
    public static string Explain(string archive)
    {
        const string why = "it is an `install_only` archive, which holds no objects and cannot be linked";
        var mark = archive.IndexOf(Mark, StringComparison.Ordinal);
        return mark <= 0
            ? $"{why}; use the archive of the same release whose name ends with `-full.tar.zst`"
            : $"{why} (`{archive}`); use the full one, `{archive[..mark]}{OptionsFor(archive)}-full.tar.zst`";
    }

    // What the standalone releases offer for each family of targets.
    private static string OptionsFor(string archive) =>
        archive.Contains("windows", StringComparison.Ordinal) ? "pgo"
        : archive.Contains("musl", StringComparison.Ordinal) ? "lto"
        : "pgo+lto";
}
