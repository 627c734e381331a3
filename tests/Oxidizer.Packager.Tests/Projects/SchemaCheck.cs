using System.Text.Json;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Tests.Projects;

/// <summary>Checks TOML against a JSON schema: the words of draft 7 that ours has. An unknown word fails, so that none is passed
/// over.</summary>
internal sealed class SchemaCheck(JsonElement root)
{
    /// <summary>Why a value is not what the schema says, with the path of the place; <c>null</c> if it is.</summary>
    public string? ProblemOf(TomlNode node) => ProblemOf(node, root, "");

    private string? ProblemOf(TomlNode node, JsonElement schema, string path)
    {
        foreach (var word in schema.EnumerateObject())
        {
            var problem = word.Name switch
            {
                "$schema" or "title" or "description" or "default" or "definitions" => null,
                "$ref" => ProblemOf(node, Definition(word.Value.GetString()!), path),
                "type" => IsOf(node, word.Value.GetString()!) ? null : $"{path}: {node.InWords} is no {word.Value}",
                "enum" => node is TomlString text && word.Value.EnumerateArray().Any(item => item.GetString() == text.Value)
                    ? null
                    : $"{path}: {node.InWords} is none of {word.Value}",
                "anyOf" => word.Value.EnumerateArray().Select(choice => ProblemOf(node, choice, path)).ToList() is var found
                && found.Contains(null)
                    ? null
                    : string.Join("\n", found),
                "required" => node is not TomlTable table
                    ? null
                    : word
                        .Value.EnumerateArray()
                        .Select(name => name.GetString()!)
                        .Where(name => table.Find(name) is null)
                        .Select(name => $"{path} has no {name}")
                        .FirstOrDefault(),
                "properties" => node is not TomlTable table
                    ? null
                    : word
                        .Value.EnumerateObject()
                        .Select(property =>
                            table.Find(property.Name) is { } entry
                                ? ProblemOf(entry.Value, property.Value, $"{path}.{property.Name}")
                                : null
                        )
                        .FirstOrDefault(problem => problem is not null),
                "additionalProperties" => Others(node, schema, word.Value, path),
                "items" => node is not TomlArray array
                    ? null
                    : array
                        .Items.Select((item, index) => ProblemOf(item, word.Value, $"{path}[{index}]"))
                        .FirstOrDefault(problem => problem is not null),
                "minimum" => node is TomlInteger number && number.Value < word.Value.GetInt64()
                    ? $"{path}: {number.Value} is too small"
                    : null,
                "maximum" => node is TomlInteger number && number.Value > word.Value.GetInt64()
                    ? $"{path}: {number.Value} is too large"
                    : null,
                var unknown => throw new InvalidOperationException($"this check does not know `{unknown}`"),
            };
            if (problem is not null)
                return problem;
        }
        return null;
    }

    private string? Others(TomlNode node, JsonElement schema, JsonElement rule, string path)
    {
        if (node is not TomlTable table)
            return null;
        var others = table.Entries.Where(entry =>
            !schema.TryGetProperty("properties", out var properties) || !properties.TryGetProperty(entry.Name, out _)
        );
        return rule.ValueKind == JsonValueKind.False
            ? others.Select(entry => $"{path} has the unknown {entry.Name}").FirstOrDefault()
            : others.Select(entry => ProblemOf(entry.Value, rule, $"{path}.{entry.Name}")).FirstOrDefault(problem => problem is not null);
    }

    private JsonElement Definition(string reference) =>
        reference.TrimStart('#', '/').Split('/').Aggregate(root, (element, part) => element.GetProperty(part));

    private static bool IsOf(TomlNode node, string type) =>
        type switch
        {
            "object" => node is TomlTable,
            "array" => node is TomlArray,
            "string" => node is TomlString,
            "boolean" => node is TomlFlag,
            "integer" => node is TomlInteger,
            _ => throw new InvalidOperationException($"this check does not know the type `{type}`"),
        };
}
