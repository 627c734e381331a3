using System.Text.RegularExpressions;

namespace Oxidizer.Packager.Tests;

/// <summary>What the C files below a folder include, against the order of their rooms.</summary>
/// <param name="folder">A folder whose folders are rooms; headers in itself are below all of them.</param>
/// <param name="order">The rooms, from the top.</param>
internal sealed partial class RuntimeRooms(string folder, IReadOnlyList<string> order)
{
    private readonly SortedDictionary<string, string> _sources = new(
        Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetExtension(path) is ".c" or ".h")
            .ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllText),
        StringComparer.Ordinal
    );

    /// <summary>The rooms that a README lists in its table, from the top.</summary>
    public static IReadOnlyList<string> OrderIn(string readme) =>
        [.. RoomRow().Matches(Section().Match(File.ReadAllText(readme)).Value).Select(match => match.Groups[1].Value)];

    /// <summary>Folders that hold more than 30 files, or lie more than two deep.</summary>
    public static IEnumerable<string> CrowdedIn(string project)
    {
        foreach (
            var path in Directory
                .EnumerateDirectories(project, "*", SearchOption.AllDirectories)
                .Append(project)
                .Order(StringComparer.Ordinal)
        )
        {
            var parts = Path.GetRelativePath(project, path).Split('/');
            if (parts[0] is "bin" or "obj")
                continue;
            if (Directory.GetFiles(path).Length is > 30 and var count)
                yield return $"{path}: {count} files";
            if (parts.Length > 2)
                yield return $"{path}: {parts.Length} deep";
        }
    }

    /// <summary>All that breaks the order, each in a line.</summary>
    public IEnumerable<string> Offences() => Strangers().Concat(Upward()).Concat(Circles()).Concat(DefinedElsewhere());

    private IEnumerable<string> Strangers()
    {
        foreach (var path in _sources.Keys)
        {
            if (RoomOf(path) is { Length: > 0 } room && !order.Contains(room))
                yield return $"{path}: no room of that name";
            foreach (var header in Headers(path).Where(header => !_sources.ContainsKey(header)))
                yield return $"{path} includes {header}: no such file";
        }
    }

    private IEnumerable<string> Upward() =>
        _sources.Keys.SelectMany(path =>
            Headers(path).Where(header => Level(header) > Level(path)).Select(header => $"{path} includes {header}: a room above")
        );

    // A file and its header are one: `memory_linux.c` is the body of `memory.h`.
    private IEnumerable<string> Circles()
    {
        var uses = _sources
            .Keys.ToLookup(Stem)
            .ToDictionary(
                files => files.Key,
                files => files.SelectMany(Headers).Select(Stem).Where(other => other != files.Key).ToHashSet(StringComparer.Ordinal)
            );
        var done = new HashSet<string>(StringComparer.Ordinal);
        var trail = new List<string>();
        return uses.Keys.Order(StringComparer.Ordinal).SelectMany(Visit).ToList();

        IEnumerable<string> Visit(string file)
        {
            if (trail.IndexOf(file) is >= 0 and var first)
                return [$"a circle: {string.Join(" -> ", trail[first..])} -> {file}"];
            if (done.Contains(file) || !uses.TryGetValue(file, out var others))
                return [];
            trail.Add(file);
            var found = others.Order(StringComparer.Ordinal).SelectMany(Visit).ToList();
            trail.RemoveAt(trail.Count - 1);
            done.Add(file);
            return found;
        }
    }

    // Else a room could call one above it through a header of its own.
    private IEnumerable<string> DefinedElsewhere()
    {
        var rooms = _sources
            .Where(source => source.Key.EndsWith(".h", StringComparison.Ordinal) && RoomOf(source.Key).Length > 0)
            .SelectMany(source =>
                Declaration().Matches(Bare(source.Value)).Select(match => (Name: match.Groups[1].Value, Header: source.Key))
            )
            .ToLookup(declared => declared.Name, declared => declared.Header);
        return _sources
            .Where(source => source.Key.EndsWith(".c", StringComparison.Ordinal))
            .SelectMany(source =>
                Definition()
                    .Matches(source.Value)
                    .SelectMany(match =>
                        rooms[match.Groups[1].Value]
                            .Where(header => RoomOf(header) != RoomOf(source.Key))
                            .Select(header => $"{source.Key} defines {match.Groups[1].Value}, which {header} declares")
                    )
            );
    }

    private IEnumerable<string> Headers(string path) => Include().Matches(_sources[path]).Select(match => match.Groups[1].Value);

    private int Level(string path) => order.Count - (RoomOf(path) is { Length: > 0 } room ? order.ToList().IndexOf(room) : order.Count);

    private static string RoomOf(string path) => Path.GetDirectoryName(path)!;

    private static string Stem(string path) => Path.ChangeExtension(path, null).Replace("_linux", "", StringComparison.Ordinal);

    private static string Bare(string text) => Comment().Replace(text, "");

    [GeneratedRegex("""^#include "([^"]+)"$""", RegexOptions.Multiline)]
    private static partial Regex Include();

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^[\w ]+[ *](pyembed_\w+)\([^{]*?\);$", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    // PEP 7: the name begins the line.
    [GeneratedRegex(@"^(pyembed_\w+)\([^;]*?\)\n\{", RegexOptions.Multiline)]
    private static partial Regex Definition();

    [GeneratedRegex(@"^## Rooms.*?(?=^## )", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex RoomRow();
}
