using System.Security.Cryptography;
using System.Text;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Packing;

namespace Oxidizer.Packager.Resources;

/// <summary>
/// The files of a wheel as they would lie in site-packages. Everything in it is checked: paths, sizes, the zip's checksums, and that <c>RECORD</c> lists each file with
/// its digest and no other. Of <c>&lt;name&gt;.data/</c> the libraries are taken; scripts, headers and data go to places that a product does not have.
/// </summary>
internal static class WheelContent
{
    private const long MaxBytes = 2L << 30;
    private const int MaxEntries = 100_000;
    private static readonly string[] s_unlisted = ["RECORD", "RECORD.jws", "RECORD.p7s"];
    private static readonly string[] s_libraries = ["purelib/", "platlib/"];

    /// <summary>Reads a wheel.</summary>
    /// <exception cref="BadArchiveException">It is damaged, unsafe, or not what its record says.</exception>
    public static SortedDictionary<string, byte[]> Read(Stream content, WheelName name)
    {
        var files = ReadEntries(content);
        var information = Information(files, name);
        if (!files.ContainsKey(information + "/WHEEL") || !files.ContainsKey(information + "/METADATA"))
            throw Refuse($"`{information}` lacks `WHEEL` or `METADATA`");
        CheckFormat(Encoding.UTF8.GetString(files[information + "/WHEEL"]));
        CheckRecord(files, information);
        return Spread(files, information[..^".dist-info".Length] + ".data/");
    }

    private static Dictionary<string, byte[]> ReadEntries(Stream content)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        long total = 0;
        foreach (var entry in ZipEntries.Read(content))
        {
            var path = ArchivePath.Normalize(entry.Path);
            if (entry.Kind == ArchiveEntryKind.Directory)
                continue;
            if (path.Length == 0 || entry.Kind != ArchiveEntryKind.File)
                throw BadArchiveException.Unsafe(entry.Path, "is no file; wheels hold files alone");
            if (entry.Size < 0 || (total += entry.Size) > MaxBytes || files.Count >= MaxEntries)
                throw new BadArchiveException(DiagnosticKinds.ArchiveTooLarge, $"it takes more than {MaxBytes >> 20} MiB or {MaxEntries} files");
            if (!files.TryAdd(path, ReadFile(entry)))
                throw BadArchiveException.Unsafe(entry.Path, "is there twice");
        }
        return files;
    }

    // The size that an entry says is not trusted: memory grows with what is there.
    private static byte[] ReadFile(ArchiveEntry entry)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[81920];
        for (int count; (count = entry.Content!.Read(buffer)) > 0;)
        {
            bytes.Write(buffer, 0, count);
            if (bytes.Length > entry.Size)
                throw BadArchiveException.Damaged($"the entry `{entry.Path}` is longer than it says");
        }
        return bytes.Length == entry.Size ? bytes.ToArray() : throw BadArchiveException.Damaged($"it is truncated within the entry `{entry.Path}`");
    }

    private static string Information(Dictionary<string, byte[]> files, WheelName name)
    {
        var folders = files.Keys.Select(path => path.Split('/', 2)[0]).Where(folder => folder.EndsWith(".dist-info", StringComparison.Ordinal)).Distinct().ToList();
        if (folders.Count != 1)
            throw Refuse($"it holds {folders.Count} folders `*.dist-info`, and one is expected");
        var parts = folders[0][..^".dist-info".Length].Split('-', 2);
        if (parts.Length != 2 || DistributionNames.Normalize(parts[0]) != DistributionNames.Normalize(name.Distribution) || !string.Equals(parts[1], name.Version, StringComparison.OrdinalIgnoreCase))
            throw Refuse($"its file name says `{name.Distribution}-{name.Version}`, and its content is `{folders[0]}`");
        return folders[0];
    }

    private static void CheckFormat(string text)
    {
        var version = text.Split('\n').FirstOrDefault(line => line.StartsWith("Wheel-Version:", StringComparison.OrdinalIgnoreCase))?.Split(':')[1].Trim();
        if (version?.Split('.')[0] != "1")
            throw Refuse($"its format is `{version ?? "unknown"}`, and version 1 is read");
    }

    private static void CheckRecord(Dictionary<string, byte[]> files, string information)
    {
        if (!files.TryGetValue(information + "/RECORD", out var record))
            throw Refuse($"`{information}/RECORD` is missing");
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in Encoding.UTF8.GetString(record).Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0))
        {
            var (path, digest) = DistributionNames.ReadRecordLine(line);
            if (!listed.Add(path))
                throw Refuse($"its RECORD lists `{path}` twice");
            if (!files.TryGetValue(path, out var content))
                throw Refuse($"its RECORD lists `{path}`, which is not in it");
            if (!IsUnlisted(path, information) && !Matches(digest, content))
                throw Refuse($"`{path}` is not what its RECORD says (`{digest}`)");
        }
        if (files.Keys.FirstOrDefault(path => !listed.Contains(path) && !IsUnlisted(path, information)) is { } stranger)
            throw Refuse($"its RECORD does not list `{stranger}`");
    }

    private static bool IsUnlisted(string path, string information) => s_unlisted.Any(name => path == information + "/" + name);

    // Weaker digests than SHA-256 are not allowed by the format.
    private static bool Matches(string digest, byte[] content)
    {
        var equals = digest.IndexOf('=');
        var actual = (equals < 0 ? "" : digest[..equals]) switch
        {
            "sha256" => SHA256.HashData(content),
            "sha384" => SHA384.HashData(content),
            "sha512" => SHA512.HashData(content),
            _ => null,
        };
        return actual is not null && Convert.ToBase64String(actual).TrimEnd('=').Replace('+', '-').Replace('/', '_') == digest[(equals + 1)..].TrimEnd('=');
    }

    private static SortedDictionary<string, byte[]> Spread(Dictionary<string, byte[]> files, string data)
    {
        var spread = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (path, content) in files)
        {
            var scheme = path.StartsWith(data, StringComparison.Ordinal) ? Array.Find(s_libraries, library => path.AsSpan(data.Length).StartsWith(library)) ?? "" : null;
            if (scheme is "")
                continue;
            var target = scheme is null ? path : path[(data.Length + scheme.Length)..];
            if (target.Length == 0 || !spread.TryAdd(target, content))
                throw BadArchiveException.Unsafe(path, "would be installed over another file");
        }
        // A file and a folder of one name cannot lie beside each other.
        foreach (var path in spread.Keys)
            for (var folder = ArchivePath.FolderOf(path); folder.Length > 0; folder = ArchivePath.FolderOf(folder))
                if (spread.ContainsKey(folder))
                    throw BadArchiveException.Unsafe(path, $"lies below the file `{folder}`");
        return spread;
    }

    private static BadArchiveException Refuse(string reason) => new(DiagnosticKinds.WheelNotUsable, reason);
}
