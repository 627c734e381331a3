using Oxidizer.Cache.Files;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>The rule <c>data</c>: files as they are, whatever their names.</summary>
internal static class DataFiles
{
    /// <summary>Brings a file, or what is in a folder.</summary>
    public static IEnumerable<Resource> Collect(DataRule rule, RuleScope scope)
    {
        var dest = string.Concat(rule.Dest.Split('/').Where(part => part is not ("" or ".")).Select(part => part + "/"));
        var facts = FileFacts.Of(rule.Path);
        if (facts.Kind == FileKind.Regular)
            return [Plain(FileNode.Of(Path.GetFileName(rule.Path), rule.Path, facts), dest, scope)];
        if (facts.Kind != FileKind.Folder)
        {
            scope.Report(
                DiagnosticKinds.PackageNotFound,
                $"`{rule.Path}` of the `data` rule is no file and no folder ({facts.Reason}); name an existing `path`"
            );
            return [];
        }
        var resources = new List<Resource>();
        var globs = rule.Globs.Select(glob => new GlobPattern(glob)).ToList();
        var unused = globs.ToHashSet();
        Take(FolderNode.Load(rule.Path, scope with { Root = rule.Path, TakesAll = true }), "");
        foreach (var glob in unused)
            scope.Report(
                DiagnosticKinds.FilterMatchesNothing,
                $"`{glob.Text}` of the `data` rule matches no file in `{rule.Path}`; check the spelling, or drop it"
            );
        return resources;

        void Take(FolderNode folder, string relative)
        {
            foreach (var file in folder.Files.Where(file => IsWanted(relative + file.Name)))
            {
                resources.Add(Plain(file, dest + relative, scope));
                if (file.LinkTarget is { } target)
                    resources.Add(Link(relative + file.Name, target, isAlone: false));
            }
            foreach (var link in folder.Links.Where(link => IsWanted(relative + link.Name)))
                resources.Add(Link(relative + link.Name, link.Target, isAlone: true));
            foreach (var below in folder.Folders)
            {
                if (below.LinkTarget is { } target)
                    resources.Add(Link(relative + below.Name, target, isAlone: false));
                if (below.IsBare && IsWanted(relative + below.Name))
                    resources.Add(new EmptyFolder(dest + relative + below.Name, scope.Origin, scope.Location));
                Take(below, $"{relative}{below.Name}/");
            }
        }

        FileLink Link(string relative, string target, bool isAlone) => new(dest + relative, target, isAlone, scope.Origin, scope.Location);

        bool IsWanted(string path)
        {
            var matching = globs.Where(glob => glob.Matches(path)).ToList();
            unused.ExceptWith(matching);
            return globs.Count == 0 || matching.Count > 0;
        }
    }

    private static PlainFile Plain(FileNode file, string folder, RuleScope scope) =>
        new(folder + file.Name, RuleScope.Resolve(file), scope.Origin, scope.Location);
}
