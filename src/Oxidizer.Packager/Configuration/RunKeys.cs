using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Configuration;

internal static class RunKeys
{
    public static readonly TableSchema<RunTable> Table = new(
        "python_run",
        [
            Key.Choice<RunTable>("mode", ["repl", "module", "eval", "file", "noop"], static (table, value) => table with { Mode = value })
                .Says("""which of the keys below is run; `"noop"` starts and ends""", """`"repl"`""")
                .InProduct("run_mode", static table => table.Mode),
            Key.Text<RunTable>("module", TextForms.RunModule, static (table, value) => table with { Module = value })
                .Says("""for `"module"`, as `python -m` does""", form: """module, or `"package.module:function"`""")
                .InProduct("run_module", static table => table.Mode == "module" ? table.Module : null),
            Key.Text<RunTable>("code", static (table, value) => table with { Code = value })
                .Says("""for `"eval"`, as `python -c` does""")
                .InProduct("run_code", static table => table.Mode == "eval" ? table.Code : null),
            // A path of the machine that the product runs on. It is not expanded here.
            Key.Text<RunTable>("path", static (table, value) => table with { Path = value })
                .Says("""for `"file"`: opened when the product runs""", form: "path on the target")
                .InProduct("run_file", static table => table.Mode == "file" ? table.Path : null),
            Key.Text<RunTable>("entry_point", TextForms.EntryPoint, static (table, value) => SetEntryPoint(table, value))
                .Says("instead of `mode` and `module`", form: """`"package.module:function"`, or the name of a console script"""),
            new Key<RunTable>("entry_points", [], static (table, reading) => SetEntryPoints(table, reading))
                .Says(
                    "several commands in one product: what it is called by chooses; see below",
                    form: """table of command and entry point, or list of names of console scripts"""
                )
                .Takes(KeyValues.Texts | KeyValues.TextTable)
                .InProduct("run_commands", static table => Commands(table)),
        ]
    )
    {
        Ways = ["mode", "entry_point", "entry_points"],
        Forgotten = ["mode", "entry_point", "entry_points", "module", "code", "path"],
        Forget = static _ => new RunTable(),
        Place = static (table, location) => table with { Location = location },
    };

    // A function of a module is what `module` says too; a console script is known only when its distribution is.
    private static RunTable SetEntryPoint(RunTable table, string value) =>
        table with
        {
            EntryPoint = value,
            Module = value.Contains(':') ? value : table.Module,
        };

    private static RunTable SetEntryPoints(RunTable table, KeyReading reading)
    {
        var entries = reading.Value switch
        {
            TomlTable named => named.Entries.Select(entry => (entry.Name, entry.Value)).ToList(),
            TomlArray { Items: var items } => [.. items.Select(item => ((item as TomlString)?.Value ?? "", item))],
            _ => [],
        };
        if (reading.Value is not (TomlTable or TomlArray))
        {
            reading.Wrong(reading.Value, "a table or a list", $"write `{reading.Name} = {{ name = \"package.module:function\" }}`");
            return table;
        }
        var commands = new List<RunCommand>();
        var good = true;
        foreach (var (name, value) in entries)
        {
            var item = reading with { Value = value };
            if (!item.TryWord(out var target))
                good = false;
            else if (commands.Exists(command => command.Name == name))
                good = item.Invalid($"`{reading.Name}` of {reading.Table} names `{name}` twice; keep one");
            else if (ProblemOfCommand(name, target) is { } problem)
                good = item.Invalid($"`{reading.Name}` of {reading.Table}: {problem}");
            else
                commands.Add(new RunCommand(name, target, value.Location));
        }
        if (good && commands.Count == 0)
            good = reading.Invalid($"`{reading.Name}` of {reading.Table} names no command; name one, or drop the key");
        return good ? table with { Commands = commands } : table;
    }

    // A command is the name of a link beside the product, and so has a form that products have.
    private static string? ProblemOfCommand(string name, string target) =>
        ProductName.ProblemOf(name) is not null
            ? $"`{name}` cannot be the name of a command; it has letters, digits, `_`, `-`, `.` and `+`, begins with a letter, a digit or `_`, and has at most 200 bytes"
            : TextForms.EntryPoint(target);

    // The console scripts among them were replaced by their functions (Selection/ResolveEntryPoints).
    private static string[] Commands(RunTable table) =>
        table.Mode == "module" ? [.. table.Commands.Select(command => $"{command.Name}={command.EntryPoint}")] : [];
}
