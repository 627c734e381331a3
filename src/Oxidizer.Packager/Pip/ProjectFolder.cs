using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.Pip;

/// <summary>The folder of a project that a requirement names. What building leaves in it does not count, and is not used: setuptools would
/// pack the modules of an earlier build.</summary>
internal static class ProjectFolder
{
    private static readonly string[] s_leftOvers = ["build", "dist", "__pycache__", "node_modules"];

    /// <summary>The digest of the names and contents of its files.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Sha256Digest Digest(string folder, BuildContext context)
    {
        var files = Files(folder).Order(StringComparer.Ordinal).ToList();
        var digests = context.Cache.DigestFiles(files);
        var text = new StringBuilder();
        for (var index = 0; index < files.Count; index++)
            text.Append(digests[index]).Append(' ').Append(Path.GetRelativePath(folder, files[index])).Append('\0');
        return Sha256Digest.Of(text.ToString());
    }

    /// <summary>Copies it, with the history of its versions, which some backends ask.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void Copy(string folder, string target)
    {
        foreach (var file in Files(folder).Concat(History(folder)))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static IEnumerable<string> History(string folder)
    {
        var git = Path.Combine(folder, ".git");
        return Directory.Exists(git) ? Directory.EnumerateFiles(git, "*", SearchOption.AllDirectories)
            : File.Exists(git) ? [git]
            : [];
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory
            .EnumerateFiles(folder)
            .Where(path => Path.GetFileName(path) != ".git")
            .Concat(
                Directory
                    .EnumerateDirectories(folder)
                    .Where(path => !IsLeftOver(Path.GetFileName(path)) && new DirectoryInfo(path).LinkTarget is null)
                    .SelectMany(Files)
            );

    private static bool IsLeftOver(string name) =>
        name.StartsWith('.') || s_leftOvers.Contains(name) || name.EndsWith(".egg-info", StringComparison.Ordinal);
}
