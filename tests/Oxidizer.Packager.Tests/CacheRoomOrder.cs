using System.Text.RegularExpressions;

namespace Oxidizer.Packager.Tests;

/// <summary>The law that a room uses only rooms below it: a room is a namespace, and the order of all of them is declared.</summary>
/// <param name="root">The namespace that the rooms are in.</param>
/// <param name="order">The rooms from the lowest to the highest. The empty name is the root itself.</param>
/// <param name="top">A type of the root that uses every room; the types around it are the room with the empty name.</param>
internal sealed class CacheRoomOrder(string root, IReadOnlyList<string> order, string top)
{
    /// <summary>The room of a type; <c>null</c> for types of other houses and of the compiler.</summary>
    public string? RoomOf(Type type)
    {
        var outer = type;
        while (outer.DeclaringType is { } around)
            outer = around;
        if (outer.Namespace is not { } name || (name != root && !name.StartsWith(root + ".", StringComparison.Ordinal)))
            return null;
        return outer.Name == top ? top : name[root.Length..].TrimStart('.');
    }

    /// <summary>The rooms that have types and no place in the order, and those that have a place and no types.</summary>
    public IReadOnlyList<string> Undeclared(IReadOnlyCollection<Type> types)
    {
        var rooms = types.Select(RoomOf).OfType<string>().ToHashSet();
        return [.. rooms.Except(order), .. order.Except(rooms)];
    }

    /// <summary>Each use of a higher room's type in compiled code.</summary>
    public IReadOnlyList<string> Breaches(IReadOnlyCollection<Type> types) =>
        [
            .. from type in types
            from used in TypeReferences.Of(type)
            where IsAbove(RoomOf(used), RoomOf(type))
            select $"{type.FullName} uses {used.FullName}",
        ];

    /// <summary>Each use of a higher room in a source: a <c>using</c> of it, or one of its types' names with the room's before it.
    /// Constants are seen only here.</summary>
    public IReadOnlyList<string> BreachesIn(string room, string source, IReadOnlyCollection<Type> types)
    {
        var code = Regex.Replace(source, "//.*", "");
        var named = Regex
            .Matches(code, $@"^using (?:static )?{Regex.Escape(root)}\.(\w+)", RegexOptions.Multiline)
            .Select(match => match.Groups[1].Value);
        var qualified = types
            .Where(type =>
                !type.IsNested && RoomOf(type) is { Length: > 0 } of && Regex.IsMatch(code, $@"\b{of}\.{Regex.Escape(type.Name)}\b")
            )
            .Select(type => RoomOf(type)!);
        return [.. named.Concat(qualified).Distinct().Where(used => IsAbove(used, room)).Select(used => $"{room} uses {used}")];
    }

    private bool IsAbove(string? used, string? user) => used is not null && user is not null && PlaceOf(used) > PlaceOf(user);

    private int PlaceOf(string room)
    {
        for (var place = 0; place < order.Count; place++)
        {
            if (order[place] == room)
                return place;
        }
        throw new ArgumentException($"the room `{room}` of `{root}` has no place in the order");
    }
}
