using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Configuration;

/// <summary>Reads TOML into records, and reports all of a file's mistakes at once.</summary>
internal static class ConfigurationReader
{
    /// <summary>Finds and reads what a build is asked for, and merges it for one target.</summary>
    /// <param name="path">A configuration or a Python file; <c>null</c>: a configuration is looked for from <paramref
    /// name="startDirectory"/> upwards.</param>
    /// <param name="startDirectory">Absolute.</param>
    /// <param name="target">What the product runs on; <c>null</c>: the first of the configuration's targets.</param>
    /// <exception cref="BuildFailedException">It has mistakes, or products cannot be made for the target.</exception>
    /// <exception cref="EnvironmentFailureException">It cannot be read.</exception>
    public static BuildConfiguration LoadFor(string? path, string startDirectory, TargetTriple? target)
    {
        var file =
            path is not null && path.EndsWith(".py", StringComparison.Ordinal)
                ? ForScript(path)
                : Load(ConfigurationFile.Find(startDirectory, path));
        // The caller's target names a folder, as the configuration's does.
        if (target is not null && TargetPattern.ProblemOfTriple(target.Value) is { } problem)
            throw new BuildFailedException(DiagnosticKinds.InvalidValue, $"the target: {problem}");
        var configuration = file.For(target ?? file.Targets[0]);
        return configuration.Target.IsElf
            ? configuration
            : throw new BuildFailedException(
                DiagnosticKinds.TargetNotSupported,
                $"the target `{configuration.Target}` is not supported yet: products are ELF executables for Linux",
                configuration.Positions.File
            );
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; messages name it relative to the current folder when it lies below.</param>
    /// <exception cref="BuildFailedException">It has mistakes; every one is named.</exception>
    /// <exception cref="EnvironmentFailureException">It cannot be read.</exception>
    public static ConfigurationSet Load(string path)
    {
        path = Path.GetFullPath(path);
        var origin = ShortPath(path);
        return Parse(ConfigurationFile.ReadText(path, new SourceLocation(origin)), origin, Path.GetDirectoryName(path) ?? "/");
    }

    /// <summary>What stands in for a file when there is only a script: the standard library, and the script as <c>__main__</c>.</summary>
    /// <param name="path">The script; its name without <c>.py</c> is the product's.</param>
    /// <exception cref="BuildFailedException">It is not there.</exception>
    public static ConfigurationSet ForScript(string path)
    {
        path = Path.GetFullPath(path);
        var origin = ShortPath(path);
        if (!File.Exists(path))
            throw new BuildFailedException(
                DiagnosticKinds.ScriptNotFound,
                $"the script `{origin}` is not there; name a Python file or a configuration that is"
            );
        var place = new SourceLocation(origin);
        var build = new BuildTable { ApplicationName = Path.GetFileNameWithoutExtension(path) };
        return ConfigurationSet.Of(
            new BuildConfiguration(origin, Path.GetDirectoryName(path)!)
            {
                Build = build,
                PythonConfig = ConfigurationTables.NameProgram(new PythonConfigTable(), build),
                Distribution = new DistributionTable { Source = ConfigurationTables.DefaultSource },
                Packages = [new StdlibRule(place), new ScriptRule(path, place)],
                Run = ConfigurationTables.RunScript,
            }
        );
    }

    /// <summary>Reads a file's text.</summary>
    /// <param name="text">TOML.</param>
    /// <param name="origin">The file as messages name it.</param>
    /// <param name="directory">Where relative paths start, absolute.</param>
    internal static ConfigurationSet Parse(string text, string origin, string directory)
    {
        var mistakes = new DiagnosticBag(DiagnosticBag.MostOfOneFile);
        var root = ReadToml.Read(text, origin, mistakes);
        // After this: the text is valid TOML, so its keys can be checked.
        mistakes.ThrowIfErrors(inOrderOfFile: true);
        var tables = ConfigurationTables.Collect(root, origin, directory, mistakes);
        var set = new ConfigurationSet(tables, mistakes);
        mistakes.ThrowIfErrors(inOrderOfFile: true);
        return set;
    }

    private static string ShortPath(string path)
    {
        var current = Directory.GetCurrentDirectory();
        return path.StartsWith(current, StringComparison.Ordinal) && path.Length > current.Length + 1 && path[current.Length] == '/'
            ? path[(current.Length + 1)..]
            : path;
    }
}
