using System.Text;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Missing;

/// <summary>
/// Follows the imports that happen for certain, from what the product starts, and finds the names that nothing brings. A plugin that
/// nobody imports at the top of a module is not looked at: what it wants may never be asked for.
/// </summary>
internal sealed class FollowImports(ResourceSet resources, BroughtNames brought, KnownWants known)
{
    private readonly Queue<ModuleSource> _queue = [];
    private readonly HashSet<string> _visited = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Finding> _imports = new(StringComparer.Ordinal);
    private readonly Dictionary<(WantKind, string), Finding> _libraries = [];
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);
    private readonly HashSet<string> _makers = new(StringComparer.Ordinal);
    private bool _isPathOpen;

    /// <summary>Finds them, in the order in which they are met.</summary>
    /// <param name="run">What the product starts.</param>
    /// <param name="isSearched">Whether <c>sys.path</c> is searched, after memory.</param>
    /// <param name="isPathOpen">Whether there are folders on it from the beginning.</param>
    public IEnumerable<Finding> From(RunTable run, bool isSearched, bool isPathOpen)
    {
        _isPathOpen = isPathOpen;
        Start(run);
        while (_queue.TryDequeue(out var module))
        {
            var wants = known.Of(module, resources);
            if (wants.MakesModules)
                _makers.Add(TopOf(module.Name));
            // The standard library changes it when it is asked to, as `site` and `runpy` are.
            _isPathOpen |= isSearched && wants.ChangesPath && module.Origin.Owner == ResourceOwner.Application;
            var package = module.IsPackage ? module.Name : ModuleNames.ParentOf(module.Name);
            foreach (var want in wants.Wants)
                Take(want, module.Name, package, module.Origin.Owner);
        }
        // Only now is it known which names a program makes itself.
        return _imports.Values.Where(finding => IsCertain(finding.Name)).Concat(_libraries.Values.Where(IsNotThere));
    }

    private void Start(RunTable run)
    {
        if (run is { Mode: "eval", Code: { } code })
        {
            foreach (var want in ReadWants.Of(Encoding.UTF8.GetBytes(code)).Wants)
                Take(want, "", "", ResourceOwner.Application);
        }
        foreach (var named in run.Starts)
        {
            var module = named.Split(':')[0];
            // A script stands for the program under this name; a package is run by its own module of it.
            if (Require(module, "", 0) && module == named && brought.SourceOf(module) is not { IsPackage: false })
                Require(module + ".__main__", "", 0);
        }
    }

    private void Take(Want want, string by, string package, ResourceOwner owner)
    {
        switch (want.Kind)
        {
            case WantKind.Import:
                Require(want.Name, by, want.Line);
                break;
            case WantKind.From when Resolve(want.Name, package) is { } name:
                // What is taken out of it may be an attribute, and need not be a module.
                if (Require(name, by, want.Line))
                    foreach (var part in want.Parts.Select(part => $"{name}.{part}").Where(brought.Has))
                        Visit(part);
                break;
            case WantKind.Gives:
                _given.Add(want.Name);
                break;
            case WantKind.FindsLibrary or WantKind.LoadsLibrary when owner == ResourceOwner.Application:
                Count(_libraries, (want.Kind, want.Name), new Finding(FindingKind.Library, want.Name, by, want.Line, 0));
                break;
        }
    }

    // Null when it leads out of the package that it begins in.
    private static string? Resolve(string name, string package)
    {
        var dots = name.Length - name.TrimStart('.').Length;
        if (dots == 0)
            return name;
        for (var level = 1; level < dots; level++)
            package = ModuleNames.ParentOf(package);
        return package.Length == 0 ? null
            : name.Length == dots ? package
            : ModuleNames.Join(package, name[dots..]);
    }

    // The packages above are imported first.
    private bool Require(string name, string by, int line)
    {
        for (var end = name.IndexOf('.'); ; end = name.IndexOf('.', end + 1))
        {
            var part = end < 0 ? name : name[..end];
            if (!brought.Has(part))
            {
                Count(_imports, part, new Finding(FindingKind.Import, part, by, line, 0));
                return false;
            }
            Visit(part);
            if (end < 0)
                return true;
        }
    }

    private void Visit(string name)
    {
        if (_visited.Add(name) && brought.SourceOf(name) is { } module)
            _queue.Enqueue(module);
    }

    private static void Count<T>(Dictionary<T, Finding> findings, T key, Finding finding)
        where T : notnull => findings[key] = findings.TryGetValue(key, out var first) ? first with { More = first.More + 1 } : finding;

    private bool IsCertain(string name)
    {
        var parent = ModuleNames.ParentOf(name);
        if (ModuleNames.IsBelowAny(name, _given))
            return false;
        return parent.Length == 0
            ? !_isPathOpen
            : brought.IsPackage(parent) && !_makers.Contains(TopOf(name)) && !(_isPathOpen && brought.IsNamespace(parent));
    }

    private bool IsNotThere(Finding finding)
    {
        // As the linker names what `-l` finds.
        var start =
            finding.Name.StartsWith("lib", StringComparison.Ordinal) && ModuleNames.IsSharedObject(finding.Name)
                ? finding.Name
                : $"lib{finding.Name}.so";
        var stem = start[..(start.IndexOf(".so", StringComparison.Ordinal) + ".so".Length)];
        return !resources.SharedLibraries.Any(library => IsNamed(library.Soname) || IsNamed(Path.GetFileName(library.RelativePath)));

        bool IsNamed(string file) => file == stem || file.StartsWith(stem + ".", StringComparison.Ordinal);
    }

    private static string TopOf(string name) => name.Split('.')[0];
}
