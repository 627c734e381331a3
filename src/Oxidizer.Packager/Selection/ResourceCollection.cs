using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Selection;

/// <summary>What the rules brought so far. Of two resources with one name the later stays; for modules that is reported.</summary>
internal sealed class ResourceCollection(DiagnosticBag diagnostics)
{
    private const int NamesInMessage = 4;
    private readonly Dictionary<string, Resource> _modules = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Package, string Name), PackageResource> _resources = [];
    private readonly Dictionary<string, PlainFile> _plainFiles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EmptyFolder> _emptyFolders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileLink> _links = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PackageDistribution> _distributions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SharedLibraryResource> _libraries = new(StringComparer.Ordinal);

    /// <summary>The names of all modules: sources, namespaces and shared extensions.</summary>
    public IReadOnlyCollection<string> ModuleNames => _modules.Keys;

    /// <summary>Adds what one rule brought.</summary>
    public void Add(IEnumerable<Resource> resources, SourceLocation? location)
    {
        var replaced = new List<(string Name, Resource Old, Resource New)>();
        foreach (var resource in resources)
            Add(resource, replaced);
        foreach (var pair in replaced.GroupBy(entry => (Old: entry.Old.Origin, New: entry.New.Origin)))
            diagnostics.Add(
                DiagnosticKinds.ModuleBroughtTwice,
                Describe([.. pair.Select(entry => entry.Name)], pair.Key.Old.Words, pair.Key.New.Words),
                location
            );
    }

    /// <summary>Keeps those modules for which <paramref name="keep"/> is true, with what belongs to them.</summary>
    /// <param name="keep">Of a module's name.</param>
    /// <param name="byName">Whether only what was named is kept: then a folder of data is kept with its package, because nobody names
    /// it.</param>
    public void Keep(Predicate<string> keep, bool byName)
    {
        var owners = _plainFiles.Keys.Concat(_links.Keys).Distinct().Select(path => (Path: path, Owner: PackageAbove(path))).ToList();
        foreach (var name in _modules.Keys.Where(name => !IsKept(name)).ToList())
            _modules.Remove(name);
        foreach (var key in _resources.Keys.Where(key => !_modules.ContainsKey(key.Package)).ToList())
            _resources.Remove(key);
        foreach (var (path, _) in owners.Where(entry => entry.Owner.Length > 0 && !_modules.ContainsKey(entry.Owner)))
        {
            _plainFiles.Remove(path);
            _links.Remove(path);
        }

        bool IsKept(string name)
        {
            if (!_modules.TryGetValue(name, out var module) || module is not NamespacePackage { IsData: true })
                return keep(name);
            var parent = Resources.ModuleNames.ParentOf(name);
            return parent.Length == 0 ? keep(name)
                : byName ? keep(name) || IsKept(parent)
                : keep(name) && IsKept(parent);
        }
    }

    /// <summary>The result, in ordinal order.</summary>
    public ResourceSet ToSet(IReadOnlyList<ExtensionVariant> extensions)
    {
        GiveFilesToPackages();
        return PackedLinks.Keep(_links.Values, SetOf(extensions));
    }

    private ResourceSet SetOf(IReadOnlyList<ExtensionVariant> extensions) =>
        new(
            ByName(_modules.Values.OfType<ModuleSource>(), module => module.Name),
            ByName(_modules.Values.OfType<NamespacePackage>(), module => module.Name),
            extensions,
            ByName(_modules.Values.OfType<SharedExtension>(), module => module.Name),
            // A library that no extension needs is opened by name at run time, as ctypes does: it stays.
            ByName(_libraries.Values, library => library.Soname),
            [
                .. _resources
                    .Values.OrderBy(resource => resource.Package, StringComparer.Ordinal)
                    .ThenBy(resource => resource.Name, StringComparer.Ordinal),
            ],
            ByName(_distributions.Values, distribution => distribution.Folder)
        )
        {
            PlainFiles = ByName(_plainFiles.Values, file => file.RelativePath),
            EmptyFolders = ByName(_emptyFolders.Values, folder => folder.RelativePath),
        };

    // So that importlib.resources finds them. What is imported has its own path, and stands above a file of it.
    private void GiveFilesToPackages()
    {
        var taken = _modules
            .Values.Select(PathOf)
            .Concat(_libraries.Values.Select(library => library.RelativePath))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var file in _plainFiles.Values.ToList())
        {
            var package = PackageAbove(file.RelativePath);
            if (package.Length > 0 && !taken.Contains(file.RelativePath))
            {
                var name = file.RelativePath[(package.Length + 1)..];
                if (!_resources.TryGetValue((package, name), out var other) || other.Origin.Rule < file.Origin.Rule)
                    _resources[(package, name)] = new PackageResource(
                        package,
                        name,
                        file.RelativePath,
                        file.File,
                        file.Origin,
                        file.Location
                    );
            }
            if (package.Length > 0 || taken.Contains(file.RelativePath))
                _plainFiles.Remove(file.RelativePath);
        }
    }

    // The deepest package whose folder holds the path; empty if there is none.
    private string PackageAbove(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            var folder = path[..slash];
            if (
                !folder.Contains('.')
                && _modules.TryGetValue(folder.Replace('/', '.'), out var module)
                && module is NamespacePackage or ModuleSource { IsPackage: true } or SharedExtension { IsPackage: true }
            )
                return folder.Replace('/', '.');
        }
        return "";
    }

    private static string PathOf(Resource resource) =>
        resource switch
        {
            ModuleSource module => module.RelativePath,
            SharedExtension extension => extension.RelativePath,
            _ => "",
        };

    private void Add(Resource resource, List<(string, Resource, Resource)> replaced)
    {
        switch (resource)
        {
            case ModuleSource module:
                AddModule(module.Name, module, replaced);
                break;
            case SharedExtension extension:
                AddModule(extension.Name, extension, replaced);
                break;
            case NamespacePackage space:
                // Several rules may bring portions of one namespace; a package with a file of its own is stronger, as it is on sys.path.
                if (!_modules.TryAdd(space.Name, space) && _modules[space.Name] is NamespacePackage known)
                    _modules[space.Name] = known with
                    {
                        Portions = [.. known.Portions.Union(space.Portions)],
                        IsData = known.IsData && space.IsData,
                    };
                break;
            case PackageResource file:
                _resources[(file.Package, file.Name)] = file;
                break;
            case PlainFile file:
                _plainFiles[file.RelativePath] = file;
                break;
            case EmptyFolder folder:
                _emptyFolders[folder.RelativePath] = folder;
                break;
            case FileLink link:
                _links[link.RelativePath] = link;
                break;
            case PackageDistribution distribution:
                _distributions[distribution.Folder] = distribution;
                break;
            case SharedLibraryResource library:
                // The dynamic linker has room for one; the other stays a file, for what opens it by its path.
                if (
                    _libraries.TryGetValue(library.Soname, out var first)
                    && (first.RelativePath, first.Location) != (library.RelativePath, library.Location)
                )
                    Add(new PlainFile(first.RelativePath, first.File, first.Origin, first.Location), replaced);
                _libraries[library.Soname] = library;
                break;
            default:
                throw new InvalidOperationException($"no rule brings a {resource.GetType().Name}; please report this");
        }
    }

    private void AddModule(string name, Resource resource, List<(string, Resource, Resource)> replaced)
    {
        if (_modules.TryGetValue(name, out var old) && old is not NamespacePackage)
        {
            // Within one rule it is as on sys.path: an extension module hides the source beside it, otherwise the first folder wins.
            if (old.Origin == resource.Origin)
            {
                var isStronger = old is ModuleSource && resource is SharedExtension;
                Hide(isStronger ? old : resource, isStronger ? resource : old, replaced);
                if (!isStronger)
                    return;
            }
            if (old.Origin != resource.Origin && FileOf(old) != FileOf(resource))
                replaced.Add((name, old, resource));
        }
        _modules[name] = resource;
    }

    // Nothing imports it, but it lies beside what is imported.
    private void Hide(Resource hidden, Resource shown, List<(string, Resource, Resource)> replaced)
    {
        if (hidden is ModuleSource { IncludeSource: true } source && source.RelativePath != PathOf(shown))
            Add(new PlainFile(source.RelativePath, source.File, source.Origin, source.Location), replaced);
    }

    private static string? FileOf(Resource resource) => (resource as ModuleSource)?.File.Path ?? (resource as SharedExtension)?.File.Path;

    private static string Describe(List<string> names, string old, string taken)
    {
        var some =
            string.Join(", ", names.Take(NamesInMessage).Select(name => $"`{name}`"))
            + (names.Count > NamesInMessage ? $" and {names.Count - NamesInMessage} more" : "");
        return $"{some} brought by {old} and again by {taken}: the later is taken; drop one, or name it in `excludes`";
    }

    private static List<T> ByName<T>(IEnumerable<T> items, Func<T, string> name) => [.. items.OrderBy(name, StringComparer.Ordinal)];
}
