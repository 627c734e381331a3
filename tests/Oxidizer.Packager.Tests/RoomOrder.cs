using System.Text.RegularExpressions;

namespace Oxidizer.Packager.Tests;

/// <summary>The rooms of an assembly from the bottom to the top. A room is a namespace, and uses only rooms below it.</summary>
/// <param name="Root">The assembly's own namespace.</param>
/// <param name="Rooms">Names of folders, the lowest first. The empty name is the root's own types; a type of the root that has another
/// place than these stands there by its name.</param>
internal sealed partial record RoomOrder(string Root, IReadOnlyList<string> Rooms)
{
    /// <summary>What a compiled assembly says: each reference that goes up, or to a room that the order does not have.</summary>
    public IEnumerable<string> BrokenBy(IEnumerable<RoomReference> references) =>
        references
            .Where(reference =>
                RoomOf(reference.FromRoom, reference.From) is { } from
                && RoomOf(reference.ToRoom, reference.To) is { } to
                && IsBroken(from, to)
            )
            .Select(reference => reference.ToString());

    /// <summary>What a source says beyond that: constants and <c>nameof</c> leave no trace in compiled code. Every name that leads to a
    /// room counts: in a directive of any kind, whole (<c>Oxidizer.Packager.Files.AtomicFile</c>), from an enclosing namespace on
    /// (<c>Files.AtomicFile</c>), or alone, as the root's types are visible everywhere.</summary>
    /// <param name="path">The source, for the answer.</param>
    /// <param name="source">Its text.</param>
    /// <param name="types">The assembly's types, by namespace and name.</param>
    public IEnumerable<string> BrokenBy(string path, string source, IReadOnlySet<(string Namespace, string Name)> types)
    {
        var code = NoCode().Replace(source, match => match.Value[0] == '/' ? " " : match.Value);
        // The diagnostics of every room are parts of one type; their files stand in the rooms, and are of the room of that type.
        var room = RoomOf(Namespace().Match(code).Groups[1].Value, Path.GetFileName(path).Split('.')[0]);
        return room is null
            ? [$"{path} is in no room"]
            : Name()
                .Matches(code)
                .Select(match => Blank().Replace(match.Value, "").Replace("global::", "", StringComparison.Ordinal))
                .Select(name => (Name: name, Room: RoomNamed(name, types)))
                .Where(used => used.Room is not null && IsBroken(room, used.Room))
                .Select(used => $"{path} uses {used.Name}")
                .Distinct();
    }

    /// <summary>The room of a type; <c>null</c> for types of other assemblies.</summary>
    private string? RoomOf(string space, string type) =>
        space == Root ? (Rooms.Contains(type) ? type : "")
        : space.StartsWith(Root + ".", StringComparison.Ordinal) ? space[(Root.Length + 1)..]
        : null;

    // The room that a name in a source leads to; null if it leads to none, or if it may be the name of a member.
    private string? RoomNamed(string name, IReadOnlySet<(string Namespace, string Name)> types)
    {
        if (name == Root)
            return "";
        if (name.StartsWith(Root + ".", StringComparison.Ordinal))
            return RoomBelowRoot(name[(Root.Length + 1)..].Split('.'), types) ?? name[(Root.Length + 1)..];
        // From within `A.B.Room` a name may begin at `B` or at a room of it.
        for (var dot = Root.IndexOf('.'); dot >= 0; dot = Root.IndexOf('.', dot + 1))
        {
            var tail = Root[(dot + 1)..] + ".";
            if (name.StartsWith(tail, StringComparison.Ordinal) && RoomBelowRoot(name[tail.Length..].Split('.'), types) is { } found)
                return found;
        }
        return RoomBelowRoot(name.Split('.'), types) is { } room && (name.Contains('.') || !Rooms.Contains(name) || IsType("", name, types))
            ? room
            : null;
    }

    private string? RoomBelowRoot(string[] parts, IReadOnlySet<(string Namespace, string Name)> types)
    {
        if (types.Contains((Root, parts[0])))
            return RoomOf(Root, parts[0]);
        if (parts[0].Length == 0 || !Rooms.Contains(parts[0]))
            return null;
        return parts.Length == 1 || IsType(parts[0], parts[1], types) ? parts[0] : null;
    }

    private bool IsType(string room, string name, IReadOnlySet<(string Namespace, string Name)> types) =>
        types.Contains((room.Length == 0 ? Root : $"{Root}.{room}", name));

    private bool IsBroken(string from, string to) => from != to && HeightOf(from) <= HeightOf(to);

    // A room that is not in the order is higher than all, so that everything that uses it is told.
    private int HeightOf(string room) => Rooms.ToList().IndexOf(room) is >= 0 and var height ? height : Rooms.Count;

    // Comments are no code; strings are matched so that what looks like a comment in them is none. What is in the holes of strings is code.
    [GeneratedRegex(
        """("{3,}).*?\1|@\$?"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*"|'(?:\\[^'\n]+|[^\\'\n])'|//[^\n]*|/\*.*?\*/""",
        RegexOptions.Singleline
    )]
    private static partial Regex NoCode();

    [GeneratedRegex(@"(?<![\w.])(?:global::)?[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*")]
    private static partial Regex Name();

    [GeneratedRegex(@"\s")]
    private static partial Regex Blank();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
