using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>A file that a build of CPython takes in.</summary>
/// <param name="Name">Its file name: says package and version.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Digest">Of its content.</param>
internal sealed record SourceFile(string Name, string Path, Sha256Digest Digest)
{
    /// <summary>Digests a file. The memo is not asked: the file is fresh, and used once.</summary>
    public static SourceFile Read(string path)
    {
        using var stream = Cache.Files.RegularFile.OpenStream(path);
        return new SourceFile(
            System.IO.Path.GetFileName(path),
            path,
            new Sha256Digest(System.Security.Cryptography.SHA256.HashData(stream))
        );
    }
}

/// <summary>A Debian source package's description (<c>.dsc</c>), as far as it names the package's files (Debian policy 5.4).</summary>
internal static class DscFile
{
    /// <summary>Reads the names and SHA-256 digests of its files, in order.</summary>
    public static IReadOnlyList<(string Name, string Sha256)> ReadChecksums(string text)
    {
        var files = new List<(string, string)>();
        var inside = false;
        foreach (var line in text.Split('\n'))
        {
            if (!line.StartsWith(' '))
            {
                inside = line.TrimEnd() == "Checksums-Sha256:";
                continue;
            }
            if (
                inside
                && line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [var sha256, _, var name]
            )
                files.Add((name, sha256));
        }
        return files;
    }

    /// <summary>
    /// Compares the files beside a <c>.dsc</c> with the digests that it names. apt has checked the <c>.dsc</c> against its signed indexes
    /// already.
    /// </summary>
    /// <returns>The <c>.dsc</c> itself and its files.</returns>
    /// <exception cref="EnvironmentFailureException">A file is missing or another one.</exception>
    public static IReadOnlyList<SourceFile> Verify(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        var files = new List<SourceFile> { SourceFile.Read(path) };
        var named = ReadChecksums(File.ReadAllText(path));
        if (named.Count == 0)
            throw Damaged(path, "it names no file with a SHA-256");
        foreach (var (name, sha256) in named)
        {
            // The signature of the upstream archive is no input, and apt fetches it or not.
            if (name.EndsWith(".asc", StringComparison.Ordinal))
                continue;
            var file = Path.Combine(folder, Path.GetFileName(name));
            if (!File.Exists(file))
                throw Damaged(path, $"its file `{name}` was not fetched");
            var read = SourceFile.Read(file);
            if (read.Digest.ToString() != sha256)
                throw Damaged(file, $"its sha256 is `{read.Digest}`, and `{sha256}` in `{Path.GetFileName(path)}`");
            files.Add(read);
        }
        return files;
    }

    private static EnvironmentFailureException Damaged(string path, string reason) =>
        new(
            DiagnosticKinds.SourceDamaged,
            "use the source",
            path,
            $"{reason}; the mirror or a proxy on the way is broken: try again, or another mirror"
        );
}
