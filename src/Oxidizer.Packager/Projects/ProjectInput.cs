using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Projects;

/// <summary>
/// A project stands for a configuration: the standard library, its own packages as they lie in its folder, and what it requires. Its file
/// may hold a configuration too, in <c>[tool.oxidizer]</c>; each table that is not there is filled from <c>[project]</c>.
/// </summary>
internal static class ProjectInput
{
    /// <summary>The file of a project.</summary>
    public const string FileName = "pyproject.toml";

    /// <summary>Reads it.</summary>
    /// <param name="path">The file, absolute.</param>
    /// <param name="takesAll">Whether several commands are all of them, where none is the project's own.</param>
    /// <exception cref="BuildFailedException">It has mistakes, or does not say what is packaged and what starts.</exception>
    /// <exception cref="EnvironmentFailureException">It cannot be read.</exception>
    public static ConfigurationSet Load(string path, bool takesAll = false)
    {
        var origin = ConfigurationReader.ShortPath(path);
        var mistakes = new DiagnosticBag(DiagnosticBag.MostOfOneFile);
        var root = ReadToml.Read(ConfigurationFile.ReadText(path, new SourceLocation(origin)), origin, mistakes);
        mistakes.ThrowIfErrors(inOrderOfFile: true);
        var scope = new ReadScope(Path.GetDirectoryName(path)!, mistakes, Expand: true);
        var configuration = ToolTable.Find(root, mistakes);
        var defaults = Defaults(root, configuration, scope, takesAll);
        mistakes.ThrowIfErrors(inOrderOfFile: true);
        return ConfigurationReader.Read(configuration, origin, scope.Directory, defaults, mistakes);
    }

    private static ConfigurationDefaults Defaults(TomlTable root, TomlTable configuration, ReadScope scope, bool takesAll)
    {
        var lacksPackages = !ConfigurationTables.Find(configuration, "python_packages").Any();
        var lacksRun = !ConfigurationTables.Find(configuration, "python_run").Any();
        if (ProjectTable.Read(root, scope) is not { } project)
        {
            // A configuration that says all needs no [project].
            if (lacksPackages)
                scope.Mistakes.Add(
                    DiagnosticKinds.ProjectNotUsable,
                    "there is no [project] with a `name`, from which packages and requirements are taken; add it (PEP 621), or write the rules as [[tool.oxidizer.python_packages]]",
                    new SourceLocation(root.Location.File)
                );
            return new ConfigurationDefaults();
        }
        var defaults = new ConfigurationDefaults
        {
            ApplicationName = project.Name,
            RequiresPython = project.RequiresPython,
            Source = ChoosePython.SourceFor(project.RequiresPython, configuration, scope.Mistakes),
        };
        if (!lacksPackages && !lacksRun)
            return defaults;
        var packages = ProjectPackages.Find(root, project, scope, isNeeded: lacksPackages);
        if (lacksRun)
            defaults = defaults with { Run = ProjectRun.Find(project, packages, scope.Mistakes, takesAll) };
        return lacksPackages ? Bring(defaults, project, packages, scope) : defaults;
    }

    private static ConfigurationDefaults Bring(
        ConfigurationDefaults defaults,
        ProjectTable project,
        IReadOnlyList<PackageRootRule> packages,
        ReadScope scope
    )
    {
        var version = project.Version ?? ProjectVersion.Of(packages);
        var metadata = new MetadataRule(
            project.Name,
            version ?? ProjectVersion.None,
            ProjectMetadata.Files(project, version),
            project.Location
        );
        return defaults with
        {
            Packages =
            [
                new StdlibRule(project.Location),
                .. project.Dependencies,
                .. packages.Select(rule => rule with { BringsMetadata = false }),
                metadata,
            ],
            Warnings = version is null
                ?
                [
                    new Diagnostic(
                        DiagnosticKinds.VersionNotKnown,
                        $"the version of `{project.Name}` is made by its backend, and its packages have no constant `__version__`; `importlib.metadata` will say `{ProjectVersion.None}`: write `version` into [project], or `__version__ = \"...\"` into the package",
                        project.Location
                    ),
                ]
                : [],
        };
    }
}
