using System.Text;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Tests.SourceBuilds;

/// <summary>A mirror of source packages in a folder, which the machine's real apt reads. It is not signed, and its configuration allows
/// that.</summary>
internal sealed class AptMirror(string folder)
{
    private const string Suite = "bookworm",
        Pool = "pool";
    private static readonly string[] s_architectures = ["amd64", "arm64"];
    private readonly StringBuilder _sources = new();

    /// <summary>Adds a version; <paramref name="isGone"/>: the list names it, and its files are no longer there.</summary>
    public void Add(string package, string version, bool isGone = false)
    {
        var (upstream, name) = (version.Split('-')[0], $"{package}_{version}");
        string[] archives =
        [
            Write($"{Pool}/{package}_{upstream}.orig.tar.xz", "upstream's"),
            Write($"{Pool}/{name}.debian.tar.xz", "patches of " + version),
        ];
        var about = Write($"{Pool}/{name}.dsc", $"Format: 3.0 (quilt)\nSource: {package}\nVersion: {version}\n{Checksums(archives)}");
        _sources.Append(
            $"Package: {package}\nFormat: 3.0 (quilt)\nBinary: {package}\nVersion: {version}\nDirectory: {Pool}\n{Checksums([about, .. archives])}\n"
        );
        if (isGone)
            File.Delete(Path.Combine(folder, archives[1]));
    }

    /// <summary>Writes the lists, and a configuration of apt that knows no other mirror.</summary>
    /// <returns>The path of the configuration.</returns>
    public string Publish()
    {
        var dists = $"dists/{Suite}";
        string[] lists =
        [
            Write($"{dists}/main/source/Sources", _sources.ToString()),
            .. s_architectures.Select(architecture => Write($"{dists}/main/binary-{architecture}/Packages", "")),
        ];
        Write(
            $"{dists}/Release",
            $"Suite: {Suite}\nCodename: {Suite}\nDate: Thu, 01 Jan 2026 00:00:00 UTC\nArchitectures: {string.Join(' ', s_architectures)}\nComponents: main\n"
                + Checksums(lists, "SHA256", name => name[(dists.Length + 1)..])
        );
        var list = Write("machine.list", $"deb file:{folder} {Suite} main\n");
        return Path.Combine(
            folder,
            Write(
                "apt.conf",
                $"Dir::Etc::SourceList \"{Path.Combine(folder, list)}\";\nDir::Etc::SourceParts \"-\";\n"
                    + "Acquire::AllowInsecureRepositories \"true\";\nAPT::Get::AllowUnauthenticated \"true\";\n"
            )
        );
    }

    private string Checksums(IEnumerable<string> files, string field = "Checksums-Sha256", Func<string, string>? nameOf = null) =>
        $"{field}:\n"
        + string.Concat(
            files.Select(file =>
                $" {Sha256Digest.OfFile(Path.Combine(folder, file))} {new FileInfo(Path.Combine(folder, file)).Length} {(nameOf ?? Path.GetFileName)(file)}\n"
            )
        );

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return name;
    }
}
