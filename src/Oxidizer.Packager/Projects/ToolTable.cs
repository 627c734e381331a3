using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Requirements;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Projects;

/// <summary>What projects and scripts say in the same words: <c>[tool.oxidizer]</c>, <c>requires-python</c>, <c>dependencies</c>.</summary>
internal static class ToolTable
{
    /// <summary>The table that holds a configuration; an empty one if there is none.</summary>
    public static TomlTable Find(TomlTable root, DiagnosticBag mistakes)
    {
        var empty = new TomlTable(root.Location, TomlTableOrigin.Implied);
        if (root.Find("tool")?.Value is not TomlTable tool || tool.Find("oxidizer") is not { } entry)
            return empty;
        if (entry.Value is TomlTable table)
            return table;
        mistakes.Add(
            DiagnosticKinds.WrongType,
            $"`tool.oxidizer` is a table, not {entry.Value.InWords}; write its tables as `[tool.oxidizer.build]`",
            entry.Location
        );
        return empty;
    }

    /// <summary>Which Pythons it is for.</summary>
    /// <param name="table">Holds the key.</param>
    /// <param name="name">The table as messages name it.</param>
    /// <param name="scope">Takes mistakes.</param>
    public static PythonRequirement? RequiresPython(TomlTable table, string name, ReadScope scope)
    {
        if (
            table.Find("requires-python") is not { } entry
            || !new KeyReading(scope, name, entry.Name, entry.Value).TryText(out var text)
            || text.Trim().Length == 0
        )
            return null;
        if (PackageRequirement.TryParse($"python {text}", out var problem) is { Marker: null, Extras.Count: 0 })
            return new PythonRequirement(text.Trim(), entry.Value.Location);
        scope.Mistakes.Add(
            DiagnosticKinds.InvalidValue,
            $"`requires-python` of {name}: `{text}` is no condition on versions{(problem.Length > 0 ? $" ({problem})" : "")}; write one as PEP 440 has them, such as `>=3.11`",
            entry.Value.Location
        );
        return null;
    }

    /// <summary>The rule that brings what it requires; none if it requires nothing.</summary>
    /// <param name="table">Holds the key.</param>
    /// <param name="name">The table as messages name it.</param>
    /// <param name="scope">Takes mistakes.</param>
    public static IEnumerable<PipInstallRule> Dependencies(TomlTable table, string name, ReadScope scope)
    {
        var texts = Requirements(table, "dependencies", name, scope);
        return texts.Count == 0 ? [] : [new PipInstallRule("pip-install", table.Find("dependencies")!.Value.Location) { Packages = texts }];
    }

    /// <summary>A list of requirements, each checked.</summary>
    public static IReadOnlyList<string> Requirements(TomlTable table, string key, string name, ReadScope scope)
    {
        if (table.Find(key) is not { } entry || !new KeyReading(scope, name, key, entry.Value).TryTexts(out var texts))
            return [];
        for (var index = 0; index < texts.Count; index++)
            if (PackageRequirement.TryParse(texts[index], out var problem) is null)
                scope.Mistakes.Add(
                    DiagnosticKinds.InvalidValue,
                    $"`{key}` of {name}: `{texts[index]}` is no requirement ({problem}); write one as PEP 508 has them, such as `requests >=2.8`",
                    ((TomlArray)entry.Value).Items[index].Location
                );
        return texts;
    }
}
