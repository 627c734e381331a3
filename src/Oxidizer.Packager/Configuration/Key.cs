using System.Globalization;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Configuration;

/// <summary>The kinds of TOML values that a key takes.</summary>
[Flags]
internal enum KeyValues
{
    /// <summary>None but the words.</summary>
    None = 0,

    /// <summary>Any string; its form is the key's own.</summary>
    Text = 1,

    /// <summary><c>true</c> and <c>false</c>.</summary>
    Flag = 2,

    /// <summary>A whole number.</summary>
    Integer = 4,

    /// <summary>A list of strings.</summary>
    Texts = 8,

    /// <summary>A table whose values are strings.</summary>
    TextTable = 16,
}

/// <summary>What is known of a key without the record that it is a part of.</summary>
/// <param name="Name">Its name in TOML.</param>
/// <param name="Choices">The words that it takes, when it takes only these.</param>
internal abstract record DeclaredKey(string Name, IReadOnlyList<string> Choices)
{
    /// <summary>The kinds of values that it takes, beside <see cref="Words"/>.</summary>
    public KeyValues Values { get; init; }

    /// <summary>The strings that it takes as words.</summary>
    public IReadOnlyList<string> Words { get; init; } = Choices;

    /// <summary>The least and the greatest number that it takes.</summary>
    public (long Least, long Most)? Range { get; init; }

    /// <summary>The values that it takes, as docs/configuration.md says it.</summary>
    public string Form { get; init; } = "";

    /// <summary>What holds when the key is not set, as docs/configuration.md says it: a value in backticks, or words. The value itself is
    /// the record's.</summary>
    public string Default { get; init; } = "";

    /// <summary>What it does, as docs/configuration.md says it.</summary>
    public string What { get; init; } = "";
}

/// <summary>
/// One key of a table, declared once: what the reader takes, what its messages list as known, the row of the reference, and, when the
/// product has it as a setting, what is packed and the runtime's table (<c>settings_table.h</c>) all come from here.
/// </summary>
/// <param name="Name">Its name in TOML.</param>
/// <param name="Choices">The words that it takes, when it takes only these.</param>
/// <param name="Set">Gives the record with the key's value; the record itself when the value is wrong.</param>
internal sealed record Key<T>(string Name, IReadOnlyList<string> Choices, Func<T, KeyReading, T> Set) : DeclaredKey(Name, Choices)
    where T : class
{
    /// <summary>The setting that the product has of it; <c>null</c>: the build alone needs it.</summary>
    public Setting<T>? Setting { get; private init; }

    /// <summary>What the reference says of it; without <paramref name="form"/> that of its kind.</summary>
    public Key<T> Says(string what, string initial = "", string? form = null) =>
        this with
        {
            What = what,
            Default = initial,
            Form = form ?? Form,
        };

    /// <summary>The kinds of values that it reads, when it is of no kind of <see cref="Key"/>.</summary>
    public Key<T> Takes(KeyValues values) => this with { Values = values };

    /// <summary>A setting that is on or off; <c>null</c>: the runtime decides.</summary>
    public Key<T> InProduct(Func<T, bool?> value) =>
        With(
            Name,
            SettingKind.Flag,
            table =>
                value(table) switch
                {
                    true => ["true"],
                    false => ["false"],
                    null => [],
                }
        );

    public Key<T> InProduct(Func<T, int> value) =>
        With(Name, SettingKind.Number, table => [value(table).ToString(CultureInfo.InvariantCulture)]);

    /// <summary>One of the key's words, or else a text; <c>null</c>: Python decides.</summary>
    public Key<T> InProduct(Func<T, string?> value) => InProduct(Name, value);

    /// <summary>The same, with a name of its own.</summary>
    public Key<T> InProduct(string name, Func<T, string?> value) =>
        With(name, Choices.Count > 0 ? SettingKind.Choice : SettingKind.Text, table => value(table) is { } text ? [text] : []);

    public Key<T> InProduct(Func<T, IReadOnlyList<string>> values) => With(Name, SettingKind.List, values);

    /// <summary>Texts, with a name of their own.</summary>
    public Key<T> InProduct(string name, Func<T, IReadOnlyList<string>> values) => With(name, SettingKind.List, values);

    private Key<T> With(string name, SettingKind kind, Func<T, IReadOnlyList<string>> values) =>
        this with
        {
            Setting = new Setting<T>(name, kind, Choices, values),
        };
}

/// <summary>The kinds of keys.</summary>
internal static class Key
{
    public static Key<T> Text<T>(string name, Func<T, string, T> set)
        where T : class =>
        new(name, [], (record, reading) => reading.TryWord(out var text) ? set(record, text) : record)
        {
            Form = "string",
            Values = KeyValues.Text,
        };

    /// <summary>A text with a form of its own. <paramref name="problem"/> says why a text has another form, and the way out; <c>null</c>
    /// when it is right.</summary>
    public static Key<T> Text<T>(string name, Func<string, string?> problem, Func<T, string, T> set)
        where T : class =>
        new(name, [], (record, reading) => reading.TryWord(out var text) && HasForm(reading, text, problem) ? set(record, text) : record)
        {
            Form = "string",
            Values = KeyValues.Text,
        };

    public static Key<T> Flag<T>(string name, Func<T, bool, T> set)
        where T : class =>
        new(name, [], (record, reading) => reading.TryFlag(out var flag) ? set(record, flag) : record)
        {
            Form = "boolean",
            Values = KeyValues.Flag,
        };

    public static Key<T> Integer<T>(string name, long least, long most, Func<T, int, T> set)
        where T : class =>
        new(name, [], (record, reading) => reading.TryInteger(least, most, out var number) ? set(record, (int)number) : record)
        {
            Form = string.Join(", ", Enumerable.Range((int)least, (int)(most - least) + 1)),
            Values = KeyValues.Integer,
            Range = (least, most),
        };

    public static Key<T> Choice<T>(string name, string[] choices, Func<T, string, T> set)
        where T : class =>
        new(name, choices, (record, reading) => reading.TryChoice(choices, out var choice) ? set(record, choice) : record)
        {
            Form = InWords(choices),
        };

    public static Key<T> Texts<T>(string name, Func<T, IReadOnlyList<string>, T> set)
        where T : class =>
        new(name, [], (record, reading) => reading.TryTexts(out var texts) ? set(record, texts) : record)
        {
            Form = "list of strings",
            Values = KeyValues.Texts,
        };

    /// <summary>A list whose every text has a form.</summary>
    public static Key<T> Texts<T>(string name, Func<string, string?> problem, Func<T, IReadOnlyList<string>, T> set)
        where T : class =>
        new(
            name,
            [],
            (record, reading) =>
            {
                if (!reading.TryTexts(out var texts))
                    return record;
                var good = true;
                for (var i = 0; i < texts.Count; i++)
                    good &= HasForm(reading with { Value = ((TomlArray)reading.Value).Items[i] }, texts[i], problem);
                return good ? set(record, texts) : record;
            }
        )
        {
            Form = "list of strings",
            Values = KeyValues.Texts,
        };

    public static Key<T> Path<T>(string name, Func<T, string, T> set)
        where T : class =>
        new(name, [], (record, reading) => reading.TryPath(out var path) ? set(record, path) : record)
        {
            Form = "path",
            Values = KeyValues.Text,
        };

    public static Key<T> Paths<T>(string name, Func<T, IReadOnlyList<string>, T> set)
        where T : class =>
        new(name, [], (record, reading) => reading.TryPaths(out var paths) ? set(record, paths) : record)
        {
            Form = "list of paths",
            Values = KeyValues.Texts,
        };

    /// <summary>A program: its name, to be found on PATH, or a path, which is told by its slash.</summary>
    public static Key<T> Program<T>(string name, Func<T, string, T> set)
        where T : class =>
        new(
            name,
            [],
            (record, reading) =>
                reading.TryWord(out var text) && TryPathIf(reading, text.AsSpan().ContainsAny('/', '~', '$'), ref text)
                    ? set(record, text)
                    : record
        )
        {
            Form = "program or path",
            Values = KeyValues.Text,
        };

    /// <summary>Words, or else a path.</summary>
    public static Key<T> ChoiceOrPath<T>(string name, string[] choices, Func<T, string, T> set)
        where T : class =>
        new(
            name,
            choices,
            (record, reading) =>
                reading.TryWord(out var text) && TryPathIf(reading, Array.IndexOf(choices, text) < 0, ref text) ? set(record, text) : record
        )
        {
            Form = $"{InWords(choices)}, or path",
            Values = KeyValues.Text,
        };

    public static bool TryPathIf(KeyReading reading, bool isPath, ref string text) =>
        !isPath || (reading.Scope.Expand && reading.TryExpand(ref text));

    private static string InWords(string[] choices) => string.Join(", ", choices.Select(choice => $"`\"{choice}\"`"));

    private static bool HasForm(KeyReading reading, string text, Func<string, string?> problem) =>
        problem(text) is not { } wrong || reading.Invalid($"`{reading.Name}` of {reading.Table}: {wrong}");
}
