using System.Text;
using Oxidizer.Cache;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.Packages;

/// <summary>
/// What dpkg knows of Debian's folder of Python packages. Debian takes the requirements out of an egg's metadata when it has made them
/// dependencies of its own package, and lists an
/// egg's files nowhere else.
/// </summary>
internal sealed class DebianIndex
{
    private const int Version = 2;
    private const string Site = "/usr/lib/python3/dist-packages";
    private readonly string _root;
    private readonly Dictionary<string, Entry> _packages;
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _providers = new(StringComparer.Ordinal);

    private DebianIndex(string root, IEnumerable<Entry> entries)
    {
        (_root, _packages) = (root, entries.DistinctBy(entry => entry.Name).ToDictionary(entry => entry.Name, StringComparer.Ordinal));
        foreach (var entry in _packages.Values)
        {
            foreach (var metadata in entry.Metadata)
                _owners.TryAdd(metadata, entry.Name);
            // A package goes before those that stand in for it.
            foreach (var name in entry.Provides.Where(name => !_packages.ContainsKey(name)))
                _providers.TryAdd(name, entry.Name);
        }
    }

    // A package with something in the folder. Alternatives of a dependency have `|` between them.
    private sealed record Entry(string Name, string List, IReadOnlyList<string> Metadata, Relations Relations)
    {
        public IReadOnlyList<string> Depends => Relations.Depends;

        public IReadOnlyList<string> Provides => Relations.Provides;
    }

    private sealed record Relations(IReadOnlyList<string> Depends, IReadOnlyList<string> Provides)
    {
        public static Relations None { get; } = new([], []);
    }

    /// <summary>Reads the database that lies where the folder's own root is; <c>null</c> if the folder is not Debian's.</summary>
    /// <exception cref="IOException">The database cannot be read.</exception>
    public static DebianIndex? Of(string site, BuildContext context)
    {
        if (!site.EndsWith(Site, StringComparison.Ordinal))
            return null;
        var root = site[..^Site.Length];
        var status = root + "/var/lib/dpkg/status";
        if (FileFacts.Of(status).Kind != FileKind.Regular)
            return null;
        // dpkg writes this file last, whatever it installs: an unchanged build reads no list.
        var key = new ActionKeyBuilder("dpkg_index", Version).Add("status", context.Cache.DigestFile(status)).Build();
        if (context.Cache.Find(key) is { } record && context.Cache.TryRead(record.Outputs[0].Digest) is { } known)
            return new DebianIndex(root, Parse(known));
        var entries = Read(root, status, context).ToList();
        var content = Write(entries);
        context.Cache.Add(
            new ActionRecord(key, $"{entries.Count} packages", [new ActionOutput("index", context.Cache.Store(content), content.Length)], 0)
        );
        return new DebianIndex(root, entries);
    }

    /// <summary>The package that brought a metadata folder (or file), or <c>null</c>.</summary>
    public string? PackageOf(string metadata) => _owners.GetValueOrDefault(metadata);

    /// <summary>Whether all that a package has in the folder is one distribution's.</summary>
    public bool HasOneDistribution(string package) => _packages[package].Metadata.Count == 1;

    /// <summary>The metadata of the packages that a package depends on; and the names of those that have none, whose own dependencies
    /// count as the package's.</summary>
    public (IReadOnlyList<string> Metadata, IReadOnlyList<string> Bare) Needs(string package)
    {
        var (metadata, bare) = (new List<string>(), new List<string>());
        var seen = new HashSet<string>(StringComparer.Ordinal) { package };
        var waiting = new Queue<string>(seen);
        while (waiting.TryDequeue(out var next))
        {
            foreach (var entry in _packages[next].Depends.Select(Installed).OfType<Entry>().Where(entry => seen.Add(entry.Name)))
            {
                metadata.AddRange(entry.Metadata);
                if (entry.Metadata.Count > 0)
                    continue;
                bare.Add(entry.Name);
                waiting.Enqueue(entry.Name);
            }
        }
        return (metadata, bare);
    }

    // The first alternative that is installed, by its own name or by one that another package provides.
    private Entry? Installed(string alternatives) =>
        alternatives
            .Split('|')
            .Select(name => _packages.GetValueOrDefault(name) ?? _packages.GetValueOrDefault(_providers.GetValueOrDefault(name, "")))
            .FirstOrDefault(entry => entry is not null);

    /// <summary>The file that Debian keeps a package's licences in; <c>null</c> if it is not installed.</summary>
    public string? CopyrightOf(string package)
    {
        var path = $"{_root}/usr/share/doc/{package}/copyright";
        return File.Exists(path) ? path : null;
    }

    /// <summary>The files of a package, by path below the folder.</summary>
    public IEnumerable<string> Files(string package) =>
        RegularFile
            .ReadAllLines($"{_root}/var/lib/dpkg/info/{_packages[package].List}")
            .Where(line => line.StartsWith(Site + "/", StringComparison.Ordinal) && !Directory.Exists(_root + line))
            .Select(line => line[(Site.Length + 1)..]);

    private static IEnumerable<Entry> Read(string root, string status, BuildContext context)
    {
        var relations = ReadRelations(status);
        foreach (var list in Directory.EnumerateFiles(root + "/var/lib/dpkg/info", "*.list").Order(StringComparer.Ordinal))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var below = RegularFile.ReadAllLines(list).Where(line => line.StartsWith(Site + "/", StringComparison.Ordinal)).ToList();
            if (below.Count == 0)
                continue;
            var name = Path.GetFileNameWithoutExtension(list).Split(':')[0];
            var metadata = below
                .Select(line => line[(Site.Length + 1)..])
                .Where(path =>
                    !path.Contains('/')
                    && (path.EndsWith(".egg-info", StringComparison.Ordinal) || path.EndsWith(".dist-info", StringComparison.Ordinal))
                );
            yield return new Entry(name, Path.GetFileName(list), [.. metadata], relations.GetValueOrDefault(name, Relations.None));
        }
    }

    // Paragraphs of fields; a field of names is one line.
    private static Dictionary<string, Relations> ReadRelations(string status)
    {
        var found = new Dictionary<string, Relations>(StringComparer.Ordinal);
        var package = "";
        foreach (var line in RegularFile.ReadAllLines(status))
        {
            if (line.StartsWith("Package: ", StringComparison.Ordinal))
                package = line["Package: ".Length..].Trim();
            else if (package.Length > 0 && line.StartsWith("Depends: ", StringComparison.Ordinal))
                found[package] = Known() with { Depends = Names(line["Depends: ".Length..]) };
            else if (package.Length > 0 && line.StartsWith("Provides: ", StringComparison.Ordinal))
                found[package] = Known() with { Provides = Names(line["Provides: ".Length..]) };
        }
        return found;

        Relations Known() => found.GetValueOrDefault(package, Relations.None);
    }

    private static IReadOnlyList<string> Names(string field) => [.. field.Split(',').Select(Alternatives)];

    // `python3-a (>= 1) | python3-b:any` without versions and architectures.
    private static string Alternatives(string dependency) =>
        string.Join('|', dependency.Split('|').Select(name => name.Trim().Split(' ', '(', ':')[0]));

    private static byte[] Write(IEnumerable<Entry> entries) =>
        Encoding.UTF8.GetBytes(
            string.Concat(
                entries.Select(entry =>
                    $"{entry.Name}\t{entry.List}\t{string.Join('/', entry.Metadata)}\t{string.Join('/', entry.Depends)}\t{string.Join('/', entry.Provides)}\n"
                )
            )
        );

    private static IEnumerable<Entry> Parse(byte[] bytes) =>
        Encoding
            .UTF8.GetString(bytes)
            .Split('\n')
            .Select(line => line.Split('\t'))
            .Where(parts => parts.Length == 5)
            .Select(parts => new Entry(
                parts[0],
                parts[1],
                parts[2].Split('/', StringSplitOptions.RemoveEmptyEntries),
                new Relations(
                    parts[3].Split('/', StringSplitOptions.RemoveEmptyEntries),
                    parts[4].Split('/', StringSplitOptions.RemoveEmptyEntries)
                )
            ));
}
