using System.Formats.Tar;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Programs;
using SharpCompress.Compressors.Xz;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>CPython's sources, unpacked and patched.</summary>
/// <param name="Root">Their folder, absolute.</param>
/// <param name="Patches">Names of the patches that were applied, in order.</param>
internal sealed partial record SourceTree(string Root, IReadOnlyList<string> Patches)
{
    /// <summary>Unpacks the sources and applies Debian's patches, less those that the recipe leaves out.</summary>
    /// <exception cref="BuildFailedException">A patch does not apply.</exception>
    public static SourceTree Unpack(SourceMaterials materials, string folder, SourceCommand command, SourceProgress progress)
    {
        Extract(materials.Archive.Path, folder);
        var root = Directory.GetDirectories(folder).Single();
        if (materials.DebianArchive is not { } debian)
            return new SourceTree(root, []);
        Extract(debian.Path, root);
        var patches = ReadSeries(File.ReadAllText(Path.Combine(root, "debian/patches/series"))).Where(SourceRecipe.Applies).ToList();
        progress.Begin("patch", patches.Count);
        foreach (var patch in patches)
        {
            command.Run(
                $"apply Debian's patch `{patch}` to {Path.GetFileName(root)}",
                root,
                BuildProgram.Patch,
                ["-p1", "--batch", "--silent", "--fuzz=0", "--no-backup-if-mismatch", "-i", Path.Combine("debian/patches", patch)]
            );
            progress.Step(patch);
        }
        return new SourceTree(root, patches);
    }

    /// <summary>Reads the names in a quilt series: comments and options of <c>patch</c> are dropped.</summary>
    public static IReadOnlyList<string> ReadSeries(string text) =>
        [.. text.Split('\n').Select(line => line.Split('#')[0].Trim().Split(' ')[0]).Where(name => name.Length > 0)];

    /// <summary>Reads CPython's version out of a source archive, without unpacking it.</summary>
    /// <exception cref="BuildFailedException">The archive is damaged or holds no CPython.</exception>
    public static string VersionOf(string archive, SourceLocation? location)
    {
        try
        {
            using var stream = Open(archive);
            using var reader = new TarReader(stream);
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry.Name.TrimStart('.', '/').Split('/') is not [_, "Include", "patchlevel.h"] || entry.DataStream is not { } data)
                    continue;
                using var text = new StreamReader(data);
                if (VersionPattern().Match(text.ReadToEnd()) is { Success: true } match)
                    return match.Groups["version"].Value;
            }
        }
        // What a damaged compressed stream makes the decoders throw is theirs to choose.
        catch (Exception exception) when (exception is not (OutOfMemoryException or OperationCanceledException))
        {
            throw new BuildFailedException(
                DiagnosticKinds.SourceArchiveNotUsable,
                $"the source archive `{archive}` is damaged ({exception.Message}); fetch it again",
                location,
                exception
            );
        }
        throw new BuildFailedException(
            DiagnosticKinds.SourceArchiveNotUsable,
            $"the source archive `{archive}` holds no CPython (`Include/patchlevel.h` in its one folder); take a source release, or `apt:python3`",
            location
        );
    }

    /// <summary>Removes a folder, if it is there.</summary>
    public static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private static void Extract(string archive, string folder)
    {
        Directory.CreateDirectory(folder);
        using var stream = Open(archive);
        TarFile.ExtractToDirectory(stream, folder, overwriteFiles: true);
    }

    private static Stream Open(string archive)
    {
        var file = new BufferedStream(Cache.Files.RegularFile.OpenStream(archive), 1 << 20);
        return archive.EndsWith(".xz", StringComparison.Ordinal) ? new XZStream(file) : new GZipStream(file, CompressionMode.Decompress);
    }

    [GeneratedRegex(
        "^#define\\s+PY_VERSION\\s+\"(?<version>3\\.[0-9]+\\.[0-9]+[0-9a-z+]*)\"",
        RegexOptions.Multiline | RegexOptions.CultureInvariant
    )]
    private static partial Regex VersionPattern();
}
