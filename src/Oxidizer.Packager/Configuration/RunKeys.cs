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
                .Says(
                    "instead of `mode` and `module`; names of console scripts *not yet*",
                    form: """`"package.module:function"`, or the name of a console script"""
                ),
        ]
    )
    {
        Ways = ["mode", "entry_point"],
        Forgotten = ["mode", "entry_point", "module", "code", "path"],
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
}
