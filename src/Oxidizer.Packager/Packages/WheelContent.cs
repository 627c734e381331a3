using System.Security.Cryptography;
using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Archives;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>
/// Unpacks a wheel as its files would lie in site-packages. Everything in it is checked: paths, sizes, the zip's checksums, and that
/// <c>RECORD</c> lists each file with its digest and no other. Of <c>&lt;name&gt;.data/</c> the libraries are taken, and what belongs below
/// the prefix stays in its folder; scripts and headers go to places that a product does not have. Names first, then the record, then the
/// files, each of them through a small buffer: a wheel may hold gigabytes.
/// </summary>
internal sealed class WheelContent
{
    /// <summary>How the names of the two folders end that describe a wheel, and that hold what does not belong into
    /// site-packages.</summary>
    public const string InformationSuffix = ".dist-info",
        DataSuffix = ".data";

    private const long MaxBytes = 2L << 30,
        MaxTextBytes = 64L << 20;
    private const int MaxEntries = 100_000,
        BufferSize = 81920;
    private static readonly string[] s_unlisted = ["RECORD", "RECORD.jws", "RECORD.p7s"];
    private static readonly string[] s_libraries = ["purelib/", "platlib/"];
    private readonly Stream _content;
    private readonly HashSet<string> _paths;
    private readonly string _information;
    private readonly Dictionary<string, string> _targets;

    private WheelContent(Stream content, WheelName name)
    {
        _content = content;
        _paths = ReadNames(content);
        _information = Information(_paths, name);
        _targets = Spread(_paths, _information[..^InformationSuffix.Length] + DataSuffix + "/");
    }

    /// <summary>Unpacks a wheel into an empty folder.</summary>
    /// <param name="content">The wheel; can be sought in.</param>
    /// <param name="name">Its file name.</param>
    /// <param name="folder">The target; its content is undefined if the wheel is refused.</param>
    /// <param name="cancellation">Ends it between two buffers.</param>
    /// <returns>Every file and folder below the folder.</returns>
    /// <exception cref="BadArchiveException">It is damaged, unsafe, or not what its record says.</exception>
    public static IReadOnlyCollection<TreeEntry> Unpack(Stream content, WheelName name, string folder, CancellationToken cancellation)
    {
        var wheel = new WheelContent(content, name);
        if (!wheel._paths.Contains(wheel._information + "/WHEEL") || !wheel._paths.Contains(wheel._information + "/METADATA"))
            throw Refuse($"`{wheel._information}` lacks `WHEEL` or `METADATA`");
        CheckFormat(wheel.ReadText("WHEEL"));
        return wheel.Write(folder, wheel.ReadRecord(), cancellation);
    }

    private static HashSet<string> ReadNames(Stream content)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        long total = 0;
        foreach (var (path, entry) in Files(content))
        {
            if (entry.Size < 0 || (total += entry.Size) > MaxBytes || paths.Count >= MaxEntries)
                throw new BadArchiveException(
                    DiagnosticKinds.ArchiveTooLarge,
                    $"it takes more than {MaxBytes >> 20} MiB or {MaxEntries} files"
                );
            if (!paths.Add(path))
                throw BadArchiveException.Unsafe(entry.Path, "is there twice");
        }
        return paths;
    }

    private static IEnumerable<(string Path, ArchiveEntry Entry)> Files(Stream content)
    {
        foreach (var entry in ZipEntries.Read(content))
        {
            var path = ArchivePath.Normalize(entry.Path);
            if (entry.Kind == ArchiveEntryKind.Directory)
                continue;
            if (path.Length == 0 || entry.Kind != ArchiveEntryKind.File)
                throw BadArchiveException.Unsafe(entry.Path, "is not a file; wheels hold only files");
            yield return (path, entry);
        }
    }

    private string ReadText(string name)
    {
        var (path, entry) = Files(_content).First(file => file.Path == $"{_information}/{name}");
        return entry.Size <= MaxTextBytes
            ? Encoding.UTF8.GetString(ReadWhole(path))
            : throw Refuse($"`{path}` is larger than {MaxTextBytes >> 20} MiB");
    }

    // An entry's stream lives until the next one is asked for.
    private byte[] ReadWhole(string wanted)
    {
        using var bytes = new MemoryStream();
        foreach (var (_, entry) in Files(_content).Where(file => file.Path == wanted))
            Copy(entry, bytes, null, CancellationToken.None);
        return bytes.ToArray();
    }

    // The size that an entry says is not trusted: what is there is counted.
    private static void Copy(ArchiveEntry entry, Stream output, Action<ReadOnlyMemory<byte>>? seen, CancellationToken cancellation)
    {
        var buffer = new byte[BufferSize];
        long total = 0;
        for (int count; (count = entry.Content!.Read(buffer)) > 0; )
        {
            cancellation.ThrowIfCancellationRequested();
            if ((total += count) > entry.Size)
                throw BadArchiveException.Damaged($"the entry `{entry.Path}` is longer than it says");
            output.Write(buffer, 0, count);
            seen?.Invoke(buffer.AsMemory(0, count));
        }
        if (total != entry.Size)
            throw BadArchiveException.Damaged($"it is truncated within the entry `{entry.Path}`");
    }

    private static string Information(IEnumerable<string> paths, WheelName name)
    {
        var folders = paths
            .Select(path => path.Split('/', 2)[0])
            .Where(folder => folder.EndsWith(InformationSuffix, StringComparison.Ordinal))
            .Distinct()
            .ToList();
        if (folders.Count != 1)
            throw Refuse($"it holds {folders.Count} folders `*.dist-info`, and one is expected");
        var parts = folders[0][..^InformationSuffix.Length].Split('-', 2);
        if (
            parts.Length != 2
            || DistributionNames.Normalize(parts[0]) != DistributionNames.Normalize(name.Distribution)
            || !string.Equals(parts[1], name.Version, StringComparison.OrdinalIgnoreCase)
        )
            throw Refuse($"its file name says `{name.Distribution}-{name.Version}`, and its content is `{folders[0]}`");
        return folders[0];
    }

    private static void CheckFormat(string text)
    {
        var version = text.Split('\n')
            .FirstOrDefault(line => line.StartsWith("Wheel-Version:", StringComparison.OrdinalIgnoreCase))
            ?.Split(':')[1]
            .Trim();
        if (version?.Split('.')[0] != "1")
            throw Refuse($"its format is `{version ?? "unknown"}`, and version 1 is read");
    }

    // The digest of each path.
    private Dictionary<string, string> ReadRecord()
    {
        if (!_paths.Contains(_information + "/RECORD"))
            throw Refuse($"`{_information}/RECORD` is missing");
        var listed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in ReadText("RECORD").Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0))
        {
            var (path, digest) = DistributionNames.ReadRecordLine(line);
            if (!listed.TryAdd(path, digest))
                throw Refuse($"its RECORD lists `{path}` twice");
            if (!_paths.Contains(path))
                throw Refuse($"its RECORD lists `{path}`, which is not in it");
        }
        return _paths.FirstOrDefault(path => !listed.ContainsKey(path) && !IsUnlisted(path)) is { } stranger
            ? throw Refuse($"its RECORD does not list `{stranger}`")
            : listed;
    }

    private bool IsUnlisted(string path) => s_unlisted.Any(name => path == _information + "/" + name);

    private IReadOnlyCollection<TreeEntry> Write(string folder, Dictionary<string, string> record, CancellationToken cancellation)
    {
        var entries = new SortedDictionary<string, TreeEntry>(StringComparer.Ordinal);
        foreach (var (path, entry) in Files(_content))
        {
            var target = _targets.GetValueOrDefault(path);
            var written = WriteFile(
                path,
                entry,
                target is null ? null : Path.Combine(folder, target),
                record.GetValueOrDefault(path, ""),
                cancellation
            );
            if (target is null)
                continue;
            entries[target] = new TreeEntry(target, TreeEntryKind.File, entry.Size, written);
            for (var parent = ArchivePath.FolderOf(target); parent.Length > 0; parent = ArchivePath.FolderOf(parent))
                entries[parent] = new TreeEntry(parent, TreeEntryKind.Directory);
        }
        return entries.Values;
    }

    // Files that are not taken are read too, because their checksums and digests must be right.
    private Sha256Digest WriteFile(string path, ArchiveEntry entry, string? place, string promised, CancellationToken cancellation)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var other = OtherHash(promised);
        if (place is not null)
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        using (
            var output = place is null
                ? Stream.Null
                : new FileStream(place, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0)
        )
        {
            Copy(
                entry,
                output,
                bytes =>
                {
                    digest.AppendData(bytes.Span);
                    other?.AppendData(bytes.Span);
                },
                cancellation
            );
        }
        var hash = digest.GetHashAndReset();
        // Weaker digests than SHA-256 are not allowed by the format.
        var actual = promised.StartsWith("sha256=", StringComparison.Ordinal) ? hash : other?.GetHashAndReset();
        if (!IsUnlisted(path) && (actual is null || TextOf(actual) != promised[(promised.IndexOf('=') + 1)..].TrimEnd('=')))
            throw Refuse($"`{path}` is not what its RECORD says (`{promised}`)");
        return new Sha256Digest(hash);
    }

    private static IncrementalHash? OtherHash(string promised) =>
        promised.Split('=')[0] switch
        {
            "sha384" => IncrementalHash.CreateHash(HashAlgorithmName.SHA384),
            "sha512" => IncrementalHash.CreateHash(HashAlgorithmName.SHA512),
            _ => null,
        };

    private static string TextOf(byte[] digest) => Convert.ToBase64String(digest).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    // Where in site-packages each path goes; what goes elsewhere is not there.
    private static Dictionary<string, string> Spread(IEnumerable<string> paths, string data)
    {
        var targets = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            var scheme = path.StartsWith(data, StringComparison.Ordinal)
                ? Array.Find(s_libraries, library => path.AsSpan(data.Length).StartsWith(library)) ?? ""
                : null;
            var isBelowPrefix =
                scheme is ""
                && path.AsSpan(data.Length).StartsWith(PrefixFiles.WheelFolder + "/")
                && PrefixFiles.AreTaken(path[(data.Length + PrefixFiles.WheelFolder.Length + 1)..]);
            if (scheme is "" && !isBelowPrefix)
                continue;
            var target = scheme is null || isBelowPrefix ? path : path[(data.Length + scheme.Length)..];
            if (target.Length == 0 || !taken.Add(target))
                throw BadArchiveException.Unsafe(path, "would be installed over another file");
            targets[path] = target;
        }
        // A file and a folder of one name cannot lie beside each other.
        foreach (var path in taken)
            for (var folder = ArchivePath.FolderOf(path); folder.Length > 0; folder = ArchivePath.FolderOf(folder))
                if (taken.Contains(folder))
                    throw BadArchiveException.Unsafe(path, $"lies below the file `{folder}`");
        return targets;
    }

    private static BadArchiveException Refuse(string reason) => new(DiagnosticKinds.WheelNotUsable, reason);
}
