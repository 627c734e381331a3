namespace Oxidizer.Packager.Configuration;

internal static class PythonConfigKeys
{
    public static readonly TableSchema<PythonConfigTable> Table = new("python_config",
    [
        Key.Text<PythonConfigTable>("program_name", static (table, value) => table with { ProgramName = value }),
        Key.Flag<PythonConfigTable>("dont_write_bytecode", static (table, value) => table with { DontWriteBytecode = value }),
        Key.Flag<PythonConfigTable>("ignore_environment", static (table, value) => table with { IgnoreEnvironment = value }),
        Key.Flag<PythonConfigTable>("ignore_library_environment", static (table, value) => table with { IgnoreLibraryEnvironment = value }),
        Key.Flag<PythonConfigTable>("no_site", static (table, value) => table with { NoSite = value }),
        Key.Flag<PythonConfigTable>("no_user_site_directory", static (table, value) => table with { NoUserSiteDirectory = value }),
        Key.Flag<PythonConfigTable>("isolated", static (table, value) => table with { Isolated = value }),
        Key.Integer<PythonConfigTable>("optimize_level", 0, 2, static (table, value) => table with { OptimizeLevel = value }),
        Key.Text<PythonConfigTable>("stdio_encoding", TextForms.StdioEncoding, static (table, value) => table with { StdioEncoding = value }),
        Key.Flag<PythonConfigTable>("unbuffered_stdio", static (table, value) => table with { UnbufferedStdio = value }),
        Key.Flag<PythonConfigTable>("utf8_mode", static (table, value) => table with { Utf8Mode = value }),
        Key.Texts<PythonConfigTable>("warnings", static (table, value) => table with { Warnings = value }),
        // Paths of the machine that the product runs on: nothing of them is expanded here.
        Key.Texts<PythonConfigTable>("sys_paths", static (table, value) => table with { SysPaths = value }),
        Key.Flag<PythonConfigTable>("filesystem_importer", static (table, value) => table with { FilesystemImporter = value }),
        Key.Flag<PythonConfigTable>("sys_frozen", static (table, value) => table with { SysFrozen = value }),
        Key.Flag<PythonConfigTable>("sys_meipass", static (table, value) => table with { SysMeipass = value }),
        Key.Choice<PythonConfigTable>("module_file", ["virtual", "none", "filesystem"], static (table, value) => table with { ModuleFile = value }),
        Key.Choice<PythonConfigTable>("raw_allocator", ["system", "pymalloc", "mimalloc"], static (table, value) => table with { RawAllocator = value }),
        Key.Choice<PythonConfigTable>("terminfo_resolution", ["dynamic", "none", "static"], static (table, value) => table with { TerminfoResolution = value }),
        Key.Texts<PythonConfigTable>("terminfo_dirs", static (table, value) => table with { TerminfoDirs = value }),
        Key.Choice<PythonConfigTable>("multiprocessing_start_method", ["auto", "fork", "forkserver", "spawn", "none"],
            static (table, value) => table with { MultiprocessingStartMethod = value }),
        new("lazy_modules", [], static (table, reading) => SetLazyModules(table, reading)),
        Key.Text<PythonConfigTable>("write_modules_directory_env", TextForms.EnvironmentName, static (table, value) => table with { WriteModulesDirectoryEnv = value }),
        Key.Flag<PythonConfigTable>("act_as_python", static (table, value) => table with { ActAsPython = value }),
    ]);

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
        return Key.Texts<PythonConfigTable>(reading.Name, TextForms.Module, static (record, value) => record with { LazyModules = value }).Set(table, reading);
    }
}
