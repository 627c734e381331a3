using Oxidizer.Cache.Files;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>The rules <c>package-root</c> and <c>script</c>: what lies in a folder of the user's.</summary>
internal static class PackageRoot
{
    private const string All = "*";

    /// <summary>Brings the named packages and modules below a folder.</summary>
    public static IEnumerable<Resource> Collect(PackageRootRule rule, RuleScope scope)
    {
        if (!Directory.Exists(rule.Path))
        {
            scope.Report(
                DiagnosticKinds.PackageNotFound,
                $"the folder `{rule.Path}` of the `package-root` rule is not there; name an existing `path`"
            );
            return [];
        }
        scope = scope with { Root = rule.Path };
        var classifier = new PackageClassifier(scope);
        var takesAll = rule.Packages.Contains(All);
        if (takesAll)
            classifier.TakeAll(TopLevel(rule.Path, scope));
        foreach (var package in rule.Packages.Where(package => package != All))
            Take(package, rule, scope, classifier);
        return
        [
            .. classifier.Resources,
            .. SharedObjects.Classify(classifier.SharedObjects, scope),
            .. rule.BringsMetadata ? DistributionMetadata.CollectFor(takesAll ? null : rule.Packages, rule.Path, scope) : [],
        ];
    }

    // What has the name of a package or module. Of a project's folder this leaves out its tools' files, and what a build itself made.
    private static FolderNode TopLevel(string root, RuleScope scope)
    {
        var top = new FolderNode(Path.GetFileName(root), root);
        foreach (var entry in FolderListing.Read(root).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var path = Path.Combine(root, entry.Name);
            if (entry.Facts.Kind == FileKind.Folder)
            {
                if (ModuleNames.IsImportable(entry.Name) && entry.Name != "__pycache__" && !IsMadeByTools(path))
                    top.Folders.Add(FolderNode.Load(path, scope));
            }
            else if (
                (ModuleNames.OfSource(entry.Name, isInPackage: false) is not null || ModuleNames.IsSharedObject(entry.Name))
                && FileNode.Find(path, scope) is { } file
            )
                top.Files.Add(file);
        }
        return top;
    }

    // Virtual environments; and the folder of products: it would hold the product of the build before.
    private static bool IsMadeByTools(string folder) =>
        File.Exists(Path.Combine(folder, "pyvenv.cfg"))
        || Directory.EnumerateDirectories(folder).Any(target => Directory.EnumerateFiles(target, "*.build.json").Any());

    /// <summary>Brings a file as <c>__main__</c>.</summary>
    public static IEnumerable<Resource> CollectScript(ScriptRule rule, RuleScope scope)
    {
        if (FileNode.Named("script", rule.Path, scope) is not { } file)
            return [];
        var source = RuleScope.Resolve(file);
        return
        [
            new ModuleSource(
                "__main__",
                IsPackage: false,
                file.Name,
                source,
                scope.OptimizeLevel,
                rule.IncludeSource,
                scope.Origin,
                scope.Location
            ),
        ];
    }

    private static void Take(string package, PackageRootRule rule, RuleScope scope, PackageClassifier classifier)
    {
        var parts = package.Split('.');
        int Count() => classifier.Resources.Count(resource => resource is not (EmptyFolder or FileLink)) + classifier.SharedObjects.Count;
        var before = Count();
        var parent = string.Join('.', parts[..^1]);
        var relative = string.Concat(parts[..^1].Select(part => part + "/"));
        var above = Path.Combine(rule.Path, relative);
        if (parts.Length > 1)
            TakeAncestors(parts, rule.Path, classifier, scope);

        var folder = Path.Combine(above, parts[^1]);
        var isFolder = Directory.Exists(folder);
        var files = FilesOf(above, parts[^1], scope);
        if (!isFolder && files.Count == 0)
        {
            scope.Report(
                DiagnosticKinds.PackageNotFound,
                $"no package or module `{package}` in `{rule.Path}`: neither `{relative}{parts[^1]}/` nor `{relative}{parts[^1]}.py` is there; check `path` and `packages`"
            );
            return;
        }
        var holder = new FolderNode(parts[^1], above);
        holder.Files.AddRange(files);
        if (isFolder)
        {
            holder.Folders.Add(FolderNode.Load(folder, scope));
            classifier.TakeFolder(holder.Folders[0], parent, relative, null, isHidden: files.Count > 0);
        }
        foreach (var file in files)
            classifier.TakeFile(file, parent, relative, null, holder);
        if (Count() == before)
            scope.Report(
                DiagnosticKinds.PackageEmpty,
                $"the package `{package}` in `{rule.Path}` holds no module and no file; put an `__init__.py` into it, or drop it from `packages`"
            );
    }

    // `packages = ["company.product"]` needs `company` too: as the package that it is, else as a namespace.
    private static void TakeAncestors(string[] parts, string root, PackageClassifier classifier, RuleScope scope)
    {
        for (var depth = 1; depth < parts.Length; depth++)
        {
            var relative = string.Join('/', parts[..depth]);
            var name = string.Join('.', parts[..depth]);
            var folder = Path.Combine(root, relative);
            if (FileNode.Find(Path.Combine(folder, "__init__.py"), scope) is { } init)
                classifier.TakeFile(init, name, relative + "/", null, new FolderNode(parts[depth - 1], folder));
            else
                classifier.Resources.Add(new NamespacePackage(name, relative, scope.Origin, scope.Location));
        }
    }

    private static List<FileNode> FilesOf(string folder, string module, RuleScope scope)
    {
        var files = scope
            .Distribution.ExtensionSuffixes.Append(".py")
            .Select(suffix => FileNode.Find(Path.Combine(folder, module + suffix), scope));
        // Those of other Pythons last: they count when nothing else is there.
        var foreign = Directory.Exists(folder)
            ? Directory
                .EnumerateFiles(folder, module + ".*.so")
                .Where(path => ModuleNames.OfForeignExtension(Path.GetFileName(path), scope.Distribution.ExtensionSuffixes) == module)
            : [];
        return [.. files.Concat(foreign.Order(StringComparer.Ordinal).Select(path => FileNode.Find(path, scope))).OfType<FileNode>()];
    }
}
