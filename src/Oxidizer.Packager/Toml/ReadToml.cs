using Oxidizer.Packager.Diagnostics;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Oxidizer.Packager.Toml;

/// <summary>
/// Turns TOML text into tables. Tomlyn parses; what is defined twice is found here while the tables are put together, because Tomlyn's own
/// validation is a second pass over the tree, and costs 4 ms in a process that runs it once.
/// </summary>
internal sealed class ReadToml
{
    private const int MaxSyntaxErrors = 10;

    private readonly string _file;
    private readonly DiagnosticBag _mistakes;
    private readonly int _columns;

    private ReadToml(string file, DiagnosticBag mistakes, int columns) => (_file, _mistakes, _columns) = (file, mistakes, columns);

    /// <summary>Parses a file that is no configuration.</summary>
    /// <param name="text">TOML.</param>
    /// <param name="file">The file as messages name it.</param>
    /// <param name="kind">What its mistakes are.</param>
    /// <param name="words">A message, of what is wrong.</param>
    /// <exception cref="BuildFailedException">It is no TOML; every mistake is named.</exception>
    public static TomlTable Read(string text, string file, DiagnosticKind kind, Func<string, string> words)
    {
        var syntax = new DiagnosticBag(DiagnosticBag.MostOfOneFile);
        var root = Read(text, file, syntax);
        return syntax.HasErrors
            ? throw new BuildFailedException([
                .. syntax.All.Select(mistake => mistake with { Kind = kind, Message = words(mistake.Message.Split(';')[0]) }),
            ])
            : root;
    }

    /// <summary>Parses. After a syntax error the answer is an empty table, because the rest of the file cannot be checked.</summary>
    /// <param name="text">TOML.</param>
    /// <param name="file">The file as messages name it.</param>
    /// <param name="mistakes">Takes what is wrong.</param>
    /// <param name="columns">How many characters stand before each line of it in the file.</param>
    public static TomlTable Read(string text, string file, DiagnosticBag mistakes, int columns = 0)
    {
        var reader = new ReadToml(file, mistakes, columns);
        var root = new TomlTable(new SourceLocation(file, 1, 1), TomlTableOrigin.Header);
        try
        {
            var document = SyntaxParser.Parse(text, file, validate: false);
            if (document.HasErrors)
            {
                reader.ReportSyntax(document.Diagnostics);
                return root;
            }
            reader.AddAll(document.KeyValues, root);
            foreach (var table in document.Tables)
                reader.AddTable(table, root);
        }
        catch (TomlException exception)
        {
            // Thrown for nesting that is too deep for a parser that recurses; it has no position.
            mistakes.Add(
                DiagnosticKinds.ConfigurationNotToml,
                $"this is not a configuration: {Lower(exception.Message.Split('.')[0])}; no key nests deeper than two levels",
                root.Location
            );
        }
        catch (ArgumentOutOfRangeException)
        {
            // Tomlyn 2.10.2 throws this when a file ends within an escape, because it tries to name the character that follows.
            var lastLine = text.LastIndexOf('\n') + 1;
            mistakes.Add(
                DiagnosticKinds.ConfigurationNotToml,
                "this is not TOML: the file ends within an escape (`\\`) of a string; end the string with its quote",
                new SourceLocation(file, text.AsSpan().Count('\n') + 1, text.Length - lastLine + 1)
            );
        }
        return root;
    }

    // An unclosed string makes every line below it wrong: one error a line, and not all of them.
    private void ReportSyntax(DiagnosticsBag diagnostics)
    {
        var byLine = new SortedDictionary<int, DiagnosticMessage>();
        foreach (var diagnostic in diagnostics)
            if (!byLine.TryGetValue(diagnostic.Span.Start.Line, out var known) || diagnostic.Span.Start.Column < known.Span.Start.Column)
                byLine[diagnostic.Span.Start.Line] = diagnostic;
        foreach (var (line, diagnostic) in byLine.Take(MaxSyntaxErrors))
            _mistakes.Add(
                DiagnosticKinds.ConfigurationNotToml,
                $"this is not TOML: {Lower(Printable(diagnostic.Message))}; strings stand in quotes, lists in `[...]`, and every key has `= value` on its line",
                new SourceLocation(_file, line + 1, diagnostic.Span.Start.Column + 1 + _columns)
            );
    }

    private void AddTable(TableSyntaxBase syntax, TomlTable root)
    {
        var names = Names(syntax.Name!);
        var parent = root;
        for (var i = 0; i < names.Count - 1; i++)
        {
            if (Step(parent, names[i].Name) is not { } next)
            {
                if (parent.Find(names[i].Name) is { } known)
                {
                    Twice(names[i].Name, names[i].Location, known.Location);
                    return;
                }
                next = new TomlTable(names[i].Location, TomlTableOrigin.Implied);
                parent.Add(new TomlEntry(names[i].Name, names[i].Location, next));
            }
            parent = next;
        }
        var table = syntax is TableArraySyntax ? OpenItem(parent, names[^1]) : OpenHeader(parent, names[^1]);
        if (table is not null)
            AddAll(syntax.Items, table);
    }

    // Into a table that a header may reach: of an array of tables the last.
    private static TomlTable? Step(TomlTable parent, string name) =>
        parent.Find(name)?.Value switch
        {
            TomlTable { Origin: not TomlTableOrigin.Inline } table => table,
            TomlArray { IsOpen: true } array => (TomlTable)array.Items[^1],
            _ => null,
        };

    private TomlTable? OpenItem(TomlTable parent, TomlEntry name)
    {
        var table = new TomlTable(name.Location, TomlTableOrigin.Header);
        switch (parent.Find(name.Name))
        {
            case null:
                parent.Add(name with { Value = new TomlArray([table], name.Location) { IsOpen = true } });
                return table;
            case { Value: TomlArray { IsOpen: true } array }:
                array.Items.Add(table);
                return table;
            case var known:
                Twice(name.Name, name.Location, known.Location, $"; write every one as `[[{name.Name}]]`");
                return null;
        }
    }

    private TomlTable? OpenHeader(TomlTable parent, TomlEntry name)
    {
        switch (parent.Find(name.Name))
        {
            case null:
                var table = new TomlTable(name.Location, TomlTableOrigin.Header);
                parent.Add(name with { Value = table });
                return table;
            case { Value: TomlTable { Origin: TomlTableOrigin.Implied } implied }:
                implied.Origin = TomlTableOrigin.Header;
                return implied;
            case var known:
                Twice(name.Name, name.Location, known.Location, $"; keep one, or write every one as `[[{name.Name}]]`");
                return null;
        }
    }

    private void AddAll(SyntaxList<KeyValueSyntax> items, TomlTable table)
    {
        foreach (var item in items)
            AddKey(item, table);
    }

    private void AddKey(KeyValueSyntax item, TomlTable table)
    {
        var names = Names(item.Key!);
        for (var i = 0; i < names.Count - 1; i++)
        {
            var known = table.Find(names[i].Name);
            if (known is null)
            {
                known = names[i] with { Value = new TomlTable(names[i].Location, TomlTableOrigin.Dotted) };
                table.Add(known);
            }
            if (known.Value is not TomlTable { Origin: TomlTableOrigin.Dotted } next)
            {
                Twice(names[i].Name, names[i].Location, known.Location);
                return;
            }
            table = next;
        }
        var name = names[^1];
        if (table.Find(name.Name) is { } first)
            Twice(name.Name, name.Location, first.Location);
        else
            table.Add(name with { Value = Value(item.Value!) });
    }

    private TomlNode Value(ValueSyntax value)
    {
        var location = At(value);
        return value switch
        {
            StringValueSyntax text => new TomlString(text.Value ?? "", location),
            IntegerValueSyntax integer => new TomlInteger(integer.Value, Spelling(value), location),
            BooleanValueSyntax flag => new TomlFlag(flag.Value, location),
            ArraySyntax array => Array(array, location),
            InlineTableSyntax table => Inline(table, location),
            FloatValueSyntax => new TomlOther(Spelling(value), "number", location),
            _ => new TomlOther(Spelling(value), "date", location),
        };
    }

    private TomlArray Array(ArraySyntax syntax, SourceLocation location)
    {
        var items = new List<TomlNode>(syntax.Items.ChildrenCount);
        foreach (var item in syntax.Items)
            items.Add(Value(item.Value!));
        return new TomlArray(items, location);
    }

    private TomlTable Inline(InlineTableSyntax syntax, SourceLocation location)
    {
        var table = new TomlTable(location, TomlTableOrigin.Inline);
        foreach (var item in syntax.Items)
            AddKey(item.KeyValue!, table);
        return table;
    }

    // The parts of a dotted key; their values are filled in later.
    private List<TomlEntry> Names(KeySyntax key)
    {
        var names = new List<TomlEntry>(1) { Name(key.Key!, At(key)) };
        foreach (var dotted in key.DotKeys)
            names.Add(Name(dotted.Key!, At(dotted.Key!)));
        return names;
    }

    private static TomlEntry Name(BareKeyOrStringValueSyntax key, SourceLocation location) =>
        new(key is BareKeySyntax bare ? bare.Key?.Text ?? "" : ((StringValueSyntax)key).Value ?? "", location, null!);

    private void Twice(string name, SourceLocation location, SourceLocation first, string wayOut = "; keep one of them") =>
        _mistakes.Add(DiagnosticKinds.DuplicateKey, $"`{name}` is defined twice, the first time on line {first.Line}{wayOut}", location);

    private SourceLocation At(SyntaxNode node) => new(_file, node.Span.Start.Line + 1, node.Span.Start.Column + 1 + _columns);

    private static string Spelling(ValueSyntax value) => value.ToString()?.Trim() ?? "";

    private static string Printable(string message) => message.Replace("␤", "end of line", StringComparison.Ordinal);

    private static string Lower(string message) => message.Length == 0 ? message : char.ToLowerInvariant(message[0]) + message[1..];
}
