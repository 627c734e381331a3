using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Projects;

/// <summary>
/// Which packages of its folder a project consists of. Its backend is not run, so that only what is plain is found: a list that the file
/// has for setuptools or hatch, or else the package that is named as the project, in <c>src</c> or in the folder itself.
/// </summary>
internal static class ProjectPackages
{
    private static readonly string[] s_layouts = ["src", "."];

    /// <summary>Finds them.</summary>
    /// <param name="root">The file.</param>
    /// <param name="project">Its <c>[project]</c>.</param>
    /// <param name="scope">The project's folder, and takes that there are none.</param>
    /// <param name="isNeeded">Whether none is a mistake.</param>
    public static IReadOnlyList<PackageRootRule> Find(TomlTable root, ProjectTable project, ReadScope scope, bool isNeeded)
    {
        var listed = Listed(root, project, scope);
        if (listed.Count > 0)
            return listed;
        var names = NamesOf(project);
        foreach (var layout in s_layouts)
        {
            var folder = Path.GetFullPath(layout, scope.Directory);
            if (names.Find(name => IsPackage(folder, name)) is { } package)
                return [new PackageRootRule(folder, [package], project.Location)];
        }
        if (isNeeded)
            scope.Mistakes.Add(
                DiagnosticKinds.ProjectNotUsable,
                $"the project's packages are not plain: there is no {string.Join(" or ", names.SelectMany(name => s_layouts.Select(layout => $"`{Path.Combine(layout == "." ? "" : layout, name.Replace('.', '/'))}`")))}, and neither [tool.setuptools] nor [tool.hatch] lists them; bring them by a rule [[tool.oxidizer.python_packages]] of type `package-root`",
                project.Location
            );
        return [];
    }

    // `Company.My-App` may be company/my_app, company_my_app or Company_My_App.
    private static List<string> NamesOf(ProjectTable project) =>
        [
            .. new[]
            {
                project.Key,
                project.Name.Replace('-', '_').Replace('.', '_'),
                project.Name.Replace('-', '_').ToLowerInvariant(),
                project.Name.Replace('-', '_'),
            }
                .Where(name => name.Split('.').All(part => ModuleNames.IsImportable(part)))
                .Distinct(StringComparer.Ordinal),
        ];

    private static bool IsPackage(string folder, string name)
    {
        var path = Path.Combine(folder, name.Replace('.', '/'));
        return File.Exists(path + ".py")
            || (Directory.Exists(path) && Directory.EnumerateFiles(path, "*.py", SearchOption.AllDirectories).Any());
    }

    private static List<PackageRootRule> Listed(TomlTable root, ProjectTable project, ReadScope scope)
    {
        var tool = root.Find("tool")?.Value as TomlTable;
        var rules = new List<PackageRootRule>();
        if (Table(tool, "setuptools") is { } setuptools)
            rules.AddRange(OfSetuptools(setuptools, project, scope));
        var wheel = Table(Table(Table(Table(tool, "hatch"), "build"), "targets"), "wheel");
        foreach (var path in Texts(wheel?.Find("packages")?.Value))
        {
            var full = Path.GetFullPath(path.TrimEnd('/'), scope.Directory);
            rules.Add(new PackageRootRule(Path.GetDirectoryName(full)!, [Path.GetFileNameWithoutExtension(full)], project.Location));
        }
        return rules;
    }

    private static IEnumerable<PackageRootRule> OfSetuptools(TomlTable setuptools, ProjectTable project, ReadScope scope)
    {
        var root = Table(setuptools, "package-dir")?.Find("")?.Value is TomlString { Value: var written } ? written : ".";
        var folder = Path.GetFullPath(root, scope.Directory);
        // Subpackages come with the package that they are in.
        var packages = Texts(setuptools.Find("packages")?.Value).ToList();
        var modules = Texts(setuptools.Find("py-modules")?.Value);
        packages =
        [
            .. packages
                .Where(package => !packages.Exists(above => package.StartsWith(above + ".", StringComparison.Ordinal)))
                .Concat(modules)
                .Distinct(StringComparer.Ordinal),
        ];
        if (packages.Count > 0)
            yield return new PackageRootRule(folder, packages, project.Location);
        if (Table(Table(setuptools, "packages"), "find") is not { } find)
            yield break;
        foreach (var where in Texts(find.Find("where")?.Value).DefaultIfEmpty("."))
        {
            var place = Path.GetFullPath(where, scope.Directory);
            var found = Found(place, find);
            if (found.Count > 0)
                yield return new PackageRootRule(place, found, project.Location);
        }
    }

    // As setuptools looks for them, on the top: what is below comes along.
    private static List<string> Found(string place, TomlTable find)
    {
        if (!Directory.Exists(place))
            return [];
        var includes = Texts(find.Find("include")?.Value).DefaultIfEmpty("*").Select(glob => new GlobPattern(glob)).ToList();
        var excludes = Texts(find.Find("exclude")?.Value).Select(glob => new GlobPattern(glob)).ToList();
        return
        [
            .. Directory
                .EnumerateDirectories(place)
                .Where(folder => File.Exists(Path.Combine(folder, "__init__.py")))
                .Select(folder => Path.GetFileName(folder)!)
                .Where(name => ModuleNames.IsImportable(name))
                .Where(name => includes.Exists(glob => glob.Matches(name)) && !excludes.Exists(glob => glob.Matches(name)))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static TomlTable? Table(TomlTable? table, string key) => table?.Find(key)?.Value as TomlTable;

    // What is no list of texts is its backend's to refuse.
    private static IEnumerable<string> Texts(TomlNode? node) =>
        node is TomlArray array ? array.Items.OfType<TomlString>().Select(item => item.Value).Where(text => text.Length > 0) : [];
}
