using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>A file that is a shared object by its name: extension module or library, its content decides.</summary>
/// <param name="File">The ELF image.</param>
/// <param name="ModuleName">The full name that it would have as a module; <c>null</c>: it can only be a library.</param>
/// <param name="IsPackage">Whether it is an <c>__init__</c>.</param>
/// <param name="IsCertainModule">Whether its suffix names the interpreter, as that of no library does.</param>
/// <param name="RelativePath">Relative to its root.</param>
/// <param name="IsForeign">Whether its suffix names another interpreter, and nothing else has the module.</param>
internal sealed record SharedObjectFile(
    ResourceFile File,
    string? ModuleName,
    bool IsPackage,
    bool IsCertainModule,
    string RelativePath,
    bool IsForeign = false
);

/// <summary>
/// Tells what the files of a tree are: modules, namespace packages, package resources, shared objects. It follows CPython's own order: a
/// folder with <c>__init__</c> before a module of its name, and a folder without it last, if a module is below it.
/// </summary>
internal sealed class PackageClassifier(RuleScope scope)
{
    private readonly Dictionary<FolderNode, bool> _holdsModules = [];

    /// <summary>What was found.</summary>
    public List<Resource> Resources { get; } = [];

    /// <summary>What only its content can tell.</summary>
    public List<SharedObjectFile> SharedObjects { get; } = [];

    /// <summary>Takes everything that stands at the top of a folder of <c>sys.path</c>.</summary>
    public void TakeAll(FolderNode root)
    {
        foreach (var folder in root.Folders.Where(folder => !IsMetadata(folder.Name)))
            TakeFolder(folder, "", "", null, HasModule(root, folder.Name));
        foreach (var file in root.Files)
            TakeFile(file, "", "", null, root);
    }

    /// <summary>Takes one folder as a package (or as a folder with data of the nearest package above).</summary>
    /// <param name="folder">What to take.</param>
    /// <param name="package">Full name of the package above, or empty.</param>
    /// <param name="relative">Path of the folder above from the root, with a slash after it, or empty.</param>
    /// <param name="owner">The nearest package and the path of its folder, for files that are no modules.</param>
    /// <param name="isHidden">Whether a module of its name stands beside it: without an <c>__init__</c> it is data then.</param>
    public void TakeFolder(FolderNode folder, string package, string relative, (string Package, string Path)? owner, bool isHidden = false)
    {
        var path = relative + folder.Name + "/";
        var importable = ModuleNames.IsImportable(folder.Name) && !(relative.Length > 0 && package.Length == 0);
        var name = importable ? ModuleNames.Join(package, folder.Name) : "";
        if (importable && (scope.LeftOut.Contains(name)))
            return;
        if (importable && HasInit(folder))
            owner = (name, path);
        else if (importable && (HoldsModules(folder) || (!isHidden && scope.Rule.IncludeResources && HoldsFiles(folder))))
        {
            Resources.Add(new NamespacePackage(name, path[..^1], scope.Origin, scope.Location) { IsData = !HoldsModules(folder) });
            owner = (name, path);
        }
        else
            name = "";
        if (folder.LinkTarget is { } target)
            Resources.Add(new FileLink(path[..^1], target, IsAlone: false, scope.Origin, scope.Location));
        if (scope.Rule.IncludeResources)
            Resources.AddRange(
                folder.Links.Select(link => new FileLink(path + link.Name, link.Target, IsAlone: true, scope.Origin, scope.Location))
            );
        if (folder.IsBare && scope.Rule.IncludeResources)
            Resources.Add(new EmptyFolder(path[..^1], scope.Origin, scope.Location));

        foreach (var below in folder.Folders)
            TakeFolder(below, name, path, owner, HasModule(folder, below.Name));
        foreach (var file in folder.Files)
            TakeFile(file, name, path, owner, folder);
    }

    /// <summary>Takes one file.</summary>
    public void TakeFile(FileNode file, string package, string relative, (string Package, string Path)? owner, FolderNode folder)
    {
        var path = relative + file.Name;
        if (file.LinkTarget is { } target)
            Resources.Add(new FileLink(path, target, IsAlone: false, scope.Origin, scope.Location));
        var canHoldModules = relative.Length == 0 || package.Length > 0;
        if (canHoldModules && ModuleNames.OfSource(file.Name, package.Length > 0) is { } stem)
        {
            if (stem == "__init__" && package.Length > 0)
                AddModule(file, package, isPackage: true, path);
            // CPython prefers the package of the same name.
            else if (folder.Folder(stem) is not { } rival || !HasInit(rival))
                AddModule(file, ModuleNames.Join(package, stem), isPackage: false, path);
            else if (scope.Rule is { IncludeResources: true, IncludeSource: true })
                Resources.Add(new PlainFile(path, RuleScope.Resolve(file), scope.Origin, scope.Location));
        }
        else if (ModuleNames.IsSharedObject(file.Name))
            AddSharedObject(file, package, canHoldModules, path, folder);
        else if (!scope.Rule.IncludeResources)
            return;
        else if (owner is { } holder)
            Resources.Add(
                new PackageResource(holder.Package, path[holder.Path.Length..], path, RuleScope.Resolve(file), scope.Origin, scope.Location)
            );
        else if (relative.Length > 0)
            Resources.Add(new PlainFile(path, RuleScope.Resolve(file), scope.Origin, scope.Location));
    }

    private static bool IsMetadata(string folder) =>
        folder.EndsWith(".dist-info", StringComparison.Ordinal) || folder.EndsWith(".egg-info", StringComparison.Ordinal);

    private void AddModule(FileNode file, string name, bool isPackage, string path)
    {
        var isImportable = ModuleNames.IsImportable(name.AsSpan(name.LastIndexOf('.') + 1));
        var isOthers = scope.Origin.Owner == ResourceOwner.Application;
        if (!scope.LeftOut.Contains(name))
            Resources.Add(
                new ModuleSource(
                    name,
                    isPackage,
                    path,
                    RuleScope.Resolve(file),
                    scope.OptimizeLevel,
                    scope.Rule.IncludeSource,
                    scope.Origin,
                    scope.Location
                )
                {
                    // A package may hold templates, and what another Python reads: they are packed as they are, with a word, unless no
                    // statement could import them.
                    MayNotCompile = isOthers || !isImportable,
                    TellsRefusal = isOthers && isImportable,
                }
            );
    }

    private void AddSharedObject(FileNode file, string package, bool canHoldModules, string path, FolderNode folder)
    {
        if (canHoldModules && ModuleNames.OfForeignExtension(file.Name, scope.Distribution.ExtensionSuffixes) is { } foreign)
        {
            AddForeign(file, foreign, package, path, folder);
            return;
        }
        var stem = canHoldModules ? ModuleNames.OfExtension(file.Name, scope.Distribution.ExtensionSuffixes) : null;
        var isPackage = stem == "__init__" && package.Length > 0;
        var name =
            stem is null ? null
            : isPackage ? package
            : ModuleNames.Join(package, stem);
        var certain = stem is not null && file.Name.Length > stem.Length + ".so".Length;
        SharedObjects.Add(new SharedObjectFile(RuleScope.Resolve(file), name, isPackage, certain, path));
    }

    // A folder for several Pythons is usual. A source beside the fast variant is usual too. CPython then ignores the file, and so do we.
    private void AddForeign(FileNode file, string stem, string package, string path, FolderNode folder)
    {
        var hasOther =
            folder.Files.Exists(other =>
                other.Name == stem + ".py" || ModuleNames.OfExtension(other.Name, scope.Distribution.ExtensionSuffixes) == stem
            ) || (folder.Folder(stem) is { } rival && HasInit(rival));
        if (!hasOther && ModuleNames.Join(package, stem) is var name && !SharedObjects.Exists(other => other.ModuleName == name))
            SharedObjects.Add(
                new SharedObjectFile(RuleScope.Resolve(file), name, IsPackage: false, IsCertainModule: true, path, IsForeign: true)
            );
    }

    private bool HasInit(FolderNode folder) =>
        folder.Files.Exists(file =>
            file.Name == "__init__.py"
            || (
                file.Name.StartsWith("__init__.", StringComparison.Ordinal)
                && ModuleNames.OfExtension(file.Name, scope.Distribution.ExtensionSuffixes) is not null
            )
        );

    private bool HasModule(FolderNode folder, string name) =>
        folder.Files.Exists(file =>
            file.Name == name + ".py"
            || (
                file.Name.StartsWith(name + ".", StringComparison.Ordinal)
                && ModuleNames.OfExtension(file.Name, scope.Distribution.ExtensionSuffixes) == name
            )
        );

    // Python imports every folder as a namespace, if nothing else has its name: `importlib.resources.files("pkg.data")` is usual.
    private static bool HoldsFiles(FolderNode folder) => folder.Files.Count > 0 || folder.Folders.Exists(HoldsFiles);

    private bool HoldsModules(FolderNode folder)
    {
        if (_holdsModules.TryGetValue(folder, out var known))
            return known;
        var holds =
            folder.Files.Exists(file =>
                ModuleNames.OfSource(file.Name, isInPackage: false) is not null
                || ModuleNames.OfExtension(file.Name, scope.Distribution.ExtensionSuffixes.Where(suffix => suffix != ".so")) is not null
            ) || folder.Folders.Exists(below => ModuleNames.IsImportable(below.Name) && HoldsModules(below));
        return _holdsModules[folder] = holds;
    }
}
