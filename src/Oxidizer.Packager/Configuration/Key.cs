namespace Oxidizer.Packager.Configuration;

/// <summary>
/// One key of a table, declared once: what the reader takes, what its messages list as known, and what the reference must describe all come from here.
/// </summary>
/// <param name="Name">Its name in TOML.</param>
/// <param name="Choices">The words that it takes, when it takes only these.</param>
/// <param name="Set">Gives the record with the key's value; the record itself when the value is wrong.</param>
internal sealed record Key<T>(string Name, IReadOnlyList<string> Choices, Func<T, KeyReading, T> Set)
    where T : class;

/// <summary>The kinds of keys.</summary>
internal static class Key
{
    public static Key<T> Text<T>(string name, Func<T, string, T> set) where T : class =>
        new(name, [], (record, reading) => reading.TryWord(out var text) ? set(record, text) : record);

    /// <summary>A text with a form of its own. <paramref name="problem"/> says why a text has another form, and the way out; <c>null</c> when it is right.</summary>
    public static Key<T> Text<T>(string name, Func<string, string?> problem, Func<T, string, T> set) where T : class =>
        new(name, [], (record, reading) => reading.TryWord(out var text) && HasForm(reading, text, problem) ? set(record, text) : record);

    public static Key<T> Flag<T>(string name, Func<T, bool, T> set) where T : class =>
        new(name, [], (record, reading) => reading.TryFlag(out var flag) ? set(record, flag) : record);

    public static Key<T> Integer<T>(string name, long least, long most, Func<T, int, T> set) where T : class =>
        new(name, [], (record, reading) => reading.TryInteger(least, most, out var number) ? set(record, (int)number) : record);

    public static Key<T> Choice<T>(string name, string[] choices, Func<T, string, T> set) where T : class =>
        new(name, choices, (record, reading) => reading.TryChoice(choices, out var choice) ? set(record, choice) : record);

    public static Key<T> Texts<T>(string name, Func<T, IReadOnlyList<string>, T> set) where T : class =>
        new(name, [], (record, reading) => reading.TryTexts(out var texts) ? set(record, texts) : record);

    /// <summary>A list whose every text has a form.</summary>
    public static Key<T> Texts<T>(string name, Func<string, string?> problem, Func<T, IReadOnlyList<string>, T> set) where T : class =>
        new(name, [], (record, reading) =>
        {
            if (!reading.TryTexts(out var texts))
                return record;
            var good = true;
            for (var i = 0; i < texts.Count; i++)
                good &= HasForm(reading with { Value = ((TomlArray)reading.Value).Items[i] }, texts[i], problem);
            return good ? set(record, texts) : record;
        });

    public static Key<T> Path<T>(string name, Func<T, string, T> set) where T : class =>
        new(name, [], (record, reading) => reading.TryPath(out var path) ? set(record, path) : record);

    public static Key<T> Paths<T>(string name, Func<T, IReadOnlyList<string>, T> set) where T : class =>
        new(name, [], (record, reading) => reading.TryPaths(out var paths) ? set(record, paths) : record);

    /// <summary>A program: its name, to be found on PATH, or a path, which is told by its slash.</summary>
    public static Key<T> Program<T>(string name, Func<T, string, T> set) where T : class =>
        new(name, [], (record, reading) => reading.TryWord(out var text) && TryPathIf(reading, text.AsSpan().ContainsAny('/', '~', '$'), ref text) ? set(record, text) : record);

    /// <summary>Words, or else a path.</summary>
    public static Key<T> ChoiceOrPath<T>(string name, string[] choices, Func<T, string, T> set) where T : class =>
        new(name, choices, (record, reading) => reading.TryWord(out var text) && TryPathIf(reading, Array.IndexOf(choices, text) < 0, ref text) ? set(record, text) : record);

    public static bool TryPathIf(KeyReading reading, bool isPath, ref string text) => !isPath || (reading.Scope.Expand && reading.TryExpand(ref text));

    private static bool HasForm(KeyReading reading, string text, Func<string, string?> problem) =>
        problem(text) is not { } wrong || reading.Invalid($"`{reading.Name}` of {reading.Table}: {wrong}");
}
