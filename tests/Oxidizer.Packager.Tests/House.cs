using System.Reflection;

namespace Oxidizer.Packager.Tests;

/// <summary>An assembly of ours, its sources, and the order of its rooms.</summary>
/// <param name="Assembly">Compiled from <paramref name="Folder"/>.</param>
/// <param name="Folder">Absolute.</param>
/// <param name="Order">The declared order.</param>
internal sealed record House(Assembly Assembly, string Folder, RoomOrder Order)
{
    /// <summary>A house whose folder and root have the name of its assembly.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="rooms">Its rooms, the lowest first.</param>
    public static House Of(Assembly assembly, params IReadOnlyList<string> rooms)
    {
        var name = assembly.GetName().Name!;
        return new House(assembly, Path.Combine(Repository.Root, "src", name), new RoomOrder(name, rooms));
    }

    /// <summary>Its sources, relative to its folder.</summary>
    public IEnumerable<string> Sources =>
        Directory
            .EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Folder, path))
            .Where(path => path.Split('/')[0] is not ("obj" or "bin"))
            .Order(StringComparer.Ordinal);

    /// <summary>The text of a source.</summary>
    public string Text(string source) => File.ReadAllText(Path.Combine(Folder, source));

    /// <summary>What uses a room that is not below it, in compiled code or in a source.</summary>
    public IReadOnlyList<string> Breaches()
    {
        using var image = File.OpenRead(Assembly.Location);
        var types = Assembly.GetTypes().Where(type => !type.IsNested).Select(type => (type.Namespace ?? "", type.Name)).ToHashSet();
        return
        [
            .. Order.BrokenBy(RoomReferences.Read(image)),
            .. Sources.SelectMany(source => Order.BrokenBy(source, Text(source), types)),
        ];
    }

    /// <summary>Folders without a place in the order, and places that are no folder's and no type's.</summary>
    public IReadOnlyList<string> Undeclared()
    {
        var folders = Sources.Select(source => Path.GetDirectoryName(source)!.Replace('/', '.')).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. folders.Except(Order.Rooms).Order(StringComparer.Ordinal),
            .. Order.Rooms.Except(folders).Where(room => Assembly.GetType($"{Order.Root}.{room}") is null),
        ];
    }

    /// <summary>Sources whose namespace is not their folder's. The diagnostics of every room are members of one type; their files stand in
    /// the rooms.</summary>
    public IReadOnlyList<string> Misnamed() =>
        [
            .. Sources.Where(source =>
                !IsIn(source, Path.GetDirectoryName(source)!.Replace('/', '.'))
                && !(source.EndsWith("Diagnostics.cs", StringComparison.Ordinal) && IsIn(source, "Diagnostics"))
            ),
        ];

    private bool IsIn(string source, string room) =>
        ("\n" + Text(source)).Contains($"\nnamespace {Order.Root}{(room.Length > 0 ? "." : "")}{room};\n", StringComparison.Ordinal);
}
