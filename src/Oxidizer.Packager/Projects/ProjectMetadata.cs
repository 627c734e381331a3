using System.Text;
using Oxidizer.Packager.Requirements;

namespace Oxidizer.Packager.Projects;

/// <summary>The files of a project's <c>.dist-info</c>, from its <c>[project]</c>: what its backend would write of them.</summary>
internal static class ProjectMetadata
{
    /// <summary>Names and texts, in order.</summary>
    /// <param name="project">The project.</param>
    /// <param name="version">Of the project; <c>null</c>: not known.</param>
    public static IReadOnlyList<(string Name, string Text)> Files(ProjectTable project, string? version)
    {
        var files = new List<(string, string)> { ("METADATA", Metadata(project, version ?? ProjectVersion.None)) };
        if (EntryPoints(project) is { Length: > 0 } points)
            files.Add(("entry_points.txt", points));
        return files;
    }

    private static string Metadata(ProjectTable project, string version)
    {
        var text = new StringBuilder($"Metadata-Version: 2.1\nName: {project.Name}\nVersion: {version}\n");
        if (project.Description.Length > 0)
            text.Append($"Summary: {project.Description}\n");
        if (project.RequiresPython is { } python)
            text.Append($"Requires-Python: {python.Specifiers}\n");
        foreach (var requirement in project.Dependencies.SelectMany(rule => rule.Packages))
            text.Append($"Requires-Dist: {OneLine(requirement)}\n");
        foreach (var (extra, requirements) in project.Extras)
        {
            text.Append($"Provides-Extra: {extra}\n");
            foreach (var requirement in requirements)
                text.Append($"Requires-Dist: {OfExtra(OneLine(requirement), extra)}\n");
        }
        return text.ToString();
    }

    // A requirement of an extra counts when its own condition holds too.
    private static string OfExtra(string requirement, string extra)
    {
        var hasMarker = PackageRequirement.TryParse(requirement, out _)?.Marker is not null;
        var marker = hasMarker ? requirement.LastIndexOf(';') : -1;
        return marker < 0
            ? $"{requirement}; extra == \"{extra}\""
            : $"{requirement[..marker].TrimEnd()}; ({requirement[(marker + 1)..].Trim()}) and extra == \"{extra}\"";
    }

    private static string EntryPoints(ProjectTable project)
    {
        var text = new StringBuilder();
        Add("console_scripts", project.Scripts);
        Add("gui_scripts", project.GraphicalScripts);
        foreach (var (group, points) in project.EntryPoints)
            Add(group, points);
        return text.ToString();

        void Add(string group, IReadOnlyList<ProjectScript> points)
        {
            if (points.Count == 0)
                return;
            text.Append(text.Length > 0 ? "\n" : "").Append($"[{group}]\n");
            foreach (var point in points)
                text.Append($"{point.Name} = {OneLine(point.Target)}\n");
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
