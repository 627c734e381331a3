using System.Text;
using Oxidizer.Packager.Configuration;

namespace Oxidizer.Packager.Projects;

/// <summary>Writes down, as a file to begin with, what a project or a script stands for.</summary>
internal static class WriteConfiguration
{
    // What people look for first. The words and the values are those of the declarations.
    private static readonly (string Table, string[] Keys)[] s_offered =
    [
        ("python_config", ["optimize_level", "virtual_files", "no_site", "ignore_library_environment", "sys_frozen"]),
        ("packing", ["compress", "optional_imports"]),
        ("toolchain", ["static", "launcher"]),
    ];

    /// <summary>The text of a configuration.</summary>
    /// <param name="build">The product's name.</param>
    /// <param name="distribution">Where the CPython comes from.</param>
    /// <param name="python">Which ones the program is for.</param>
    /// <param name="packages">The rules.</param>
    /// <param name="run">What it starts.</param>
    /// <param name="folder">The file's folder, absolute.</param>
    /// <param name="origin">What it was made from, relative to the file's folder.</param>
    public static string Of(
        BuildTable build,
        DistributionTable distribution,
        PythonRequirement? python,
        IReadOnlyList<PackageRule> packages,
        RunTable run,
        string folder,
        string origin
    )
    {
        var text = new StringBuilder(
            $"""
            #:schema ./{ConfigurationSchema.FileName}
            # How {OneLine(origin)} is packaged; docs/configuration.md of Oxidizer has every key. Paths are relative to this file.

            [build]
            application_name = {Quote(build.ApplicationName)}
            # output = "static-library"  # or "shared-library": for C programs that host this one

            [python_distribution]

            """
        );
        if (python is not null)
            text.Append($"# The program is for {OneLine(python.Specifiers)}. From here on this line alone decides.\n");
        text.Append($"source = {Quote(distribution.Source ?? ConfigurationTables.DefaultSource)}\n");
        text.Append("# optimizations = \"noopt\"  # a first build of two minutes, and a slower program\n");
        foreach (var rule in packages)
            AddRule(rule, folder, text);
        AddRun(run, text);
        foreach (var (table, keys) in s_offered)
            AddOffered(table, keys, text);
        return text.ToString();
    }

    private static void AddRule(PackageRule rule, string folder, StringBuilder text)
    {
        if (rule is MetadataRule)
        {
            text.Append(
                "\n# importlib.metadata does not know the project itself here: it does when this file's tables stand below [tool.oxidizer] in\n# pyproject.toml, or when the project's wheel is packed.\n"
            );
            return;
        }
        text.Append("\n[[python_packages]]\ntype = ").Append(Quote(rule.Type)).Append('\n');
        switch (rule)
        {
            case PackageRootRule root:
                text.Append($"path = {Quote(Path.GetRelativePath(folder, root.Path))}\npackages = {List(root.Packages)}\n");
                break;
            case ScriptRule script:
                text.Append($"path = {Quote(Path.GetRelativePath(folder, script.Path))}\n");
                break;
            case PipInstallRule pip:
                text.Append($"packages = {List(pip.Packages)}\n");
                break;
        }
    }

    private static void AddRun(RunTable run, StringBuilder text)
    {
        text.Append("\n[python_run]\n");
        if (run.Commands.Count > 0)
            text.Append("# Each has a link beside the product. Without a link, the first argument names the command.\n")
                .Append(
                    $"entry_points = {{ {string.Join(", ", run.Commands.Select(command => $"{Quote(command.Name)} = {Quote(command.EntryPoint)}"))} }}\n"
                );
        else if (run.Module is { } module && module.Contains(':'))
            text.Append($"entry_point = {Quote(module)}\n");
        else
            text.Append($"mode = {Quote(run.Mode)}\n").Append(run.Module is null ? "" : $"module = {Quote(run.Module)}\n");
    }

    private static void AddOffered(string table, string[] names, StringBuilder text)
    {
        text.Append($"\n# [{table}]\n");
        foreach (var key in names.Select(name => ConfigurationTables.KeysOf(table).First(key => key.Name == name)))
        {
            var value = key.Default.Length > 0 ? key.Default.Trim('`') : "...";
            text.Append($"# {key.Name} = {value}  # {ConfigurationSchema.Plain(key.What)}\n");
        }
    }

    private static string List(IReadOnlyList<string> texts) => $"[{string.Join(", ", texts.Select(Quote))}]";

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    // A basic string of TOML.
    private static string Quote(string text) =>
        $"\"{string.Concat(text.Select(c => c is '"' or '\\' ? $"\\{c}" : char.IsControl(c) ? $"\\u{(int)c:X4}" : c.ToString()))}\"";
}
