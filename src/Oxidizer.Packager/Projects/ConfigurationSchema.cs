using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Files;

namespace Oxidizer.Packager.Projects;

/// <summary>
/// The JSON schema (draft 7) of a configuration, for editors. It is made from the declarations that read the file. It knows tables, keys,
/// types and words; the forms of texts, and what excludes what, only a build knows.
/// </summary>
internal static partial class ConfigurationSchema
{
    /// <summary>The file's name.</summary>
    public const string FileName = "oxidizer.schema.json";

    private const string Rules = "python_packages";

    /// <summary>The schema, indented, with a line feed at the end.</summary>
    public static byte[] Write() =>
        IndentedJson.Write(json =>
        {
            json.WriteString("$schema", "http://json-schema.org/draft-07/schema#");
            json.WriteString("title", "oxidizer.toml");
            json.WriteString("type", "object");
            json.WriteBoolean("additionalProperties", false);
            json.WriteStartObject("properties");
            foreach (var (name, table) in Tables())
                WriteReference(json, name, table);
            json.WriteEndObject();
            WriteDefinitions(json);
        });

    // Old names of tables stand for the new ones.
    private static IEnumerable<(string Name, string Table)> Tables() =>
        ConfigurationTables.Names.Select(name => (name, name)).Concat(ConfigurationTables.OldNames.Select(old => (old.Key, old.Value)));

    private static void WriteReference(Utf8JsonWriter json, string name, string table)
    {
        json.WriteStartObject(name);
        if (table == Rules)
            WriteListOf(json, "rule");
        else
        {
            json.WriteStartArray("anyOf");
            json.WriteStartObject();
            json.WriteString("$ref", "#/definitions/" + table);
            json.WriteEndObject();
            json.WriteStartObject();
            WriteListOf(json, table);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WriteListOf(Utf8JsonWriter json, string definition)
    {
        json.WriteString("type", "array");
        json.WriteStartObject("items");
        json.WriteString("$ref", "#/definitions/" + definition);
        json.WriteEndObject();
    }

    private static void WriteDefinitions(Utf8JsonWriter json)
    {
        json.WriteStartObject("definitions");
        foreach (var table in ConfigurationTables.Names.Where(name => name != Rules))
        {
            json.WriteStartObject(table);
            WriteTable(json, ConfigurationTables.KeysOf(table), null);
            json.WriteEndObject();
        }
        json.WriteStartObject("rule");
        json.WriteStartArray("anyOf");
        foreach (var rule in RuleTypes.All)
        {
            json.WriteStartObject();
            WriteTable(json, rule.Known, rule.Names);
            WriteRequired(json, rule.Required);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTable(Utf8JsonWriter json, IEnumerable<DeclaredKey> keys, string[]? types)
    {
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        json.WriteStartObject("properties");
        if (types is not null)
        {
            json.WriteStartObject(RuleType.TypeKey);
            WriteWords(json, types);
            json.WriteEndObject();
        }
        foreach (var name in TargetKey.Names)
        {
            json.WriteStartObject(name);
            json.WriteString("type", "string");
            json.WriteString("description", "The targets that this is for: a triple, a pattern, or `all`.");
            json.WriteEndObject();
        }
        foreach (var key in keys)
            WriteKey(json, key);
        json.WriteEndObject();
    }

    // Of `a|b` one of the two must be there.
    private static void WriteRequired(Utf8JsonWriter json, string[] required)
    {
        json.WriteStartArray("required");
        json.WriteStringValue(RuleType.TypeKey);
        foreach (var name in required.Where(name => !name.Contains('|')))
            json.WriteStringValue(name);
        json.WriteEndArray();
        foreach (var names in required.Where(name => name.Contains('|')))
        {
            json.WriteStartArray("anyOf");
            foreach (var name in names.Split('|'))
            {
                json.WriteStartObject();
                json.WriteStartArray("required");
                json.WriteStringValue(name);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
    }

    private static void WriteKey(Utf8JsonWriter json, DeclaredKey key)
    {
        json.WriteStartObject(key.Name);
        json.WriteString("description", Describe(key));
        if (DefaultOf(key) is { } initial)
        {
            json.WritePropertyName("default");
            initial.WriteTo(json);
        }
        var kinds = Enum.GetValues<KeyValues>().Where(kind => kind != KeyValues.None && key.Values.HasFlag(kind)).ToList();
        // Any text takes the words too.
        var hasWords = key.Words.Count > 0 && !key.Values.HasFlag(KeyValues.Text);
        if (kinds.Count + (hasWords ? 1 : 0) == 1)
        {
            if (hasWords)
                WriteWords(json, key.Words);
            else
                WriteKind(json, kinds[0], key);
        }
        else
        {
            json.WriteStartArray("anyOf");
            foreach (var kind in kinds)
            {
                json.WriteStartObject();
                WriteKind(json, kind, key);
                json.WriteEndObject();
            }
            if (hasWords)
            {
                json.WriteStartObject();
                WriteWords(json, key.Words);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WriteWords(Utf8JsonWriter json, IReadOnlyList<string> words)
    {
        json.WriteStartArray("enum");
        foreach (var word in words)
            json.WriteStringValue(word);
        json.WriteEndArray();
    }

    private static void WriteKind(Utf8JsonWriter json, KeyValues kind, DeclaredKey key)
    {
        json.WriteString(
            "type",
            kind switch
            {
                KeyValues.Flag => "boolean",
                KeyValues.Integer => "integer",
                KeyValues.Texts => "array",
                KeyValues.TextTable => "object",
                _ => "string",
            }
        );
        if (kind is KeyValues.Texts or KeyValues.TextTable)
        {
            json.WriteStartObject(kind == KeyValues.Texts ? "items" : "additionalProperties");
            json.WriteString("type", "string");
            json.WriteEndObject();
        }
        if (kind == KeyValues.Integer && key.Range is var (least, most))
        {
            json.WriteNumber("minimum", least);
            // What is the greatest that can be written is no limit.
            if (most < long.MaxValue)
                json.WriteNumber("maximum", most);
        }
    }

    private static string Describe(DeclaredKey key) =>
        new StringBuilder(Plain(key.What))
            .Append(key.Form.Length > 0 ? $" ({key.Form})" : "")
            .Append(key.Default.Length > 0 ? $"; default: {key.Default}" : "")
            .ToString();

    /// <summary>The words of the reference, without what leads to other places of it.</summary>
    internal static string Plain(string what) =>
        Link()
            .Replace(what.Replace("; [how](virtual-files.md)", "", StringComparison.Ordinal), "$1")
            .Replace("; see below", "", StringComparison.Ordinal)
            .Replace(", see below", "", StringComparison.Ordinal);

    // A default that is a value, and not words, is the same in JSON.
    private static JsonElement? DefaultOf(DeclaredKey key)
    {
        if (key.Default.Split('`') is not ["", var written, ""])
            return null;
        try
        {
            using var value = JsonDocument.Parse(written);
            return value.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\[([^\]`]+)\]\([^)]+\)")]
    private static partial Regex Link();
}
