using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Configuration;

/// <summary>What the keys of one reading share.</summary>
/// <param name="Directory">Where relative paths start, absolute.</param>
/// <param name="Mistakes">Where mistakes go.</param>
/// <param name="Expand">
/// Whether paths are expanded. Entries of another target are not: their variables may be unset.
/// </param>
internal sealed record ReadScope(string Directory, DiagnosticBag Mistakes, bool Expand);

/// <summary>One key with its value, on its way into a record. Each <c>Try</c> method reports what is wrong and then returns
/// false.</summary>
/// <param name="Scope">What the keys share.</param>
/// <param name="Table">The table as messages name it, such as <c>[build]</c>.</param>
/// <param name="Name">The key.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct KeyReading(ReadScope Scope, string Table, string Name, TomlNode Value)
{
    public bool TryText(out string text)
    {
        text = (Value as TomlString)?.Value ?? "";
        if (Value is not TomlString)
            return Wrong(
                Value,
                "a string",
                Value switch
                {
                    TomlInteger { Spelling: var spelling } => $"write `{Name} = \"{spelling}\"`",
                    TomlOther { Spelling: var spelling } => $"write `{Name} = \"{spelling}\"`",
                    _ => $"write `{Name} = \"...\"`",
                }
            );
        if (text.Contains('\0'))
            return Invalid($"`{Name}` of {Table} holds a NUL character; no program can take that, remove it");
        return true;
    }

    /// <summary>A string that is not empty.</summary>
    public bool TryWord(out string text) =>
        TryText(out text) && (text.Length > 0 || Invalid($"`{Name}` of {Table} is empty; give it a value, or drop the key"));

    public bool TryFlag(out bool flag)
    {
        flag = Value is TomlFlag { Value: true };
        return Value is TomlFlag
            || Wrong(
                Value,
                "`true` or `false`",
                Value is TomlString { Value: "true" or "false" } text
                    ? $"write `{Name} = {text.Value}`, without quotes"
                    : $"write `{Name} = true`"
            );
    }

    public bool TryInteger(long least, long most, out long number)
    {
        number = (Value as TomlInteger)?.Value ?? 0;
        if (Value is not TomlInteger)
            return Wrong(Value, "a whole number", $"write `{Name} = {least}`");
        return (number >= least && number <= most)
            || Invalid($"`{Name}` of {Table} cannot be `{number}`; it is a number from {least} to {most}");
    }

    /// <summary>A list of strings. A single string is a mistake, and the message shows it as a list.</summary>
    public bool TryTexts(out IReadOnlyList<string> texts)
    {
        texts = [];
        if (Value is not TomlArray array)
            return Wrong(
                Value,
                "a list of strings",
                Value is TomlString { Value: var one } ? $"write `{Name} = [\"{one}\"]`" : $"write `{Name} = [\"...\"]`"
            );
        var list = new string[array.Items.Count];
        var good = true;
        for (var i = 0; i < list.Length; i++)
        {
            var item = this with { Value = array.Items[i] };
            if (array.Items[i] is not TomlString)
                good = item.Wrong(array.Items[i], "a list of strings", $"write `{Name} = [\"...\"]`");
            else
                good &= item.TryWord(out list[i]);
        }
        texts = list;
        return good;
    }

    /// <summary>One of a few words.</summary>
    public bool TryChoice(string[] choices, out string choice) =>
        TryText(out choice) && (Array.IndexOf(choices, choice) >= 0 || Invalid(Choices(choice, choices)));

    /// <summary>A path, made absolute. If paths are not expanded, it is only checked.</summary>
    public bool TryPath(out string path)
    {
        if (!TryWord(out path) || !Scope.Expand)
            return false;
        return TryExpand(ref path);
    }

    public bool TryPaths(out IReadOnlyList<string> paths)
    {
        if (!TryTexts(out paths) || !Scope.Expand)
            return false;
        var expanded = new string[paths.Count];
        var good = true;
        for (var i = 0; i < expanded.Length; i++)
        {
            expanded[i] = paths[i];
            good &= (this with { Value = ((TomlArray)Value).Items[i] }).TryExpand(ref expanded[i]);
        }
        paths = expanded;
        return good;
    }

    /// <summary>Expands a text that was found to be a path.</summary>
    public bool TryExpand(ref string path)
    {
        var expanded = ExpandPath.Expand(path, Scope.Directory, out var problem);
        if (expanded is null)
        {
            Scope.Mistakes.Add(problem.Kind, problem.Message, Value.Location);
            return false;
        }
        path = expanded;
        return true;
    }

    /// <summary>Reports a value of another type.</summary>
    public bool Wrong(TomlNode found, string wanted, string wayOut)
    {
        Scope.Mistakes.Add(DiagnosticKinds.WrongType, $"`{Name}` of {Table} is {wanted}, not {found.InWords}; {wayOut}", found.Location);
        return false;
    }

    /// <summary>Reports a value that the key does not take.</summary>
    public bool Invalid(string message)
    {
        Scope.Mistakes.Add(DiagnosticKinds.InvalidValue, message, Value.Location);
        return false;
    }

    private string Choices(string found, string[] choices)
    {
        var known = string.Join(", ", choices.Select(choice => $"`{choice}`"));
        var nearest = NearestName.Of(found, choices);
        return $"`{Name}` of {Table} cannot be `{found}`; it is one of {known}" + (nearest is null ? "" : $"; did you mean `{nearest}`?");
    }
}

/// <summary>Where the keys of a configuration stand, for messages of every stage.</summary>
/// <param name="Origin">The file, or the script that stands in for one.</param>
/// <param name="Values">Where each key that the file sets has its value, by <c>table.key</c>, such as <c>build.output</c>.</param>
internal sealed record KeyPositions(string Origin, IReadOnlyDictionary<string, SourceLocation> Values)
{
    /// <summary>The configuration as a whole, for a message that is about no key.</summary>
    public SourceLocation File => new(Origin);

    /// <summary>Where a key stands; the file alone when it is not set there.</summary>
    /// <param name="key"><c>table.key</c>, such as <c>build.output</c>.</param>
    public SourceLocation Of(string key) => Values.TryGetValue(key, out var location) ? location : File;

    /// <summary>Whether the file sets a key.</summary>
    /// <param name="key"><c>table.key</c>, such as <c>build.output</c>.</param>
    public bool Has(string key) => Values.ContainsKey(key);
}
