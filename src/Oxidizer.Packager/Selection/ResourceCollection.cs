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
    public void Keep(Predicate<string> keep)
    {
        foreach (var name in _modules.Keys.Where(name => !keep(name)).ToList())
            _modules.Remove(name);
        foreach (var key in _resources.Keys.Where(key => !_modules.ContainsKey(key.Package)).ToList())
            _resources.Remove(key);
    }

    /// <summary>The result, in ordinal order.</summary>
    public ResourceSet ToSet(IReadOnlyList<ExtensionVariant> extensions) =>
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
                    _modules[space.Name] = known with { Portions = [.. known.Portions.Union(space.Portions)] };
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
            case PackageDistribution distribution:
                _distributions[distribution.Folder] = distribution;
                break;
            case SharedLibraryResource library:
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
            if (old.Origin == resource.Origin && !(old is ModuleSource && resource is SharedExtension))
                return;
            if (old.Origin != resource.Origin && FileOf(old) != FileOf(resource))
                replaced.Add((name, old, resource));
        }
        _modules[name] = resource;
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
