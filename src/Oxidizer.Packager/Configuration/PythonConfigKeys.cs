using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Configuration;

internal static class PythonConfigKeys
{
    public static readonly TableSchema<PythonConfigTable> Table = new(
        "python_config",
        [
            Key.Text<PythonConfigTable>("program_name", static (table, value) => table with { ProgramName = value })
                .Says("the name in messages, and `sys.argv[0]` when there is none", "the application's name")
                .InProduct(static table => table.ProgramName),
            Key.Flag<PythonConfigTable>("dont_write_bytecode", static (table, value) => table with { DontWriteBytecode = value })
                .Says("no `__pycache__` is written", "`true`")
                .InProduct(static table => table.DontWriteBytecode),
            Key.Flag<PythonConfigTable>("ignore_environment", static (table, value) => table with { IgnoreEnvironment = value })
                .Says("`PYTHON*` variables are ignored", "`true`")
                .InProduct(static table => table.IgnoreEnvironment),
            Key.Flag<PythonConfigTable>(
                    "ignore_library_environment",
                    static (table, value) => table with { IgnoreLibraryEnvironment = value }
                )
                .Says("variables that lead the C libraries within to files are removed at the start; see below", "`false`")
                .InProduct(static table => table.IgnoreLibraryEnvironment),
            Key.Flag<PythonConfigTable>("no_site", static (table, value) => table with { NoSite = value })
                .Says("`site` is not imported", "`true`")
                .InProduct(static table => table.NoSite),
            Key.Flag<PythonConfigTable>("no_user_site_directory", static (table, value) => table with { NoUserSiteDirectory = value })
                .Says("the user's site-packages are not used", "`true`")
                .InProduct(static table => table.NoUserSiteDirectory),
            Key.Flag<PythonConfigTable>("isolated", static (table, value) => table with { Isolated = value })
                .Says("Python's isolated mode", "`true`")
                .InProduct(static table => table.Isolated),
            Key.Integer<PythonConfigTable>("optimize_level", 0, 2, static (table, value) => table with { OptimizeLevel = value })
                .Says("`sys.flags.optimize`, and the bytecode's level where a rule says no other", "`0`")
                .InProduct(static table => table.OptimizeLevel),
            Key.Text<PythonConfigTable>(
                    "stdio_encoding",
                    TextForms.StdioEncoding,
                    static (table, value) => table with { StdioEncoding = value }
                )
                .Says(
                    """of the standard streams, such as `"utf-8:strict"`""",
                    "Python's choice",
                    """string, `"encoding"` or `"encoding:errors"`"""
                )
                .InProduct(static table => table.StdioEncoding),
            Key.Flag<PythonConfigTable>("unbuffered_stdio", static (table, value) => table with { UnbufferedStdio = value })
                .Says("standard streams are not buffered", "`false`")
                .InProduct(static table => table.UnbufferedStdio),
            Key.Flag<PythonConfigTable>("utf8_mode", static (table, value) => table with { Utf8Mode = value })
                .Says("Python's UTF-8 mode", "by the locale")
                .InProduct(static table => table.Utf8Mode),
            Key.Texts<PythonConfigTable>("warnings", static (table, value) => table with { Warnings = value })
                .Says("warning filters, as after `-W`", "`[]`")
                .InProduct(static table => table.Warnings),
            // Paths of the machine that the product runs on. They are not expanded here.
            Key.Texts<PythonConfigTable>("sys_paths", static (table, value) => table with { SysPaths = value })
                .Says(
                    "what stands on `sys.path` after the product itself; `$ORIGIN` is the product's folder",
                    "`[]`",
                    "list of paths on the target"
                )
                .InProduct(static table => table.SysPaths),
            Key.Flag<PythonConfigTable>("filesystem_importer", static (table, value) => table with { FilesystemImporter = value })
                .Says("folders that are put on `sys.path` are searched, after memory; see below", "`true`")
                .InProduct(static table => table.FilesystemImporter),
            Key.Flag<PythonConfigTable>("sys_frozen", static (table, value) => table with { SysFrozen = value })
                .Says("sets `sys.frozen`", "`false`")
                .InProduct(static table => table.SysFrozen),
            Key.Flag<PythonConfigTable>("sys_meipass", static (table, value) => table with { SysMeipass = value })
                .Says("sets `sys._MEIPASS`, to the product's folder", "`false`")
                .InProduct(static table => table.SysMeipass),
            Key.Flag<PythonConfigTable>("virtual_files", static (table, value) => table with { VirtualFiles = value })
                .Says(
                    "packed files can be opened, listed and asked for by the paths that `__file__` has; [how](virtual-files.md)",
                    "`true`"
                ),
            Key.Choice<PythonConfigTable>(
                    "module_file",
                    ["virtual", "none", "filesystem"],
                    static (table, value) => table with { ModuleFile = value }
                )
                .Says("what `__file__` of an embedded module is; see below", """`"virtual"`""")
                .InProduct(static table => table.ModuleFile),
            Key.Choice<PythonConfigTable>(
                    "raw_allocator",
                    ["system", "pymalloc", "mimalloc"],
                    static (table, value) => table with { RawAllocator = value }
                )
                .Says("""where Python's memory comes from, as with `PYTHONMALLOC`; `"mimalloc"` needs CPython 3.13""", "Python's own")
                .InProduct(static table => table.RawAllocator),
            Key.Choice<PythonConfigTable>(
                    "terminfo_resolution",
                    ["dynamic", "none", "static"],
                    static (table, value) => table with { TerminfoResolution = value }
                )
                .Says("""where the terminal database is looked for; see below""", """`"dynamic"`""")
                .InProduct(static table => table.TerminfoResolution),
            Key.Texts<PythonConfigTable>("terminfo_dirs", static (table, value) => table with { TerminfoDirs = value })
                .Says("""for `"static"`""", "`[]`", "list of paths on the target")
                .InProduct(static table => table.TerminfoDirs),
            Key.Choice<PythonConfigTable>(
                    "multiprocessing_start_method",
                    ["auto", "fork", "forkserver", "spawn", "none"],
                    static (table, value) => table with { MultiprocessingStartMethod = value }
                )
                .Says("what `multiprocessing` uses unless the program says", """`"auto"`""")
                .InProduct(static table => table.MultiprocessingStartMethod),
            new Key<PythonConfigTable>("lazy_modules", [], static (table, reading) => SetLazyModules(table, reading))
                .Says(
                    "modules and packages whose code runs when they are first used; `true` is all ([oxidized-importer.md](oxidized-importer.md) says what that means)",
                    "`false`",
                    "boolean, or list of modules"
                )
                .Takes(KeyValues.Flag | KeyValues.Texts)
                .InProduct(static table => table.LazyModules),
            Key.Text<PythonConfigTable>(
                    "write_modules_directory_env",
                    TextForms.EnvironmentName,
                    static (table, value) => table with { WriteModulesDirectoryEnv = value }
                )
                .Says("when this variable names a folder, the product writes there what it imported", form: "string, name of a variable")
                .InProduct(static table => table.WriteModulesDirectoryEnv),
            new Key<PythonConfigTable>(
                "act_as_python",
                ["false", "children", "true"],
                static (table, reading) => SetActAsPython(table, reading)
            )
            {
                Values = KeyValues.Flag,
                Words = ["children"],
            }
                .Says(
                    "who may take the product for `python`; see below",
                    """`"children"`; `false` with `sys_frozen`""",
                    """boolean, or `"children"`"""
                )
                .InProduct(static table => table.ActAsPython),
        ]
    );

    private static PythonConfigTable SetActAsPython(PythonConfigTable table, KeyReading reading)
    {
        if (reading.Value is TomlFlag flag)
            return table with { ActAsPython = flag.Value ? "true" : "false" };
        if (reading.Value is TomlString { Value: "children" })
            return table with { ActAsPython = "children" };
        reading.Wrong(reading.Value, "`true`, `false` or `\"children\"`", $"write `{reading.Name} = \"children\"`");
        return table;
    }

    // `true` is all modules, `false` none, a list these.
    private static PythonConfigTable SetLazyModules(PythonConfigTable table, KeyReading reading)
    {
        if (reading.Value is TomlFlag flag)
            return table with { LazyModules = flag.Value ? ["*"] : [] };
        if (reading.Value is not TomlArray)
        {
            reading.Wrong(reading.Value, "`true`, `false` or a list of modules", $"write `{reading.Name} = [\"package.module\"]`");
            return table;
        }
        return Key.Texts<PythonConfigTable>(reading.Name, TextForms.Module, static (record, value) => record with { LazyModules = value })
            .Set(table, reading);
    }
}
