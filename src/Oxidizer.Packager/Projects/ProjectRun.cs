using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Projects;

/// <summary>What a project starts when no <c>[python_run]</c> says it.</summary>
internal static class ProjectRun
{
    /// <summary>The one command of the project, or that of its own name; without any the <c>__main__</c> of its package.</summary>
    /// <param name="project">The project.</param>
    /// <param name="packages">Its packages.</param>
    /// <param name="mistakes">Takes that it is not clear.</param>
    /// <param name="takesAll">Whether several commands are all of them, where none is the project's own.</param>
    public static RunTable? Find(ProjectTable project, IReadOnlyList<PackageRootRule> packages, DiagnosticBag mistakes, bool takesAll)
    {
        var scripts = project.Scripts.Count > 0 ? project.Scripts : project.GraphicalScripts;
        var chosen =
            scripts.Count == 1 ? scripts[0] : scripts.FirstOrDefault(script => DistributionNames.Normalize(script.Name) == project.Key);
        if (chosen is not null)
            return Call(chosen, mistakes);
        if (scripts.Count > 0 && takesAll)
            return new RunTable
            {
                Mode = "module",
                Commands =
                [
                    .. scripts.Select(script => new RunCommand(script.Name, Call(script, mistakes)?.Module ?? "", script.Location)),
                ],
            };
        if (scripts.Count > 0)
        {
            var names = scripts.Select(script => script.Name).ToList();
            mistakes.Add(
                DiagnosticKinds.ProgramNotClear,
                $"the project has the commands {string.Join(", ", names.Select(name => $"`{name}`"))}, and none of its own name; say which: `entry_point = \"{names[0]}\"` below [tool.oxidizer.python_run], or for all `entry_points = [{string.Join(", ", names.Select(name => $"\"{name}\""))}]`",
                scripts[0].Location
            );
            return null;
        }
        var main = packages.SelectMany(rule => rule.Packages.Where(package => HasMain(rule.Path, package))).ToList();
        if (main.Count == 1)
            return new RunTable { Mode = "module", Module = main[0] };
        // That there is no package was said already.
        if (packages.Count > 0)
            mistakes.Add(
                DiagnosticKinds.ProgramNotClear,
                (
                    main.Count == 0
                        ? "the project has no [project.scripts], and no package of it a `__main__.py`; "
                        : $"the project has no [project.scripts], and several packages have a `__main__.py` ({string.Join(", ", main.Select(package => $"`{package}`"))}); "
                ) + "add the command to [project.scripts], or say what runs in [tool.oxidizer.python_run]",
                project.Location
            );
        return null;
    }

    private static RunTable? Call(ProjectScript script, DiagnosticBag mistakes)
    {
        var found = ConsoleScript.In(["[console_scripts]", $"script = {script.Target.ReplaceLineEndings(" ")}"]).FirstOrDefault();
        if (found is not null && found.Target.Contains(':') && TextForms.EntryPoint(found.Target) is null)
            return new RunTable { Mode = "module", Module = found.Target };
        mistakes.Add(
            DiagnosticKinds.InvalidValue,
            $"the command `{script.Name}` of the project is `{script.Target}`, which names no function; write `package.module:function`",
            script.Location
        );
        return null;
    }

    private static bool HasMain(string folder, string package) =>
        File.Exists(Path.Combine(folder, package.Replace('.', '/'), "__main__.py"));
}
