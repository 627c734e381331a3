using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Configuration;

/// <summary>Reads TOML into records, and reports all of a file's mistakes at once.</summary>
internal static class ConfigurationReader
{
    /// <summary>Merges a file for one target.</summary>
    /// <param name="file">What was read.</param>
    /// <param name="target">What the product runs on; <c>null</c>: the first of the configuration's targets.</param>
    /// <exception cref="BuildFailedException">Its tables contradict each other, or products cannot be made for the target.</exception>
    public static BuildConfiguration For(ConfigurationSet file, TargetTriple? target)
    {
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
        return Read(root, origin, directory, new ConfigurationDefaults(), mistakes);
    }

    /// <summary>Reads tables that were found in a file of another kind too.</summary>
    /// <param name="root">What holds the tables.</param>
    /// <param name="origin">The file as messages name it.</param>
    /// <param name="directory">Where relative paths start, absolute.</param>
    /// <param name="defaults">What holds where a table is not there.</param>
    /// <param name="mistakes">Mistakes that were found before, and are told with those of the tables.</param>
    internal static ConfigurationSet Read(
        TomlTable root,
        string origin,
        string directory,
        ConfigurationDefaults defaults,
        DiagnosticBag mistakes
    )
    {
        var tables = ConfigurationTables.Collect(root, origin, directory, defaults, mistakes);
        var set = new ConfigurationSet(tables, mistakes);
        mistakes.ThrowIfErrors(inOrderOfFile: true);
        return set;
    }

    /// <summary>A file as messages name it: relative to the current folder when it lies below.</summary>
    internal static string ShortPath(string path)
    {
        var current = Directory.GetCurrentDirectory();
        return path.StartsWith(current, StringComparison.Ordinal) && path.Length > current.Length + 1 && path[current.Length] == '/'
            ? path[(current.Length + 1)..]
            : path;
    }
}
