using System.Collections.Immutable;
using System.Text.Json;

namespace Oxidizer.Packager.Distributions;

/// <summary>
/// One object of <c>PYTHON.json</c>. A missing key or a wrong type is noted by its full name, and reading continues with an empty value, so
/// that all mistakes are reported at once. A class, and plain loops, because .NET compiles each generic method over a structure in every
/// build's process, which took longer than reading.
/// </summary>
internal sealed class PythonJsonObject(JsonElement element, string path, List<string> mistakes)
{
    /// <summary>A required text.</summary>
    public string Text(string key)
    {
        var value = Require(key);
        return value is null ? ""
            : value.Value.ValueKind == JsonValueKind.String ? value.Value.GetString()!
            : Wrong(key, "a text", "");
    }

    /// <summary>A text that may be missing or null.</summary>
    public string? OptionalText(string key) => Find(key) is null ? null : Text(key);

    /// <summary>A flag; false when missing.</summary>
    public bool Flag(string key) =>
        Find(key) is { } value
        && (value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : Wrong(key, "`true` or `false`", false));

    /// <summary>A required list of texts.</summary>
    public ImmutableArray<string> Texts(string key)
    {
        if (Require(key) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            return Wrong(key, "a list of texts", ImmutableArray<string>.Empty);
        var texts = ImmutableArray.CreateBuilder<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
                return Wrong(key, "a list of texts", ImmutableArray<string>.Empty);
            texts.Add(item.GetString()!);
        }
        return texts.MoveToImmutable();
    }

    /// <summary>A list of texts that may be missing or null.</summary>
    public ImmutableArray<string>? OptionalTexts(string key) => Find(key) is null ? null : Texts(key);

    /// <summary>A required object.</summary>
    public PythonJsonObject Object(string key)
    {
        if (Require(key) is { } value && value.ValueKind != JsonValueKind.Object)
            Wrong(key, "an object", 0);
        return new PythonJsonObject(Find(key) is { ValueKind: JsonValueKind.Object } found ? found : default, Name(key), mistakes);
    }

    /// <summary>An object that may be missing or null.</summary>
    public PythonJsonObject? OptionalObject(string key) => Find(key) is null ? null : Object(key);

    /// <summary>A required list of objects.</summary>
    public IReadOnlyList<PythonJsonObject> Objects(string key)
    {
        var objects = new List<PythonJsonObject>();
        if (Require(key) is not { } value)
            return objects;
        if (value.ValueKind != JsonValueKind.Array)
            return Wrong<IReadOnlyList<PythonJsonObject>>(key, "a list of objects", []);
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
                return Wrong<IReadOnlyList<PythonJsonObject>>(key, "a list of objects", []);
            objects.Add(new PythonJsonObject(item, $"{Name(key)}[{objects.Count}]", mistakes));
        }
        return objects;
    }

    /// <summary>The keys that this object has.</summary>
    public IReadOnlyList<string> Keys
    {
        get
        {
            var keys = new List<string>();
            if (IsThere)
            {
                foreach (var property in element.EnumerateObject())
                    keys.Add(property.Name);
            }
            return keys;
        }
    }

    /// <summary>Whether this object itself was there; a missing one is noted once, and not again for each of its keys.</summary>
    private bool IsThere => element.ValueKind == JsonValueKind.Object;

    private JsonElement? Find(string key) =>
        IsThere && element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private JsonElement? Require(string key)
    {
        var value = Find(key);
        if (value is null && IsThere)
            mistakes.Add($"it lacks the key `{Name(key)}`");
        return value;
    }

    private T Wrong<T>(string key, string expected, T instead)
    {
        mistakes.Add($"its key `{Name(key)}` must be {expected}");
        return instead;
    }

    private string Name(string key) => path.Length == 0 ? key : $"{path}.{key}";
}
