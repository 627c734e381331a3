using System.Text.RegularExpressions;

namespace Oxidizer.Packager.Tests;

/// <summary>The rooms of an assembly from the bottom to the top: what docs/architecture.md shows. A room uses only rooms below
/// it.</summary>
/// <param name="Root">The assembly's own namespace: it stands above all rooms, and its sources lie in the folder itself.</param>
/// <param name="Rooms">Names of folders, the lowest first.</param>
internal sealed partial record RoomOrder(string Root, IReadOnlyList<string> Rooms)
{
    public static RoomOrder Packager { get; } =
        new(
            "Oxidizer.Packager",
            [
                "Diagnostics",
                "Processes",
                "Context",
                "Toml",
                "Configuration",
                "Programs",
                "Files",
                "Elf",
                "Runtime",
                "Archives",
                "Distributions",
                "Native",
                "SourceBuilds",
                "Resources",
                "Packages",
                "Selection",
                "Bytecode",
                "Packing",
                "Linking",
                "Reporting",
                "Installing",
            ]
        );

    /// <summary>What a compiled assembly says: each reference that goes up, or to a room that the order does not have.</summary>
    public IEnumerable<string> BrokenBy(IEnumerable<RoomReference> references) =>
        references
            .Where(reference =>
                IsOurs(reference.FromRoom)
                && IsOurs(reference.ToRoom)
                && reference.FromRoom != reference.ToRoom
                && HeightOf(reference.FromRoom) <= HeightOf(reference.ToRoom)
            )
            .Select(reference => reference.ToString());

    /// <summary>What a source says beyond that: a directive for a room above, be it for a constant, a <c>nameof</c> or a remark.</summary>
    public IEnumerable<string> BrokenBy(string path, string source)
    {
        var room = Namespace().Match(source).Groups[1].Value;
        // The diagnostics of every room are parts of one type; their files stand in the rooms, and name nothing but it.
        return Using()
            .Matches(source)
            .Select(match => match.Groups[1].Value)
            .Where(used => IsOurs(used) && HeightOf(room) <= HeightOf(used))
            .Select(used => $"{path} uses {used}");
    }

    /// <summary>Whether the order has a room.</summary>
    public bool Has(string room) => Rooms.Contains(room);

    private bool IsOurs(string room) => room == Root || room.StartsWith(Root + ".", StringComparison.Ordinal);

    // A room that is not in the order is higher than all, so that everything that uses it is told.
    private int HeightOf(string room) =>
        room == Root ? Rooms.Count
        : Rooms.ToList().IndexOf(room[(Root.Length + 1)..]) is >= 0 and var height ? height
        : Rooms.Count + 1;

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^(?:global )?using (?:static |\w+ = )?([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Using();
}
