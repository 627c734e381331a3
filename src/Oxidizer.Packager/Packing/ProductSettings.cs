using System.Globalization;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Packing;

/// <summary>The settings section: what the product starts with, by the names of the configuration.</summary>
internal static class ProductSettings
{
    /// <summary>Name and value of each setting, sorted by name; a list is the same name several times, in order. What is left to Python has no entry.</summary>
    public static IReadOnlyList<(string Name, string Value)> From(BuildConfiguration configuration, Distribution distribution) =>
        [.. All(configuration, distribution).Where(setting => setting.Value is not null).Select(setting => (setting.Name, setting.Value!)).OrderBy(setting => setting.Name, StringComparer.Ordinal)];

    private static IEnumerable<(string Name, string? Value)> All(BuildConfiguration configuration, Distribution distribution) =>
        Run(configuration.Run).Concat(Interpreter(configuration, distribution)).Concat(Lists(configuration.PythonConfig));

    private static IEnumerable<(string, string?)> Run(RunTable run)
    {
        yield return ("run_mode", run.Mode);
        yield return ("run_module", run.Mode == "module" ? run.Module : null);
        yield return ("run_code", run.Mode == "eval" ? run.Code : null);
        yield return ("run_file", run.Mode == "file" ? run.Path : null);
    }

    private static IEnumerable<(string, string?)> Interpreter(BuildConfiguration configuration, Distribution distribution)
    {
        var python = configuration.PythonConfig;
        yield return ("program_name", python.ProgramName ?? configuration.Build.ApplicationName);
        yield return ("python_version", distribution.MajorMinor);
        yield return ("isolated", Text(python.Isolated));
        yield return ("ignore_environment", Text(python.IgnoreEnvironment));
        yield return ("ignore_library_environment", Text(python.IgnoreLibraryEnvironment));
        yield return ("no_site", Text(python.NoSite));
        yield return ("no_user_site_directory", Text(python.NoUserSiteDirectory));
        yield return ("dont_write_bytecode", Text(python.DontWriteBytecode));
        yield return ("unbuffered_stdio", Text(python.UnbufferedStdio));
        yield return ("utf8_mode", python.Utf8Mode is { } utf8 ? Text(utf8) : null);
        yield return ("filesystem_importer", Text(python.FilesystemImporter ?? python.SysPaths.Count > 0));
        yield return ("sys_frozen", Text(python.SysFrozen));
        yield return ("sys_meipass", Text(python.SysMeipass));
        yield return ("optimize_level", python.OptimizeLevel.ToString(CultureInfo.InvariantCulture));
        yield return ("stdio_encoding", python.StdioEncoding);
        yield return ("module_file", python.ModuleFile);
        yield return ("raw_allocator", python.RawAllocator);
        yield return ("terminfo_resolution", python.TerminfoResolution);
        yield return ("multiprocessing_start_method", python.MultiprocessingStartMethod);
        yield return ("write_modules_directory_env", python.WriteModulesDirectoryEnv);
        yield return ("act_as_python", Text(python.ActAsPython));
    }

    private static IEnumerable<(string, string?)> Lists(PythonConfigTable python) =>
        List("warnings", python.Warnings).Concat(List("sys_paths", python.SysPaths)).Concat(List("terminfo_dirs", python.TerminfoDirs)).Concat(List("lazy_modules", python.LazyModules));

    private static IEnumerable<(string, string?)> List(string name, IReadOnlyList<string> values) => values.Select(value => (name, (string?)value));

    private static string Text(bool value) => value ? "true" : "false";
}
