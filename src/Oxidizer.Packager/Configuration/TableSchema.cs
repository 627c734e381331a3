using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Configuration;

/// <summary>A table of the configuration: its name and its keys.</summary>
/// <param name="Name">As it stands in the brackets.</param>
/// <param name="Keys">Those that it knows.</param>
internal sealed record TableSchema<T>(string Name, Key<T>[] Keys)
    where T : class
{
    private IEnumerable<Setting<T>> Settings => Keys.Select(key => key.Setting).OfType<Setting<T>>();

    /// <summary>
    /// Keys that are ways to one end. A later table that names another way (a <c>url</c> for one target, after a <c>source</c> for all)
    /// replaces the earlier way, and does not contradict it.
    /// </summary>
    public string[] Ways { get; init; } = [];

    /// <summary>The keys that are then reset: the ways, and the keys that belong to them.</summary>
    public string[] Forgotten { get; init; } = [];

    /// <summary>Forgets them in the record.</summary>
    public Func<T, T> Forget { get; init; } = static record => record;

    /// <summary>Writes down where the table stands, for records that tell.</summary>
    public Func<T, SourceLocation, T> Place { get; init; } = static (record, _) => record;

    /// <summary>Sets the keys of one table, in the order of the file.</summary>
    /// <param name="record">What the tables before gave.</param>
    /// <param name="table">The table.</param>
    /// <param name="scope">What the keys share.</param>
    /// <param name="positions">Takes the place of each key, under <c>table.key</c>.</param>
    public T Apply(T record, TomlTable table, ReadScope scope, Dictionary<string, SourceLocation> positions)
    {
        if (Array.Exists(Ways, way => table.Find(way) is not null))
        {
            record = Forget(record);
            foreach (var key in Forgotten)
                positions.Remove($"{Name}.{key}");
        }
        record = Place(record, table.Location);
        foreach (var entry in table.Entries)
        {
            if (TargetKey.Is(entry.Name))
                continue;
            if (Find(entry.Name) is { } key)
            {
                record = key.Set(record, new KeyReading(scope, $"[{Name}]", entry.Name, entry.Value));
                positions[$"{Name}.{entry.Name}"] = entry.Value.Location;
            }
            else if (!scope.Mistakes.IsFull)
                UnknownKey.Report(entry, $"[{Name}]", Keys.Select(known => known.Name), scope.Mistakes);
        }
        return record;
    }

    /// <summary>The settings of the packed resources that a record gives, each with its name; of a list the name stands once for
    /// each.</summary>
    public IEnumerable<(string Name, string Value)> SettingsOf(T record) =>
        Settings.SelectMany(setting => setting.Values(record).Select(value => (setting.Name, value)));

    /// <summary>The settings of the packed resources that its keys make.</summary>
    /// <param name="initial">The record without any key set.</param>
    public IEnumerable<DeclaredSetting> DeclaredSettings(T initial) =>
        Settings.Select(setting => new DeclaredSetting(setting.Name, setting.Kind, setting.Choices, setting.Values(initial)));

    private Key<T>? Find(string name)
    {
        foreach (var key in Keys)
            if (key.Name == name)
                return key;
        return null;
    }
}

/// <summary>The key that says for which targets a table applies; every table has it.</summary>
internal static class TargetKey
{
    public const string Name = "target";

    // PyOxidizer's name of it.
    private const string OldName = "build_target";

    /// <summary>The key's name, and its old one.</summary>
    public static IReadOnlyList<string> Names { get; } = [Name, OldName];

    public static bool Is(string name) => name is Name or OldName;

    /// <summary>The pattern of a table; <c>all</c> without the key. A wrong one is reported, and never matches.</summary>
    public static string Read(TomlTable table, string name, ReadScope scope)
    {
        if ((table.Find(Name) ?? table.Find(OldName)) is not { } entry)
            return "all";
        var reading = new KeyReading(scope, $"[{name}]", entry.Name, entry.Value);
        if (!reading.TryWord(out var pattern))
            return "";
        if (TargetPattern.ProblemOfPattern(pattern) is not { } problem)
            return pattern;
        reading.Invalid(problem);
        return "";
    }
}

/// <summary>Reports an unknown key, with the one that may have been meant.</summary>
internal static class UnknownKey
{
    public static void Report(TomlEntry entry, string table, IEnumerable<string> known, DiagnosticBag mistakes)
    {
        var names = known.Append(TargetKey.Name).ToList();
        var wayOut = NearestName.Of(entry.Name, names) is { } nearest
            ? $"did you mean `{nearest}`?"
            : $"it knows {string.Join(", ", names.Select(name => $"`{name}`"))}";
        mistakes.Add(DiagnosticKinds.UnknownKey, $"unknown key `{entry.Name}` in {table}; {wayOut}", entry.Location);
    }
}
