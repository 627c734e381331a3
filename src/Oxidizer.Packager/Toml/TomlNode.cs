using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Toml;

/// <summary>A value of a TOML document, with its place: the part of a syntax tree that the reader needs.</summary>
internal abstract record TomlNode(SourceLocation Location)
{
    /// <summary>The value in the words of a message: <c>the string `x`</c>, <c>a list</c>.</summary>
    public abstract string InWords { get; }
}

internal sealed record TomlString(string Value, SourceLocation Location) : TomlNode(Location)
{
    public override string InWords => $"the string `{Value}`";
}

/// <summary>A number that is no integer, a date or a time: no key takes one, so that only its spelling is kept, for the message.</summary>
internal sealed record TomlOther(string Spelling, string Kind, SourceLocation Location) : TomlNode(Location)
{
    public override string InWords => $"the {Kind} `{Spelling}`";
}

internal sealed record TomlInteger(long Value, string Spelling, SourceLocation Location) : TomlNode(Location)
{
    public override string InWords => $"the number `{Spelling}`";
}

internal sealed record TomlFlag(bool Value, SourceLocation Location) : TomlNode(Location)
{
    public override string InWords => Value ? "`true`" : "`false`";
}

internal sealed record TomlArray(List<TomlNode> Items, SourceLocation Location) : TomlNode(Location)
{
    /// <summary>Made by <c>[[name]]</c> and not by <c>name = [...]</c>: only then another header may add to it.</summary>
    public bool IsOpen { get; init; }

    public override string InWords => "a list";
}

/// <summary>How a table was defined, which decides what may still be added to it.</summary>
internal enum TomlTableOrigin
{
    /// <summary>Only named on the way to another: <c>a</c> in <c>[a.b]</c>. One header of its own may follow.</summary>
    Implied,

    /// <summary>Has its header. Another is a mistake.</summary>
    Header,

    /// <summary>By a dotted key, <c>a.b = 1</c>; more dotted keys may add to it.</summary>
    Dotted,

    /// <summary><c>{ ... }</c>: closed.</summary>
    Inline,
}

internal sealed record TomlTable(SourceLocation Location, TomlTableOrigin Origin) : TomlNode(Location)
{
    private readonly Dictionary<string, TomlEntry> _byName = new(StringComparer.Ordinal);

    public TomlTableOrigin Origin { get; set; } = Origin;

    /// <summary>In the order of the file.</summary>
    public List<TomlEntry> Entries { get; } = [];

    public override string InWords => "a table";

    public TomlEntry? Find(string name) => _byName.GetValueOrDefault(name);

    public void Add(TomlEntry entry)
    {
        _byName.Add(entry.Name, entry);
        Entries.Add(entry);
    }
}

/// <summary>A key and its value.</summary>
internal sealed record TomlEntry(string Name, SourceLocation Location, TomlNode Value);
