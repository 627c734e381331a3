using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>A rule's <c>excludes</c> while it is applied: patterns over the names of modules, and those with a <c>/</c> over paths. What
/// matches nothing is told in the end.</summary>
internal sealed class ExcludedNames(IReadOnlyList<string> patterns)
{
    private readonly List<(GlobPattern Pattern, bool IsPath)> _patterns =
    [
        .. patterns.Select(pattern => (new GlobPattern(pattern), pattern.Contains('/'))),
    ];
    private readonly HashSet<GlobPattern> _used = [];

    /// <summary>Patterns that matched nothing.</summary>
    public IEnumerable<string> Unused => _patterns.Where(entry => !_used.Contains(entry.Pattern)).Select(entry => entry.Pattern.Text);

    /// <summary>Whether something is left out.</summary>
    /// <param name="name">The module's, or of a file the package that holds it; <c>null</c>: it has a path alone.</param>
    /// <param name="path">Relative to its root.</param>
    public bool Hold(string? name, string path)
    {
        foreach (var (pattern, isPath) in _patterns)
        {
            if (!pattern.Matches(isPath || name is null ? path : name))
                continue;
            _used.Add(pattern);
            return true;
        }
        return false;
    }

    /// <summary>Whether a resource is left out.</summary>
    public bool Hold(Resource resource) =>
        _patterns.Count > 0
        && resource switch
        {
            ModuleSource module => Hold(module.Name, module.RelativePath),
            NamespacePackage space => Hold(space.Name, space.RelativePath),
            SharedExtension extension => Hold(extension.Name, extension.RelativePath),
            PackageResource file => Hold(file.Package, file.RelativePath),
            SharedLibraryResource library => Hold(NameOf(library.RelativePath), library.RelativePath),
            PlainFile file => Hold(null, file.RelativePath),
            EmptyFolder folder => Hold(null, folder.RelativePath),
            FileLink link => Hold(null, link.RelativePath),
            _ => false,
        };

    /// <summary>What a shared object is called among modules: <c>pkg.libs.libx</c> for <c>pkg/libs/libx.so.1</c>.</summary>
    public static string NameOf(string path)
    {
        var file = path.LastIndexOf('/') + 1;
        var suffix = path.IndexOf(".so", file, StringComparison.Ordinal);
        return (suffix < 0 ? path : path[..suffix]).Replace('/', '.');
    }
}
