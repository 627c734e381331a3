using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Projects;

/// <summary>A command of a project.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Target">What it calls, as written.</param>
/// <param name="Location">Where it stands.</param>
internal sealed record ProjectScript(string Name, string Target, SourceLocation Location);

/// <summary><c>[project]</c> of a <c>pyproject.toml</c>, as PEP 621 has it.</summary>
/// <param name="Name">As written.</param>
/// <param name="Location">Where the table stands.</param>
internal sealed record ProjectTable(string Name, SourceLocation Location)
{
    private const string Table = "[project]";

    /// <summary><c>null</c>: its backend makes it.</summary>
    public string? Version { get; private init; }

    /// <summary>One line; may be empty.</summary>
    public string Description { get; private init; } = "";

    /// <summary>Which Pythons it is for.</summary>
    public PythonRequirement? RequiresPython { get; private init; }

    /// <summary>The rule that brings what it requires.</summary>
    public IReadOnlyList<PipInstallRule> Dependencies { get; private init; } = [];

    /// <summary>What its extras require, by extra.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extras { get; private init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary><c>[project.scripts]</c></summary>
    public IReadOnlyList<ProjectScript> Scripts { get; private init; } = [];

    /// <summary><c>[project.gui-scripts]</c></summary>
    public IReadOnlyList<ProjectScript> GraphicalScripts { get; private init; } = [];

    /// <summary><c>[project.entry-points]</c>: groups of names with what they lead to.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ProjectScript>> EntryPoints { get; private init; } =
        new Dictionary<string, IReadOnlyList<ProjectScript>>();

    /// <summary>The name as it is compared, with <c>_</c>.</summary>
    public string Key => DistributionNames.Normalize(Name);

    /// <summary>Reads it; <c>null</c> if there is none, or it has no name.</summary>
    public static ProjectTable? Read(TomlTable root, ReadScope scope)
    {
        if (root.Find("project") is not { } entry)
            return null;
        if (entry.Value is not TomlTable table)
        {
            scope.Mistakes.Add(
                DiagnosticKinds.WrongType,
                $"`project` is a table, not {entry.Value.InWords}; write its keys below `{Table}`",
                entry.Location
            );
            return null;
        }
        var name = Text(table, "name", scope);
        if (name.Length == 0)
            return null;
        if (ProductName.ProblemOf(name) is { } problem)
            scope.Mistakes.Add(DiagnosticKinds.InvalidValue, $"`name` of {Table}: {problem}", table.Find("name")!.Value.Location);
        return new ProjectTable(name, table.Location)
        {
            Version = Text(table, "version", scope) is { Length: > 0 } version ? version : null,
            Description = Text(table, "description", scope).ReplaceLineEndings(" "),
            RequiresPython = ToolTable.RequiresPython(table, Table, scope),
            Dependencies = [.. ToolTable.Dependencies(table, Table, scope)],
            Extras = TablesOf(table, "optional-dependencies", scope)
                .ToDictionary(
                    extra => extra.Name,
                    extra => ToolTable.Requirements(extra.Holder, extra.Name, "[project.optional-dependencies]", scope),
                    StringComparer.Ordinal
                ),
            Scripts = ScriptsOf(table, "scripts", "[project.scripts]", scope),
            GraphicalScripts = ScriptsOf(table, "gui-scripts", "[project.gui-scripts]", scope),
            EntryPoints = TablesOf(table, "entry-points", scope)
                .ToDictionary(
                    group => group.Name,
                    group => ScriptsOf(group.Holder, group.Name, $"[project.entry-points.{group.Name}]", scope),
                    StringComparer.Ordinal
                ),
        };
    }

    private static string Text(TomlTable table, string key, ReadScope scope) =>
        table.Find(key) is { } entry && new KeyReading(scope, Table, key, entry.Value).TryText(out var text) ? text.Trim() : "";

    private static IEnumerable<(string Name, TomlTable Holder)> TablesOf(TomlTable table, string key, ReadScope scope)
    {
        if (table.Find(key) is not { } entry)
            return [];
        if (entry.Value is TomlTable holder)
            return holder.Entries.Select(item => (item.Name, holder));
        new KeyReading(scope, Table, key, entry.Value).Wrong(entry.Value, "a table", $"write `[project.{key}]`");
        return [];
    }

    private static IReadOnlyList<ProjectScript> ScriptsOf(TomlTable table, string key, string name, ReadScope scope)
    {
        if (table.Find(key) is not { } entry)
            return [];
        if (entry.Value is not TomlTable holder)
        {
            new KeyReading(scope, Table, key, entry.Value).Wrong(entry.Value, "a table", $"write `{name}`");
            return [];
        }
        var scripts = new List<ProjectScript>();
        foreach (var item in holder.Entries)
            if (new KeyReading(scope, name, item.Name, item.Value).TryWord(out var target))
                scripts.Add(new ProjectScript(item.Name, target, item.Value.Location));
        return scripts;
    }
}
