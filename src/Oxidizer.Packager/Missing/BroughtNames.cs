using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Missing;

/// <summary>What can be imported in a product, by name.</summary>
internal sealed class BroughtNames
{
    // Those of CPython's core that are no extension modules of a distribution, what it has frozen, and the runtime's own.
    private static readonly string[] s_core =
    [
        "__main__",
        "_ast",
        "_frozen_importlib",
        "_frozen_importlib_external",
        "_imp",
        "_string",
        "_tokenize",
        "_warnings",
        "builtins",
        "gc",
        "marshal",
        "oxidized_importer",
        "sys",
        "zipimport",
    ];

    private readonly Dictionary<string, ModuleSource> _sources;
    private readonly HashSet<string> _namespaces;
    private readonly HashSet<string> _extensions;

    /// <summary>Collects the names of all that a product holds.</summary>
    public BroughtNames(ResourceSet resources)
    {
        _sources = resources.Modules.ToDictionary(module => module.Name, StringComparer.Ordinal);
        _namespaces = resources.Namespaces.Select(space => space.Name).ToHashSet(StringComparer.Ordinal);
        _extensions = resources
            .Extensions.Select(extension => extension.Name)
            .Concat(resources.SharedExtensions.Select(extension => extension.Name))
            .Concat(s_core.Where(name => !_sources.ContainsKey(name)))
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Whether something is imported by this name.</summary>
    public bool Has(string name) => _sources.ContainsKey(name) || _namespaces.Contains(name) || _extensions.Contains(name);

    /// <summary>The source that an import runs; <c>null</c> for what has none. An extension module that is linked in hides one.</summary>
    public ModuleSource? SourceOf(string name) => _extensions.Contains(name) ? null : _sources.GetValueOrDefault(name);

    /// <summary>Whether all that can be below this package is known: it is a namespace, or a package with a source.</summary>
    public bool IsPackage(string name) => _namespaces.Contains(name) || SourceOf(name) is { IsPackage: true };

    /// <summary>Whether its folders may be anywhere on <c>sys.path</c>.</summary>
    public bool IsNamespace(string name) => _namespaces.Contains(name);
}
