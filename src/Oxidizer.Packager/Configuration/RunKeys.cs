namespace Oxidizer.Packager.Configuration;

internal static class RunKeys
{
    public static readonly TableSchema<RunTable> Table = new("python_run",
    [
        Key.Choice<RunTable>("mode", ["repl", "module", "eval", "file", "noop"], static (table, value) => table with { Mode = value }),
        Key.Text<RunTable>("module", TextForms.RunModule, static (table, value) => table with { Module = value }),
        Key.Text<RunTable>("code", static (table, value) => table with { Code = value }),
        // A path of the machine that the product runs on: nothing of it is expanded here.
        Key.Text<RunTable>("path", static (table, value) => table with { Path = value }),
        Key.Text<RunTable>("entry_point", TextForms.EntryPoint, static (table, value) => SetEntryPoint(table, value)),
    ])
    {
        Ways = ["mode", "entry_point"],
        Forgotten = ["mode", "entry_point", "module", "code", "path"],
        Forget = static _ => new RunTable(),
        Place = static (table, location) => table with { Location = location },
    };

    // A function of a module is what `module` says too; a console script is known only when its distribution is.
    private static RunTable SetEntryPoint(RunTable table, string value) =>
        table with { EntryPoint = value, Module = value.Contains(':') ? value : table.Module };
}
