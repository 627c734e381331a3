using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Projects;

/// <summary>What a build is asked for: a configuration, a project, or a script.</summary>
internal static class FindInput
{
    private static readonly string[] s_configurations = ["oxidizer.toml", "pyoxidizer.toml"];

    /// <summary>Finds it, and reads it.</summary>
    /// <param name="path">A configuration, a project's folder or <c>pyproject.toml</c>, or a Python file; <c>null</c>: a configuration is
    /// looked for from <paramref name="startDirectory"/> upwards.</param>
    /// <param name="startDirectory">Absolute.</param>
    /// <param name="log">Takes what was chosen when a folder has two.</param>
    /// <param name="takesAll">Whether several commands of a project are all of them, where none is its own.</param>
    /// <exception cref="BuildFailedException">It is not there, or has mistakes.</exception>
    /// <exception cref="EnvironmentFailureException">It cannot be read.</exception>
    public static ConfigurationSet Load(string? path, string startDirectory, IBuildLog log, bool takesAll = false)
    {
        if (path is null)
            return ConfigurationReader.Load(ConfigurationFile.Find(startDirectory, null));
        if (path.EndsWith(".py", StringComparison.Ordinal))
            return ScriptInput.Load(Path.GetFullPath(path, startDirectory));
        var found = ConfigurationFile.Find(startDirectory, path);
        if (Directory.Exists(found))
            found = InFolder(found.Length > 1 ? found.TrimEnd('/') : found, log);
        return Path.GetFileName(found) == ProjectInput.FileName ? ProjectInput.Load(found, takesAll) : ConfigurationReader.Load(found);
    }

    /// <summary>The file of a folder that says how it is built.</summary>
    private static string InFolder(string folder, IBuildLog log)
    {
        var project = Path.Combine(folder, ProjectInput.FileName);
        var configuration = s_configurations.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (configuration is not null && File.Exists(project))
            log.Information(
                $"`{ConfigurationReader.ShortPath(configuration)}` says how it is built, and not the `{ProjectInput.FileName}` beside it"
            );
        return configuration
            ?? (
                File.Exists(project)
                    ? project
                    : throw new BuildFailedException(
                        DiagnosticKinds.ConfigurationNotFound,
                        $"the folder `{folder}` holds neither `{s_configurations[0]}` nor `{ProjectInput.FileName}`; write one of them, or name a single script: `OxidizerBuild(\"hello.py\")`"
                    )
            );
    }
}
