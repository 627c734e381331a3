using Oxidizer.Cache.Files;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Elf;
using Oxidizer.Packager.Packages;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Selection;

/// <summary>
/// Finds the libraries that shared extension modules need, those that they need themselves, and so on, and gives each its loading order.
/// What rules brought (<c>numpy.libs/</c>) is used first; the rest is found on the machine. libc's own stay with the target: there is one
/// libc in a process.
/// </summary>
internal sealed class LibraryClosure
{
    private const int NamesInMessage = 4;
    private readonly ExtensionsTable _extensions;
    private readonly BuildContext _context;
    private readonly LibrarySearch _search;
    private readonly List<GlobPattern> _left;
    private readonly Dictionary<string, (SharedLibraryResource Library, ElfDynamic Elf)> _libraries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);

    private LibraryClosure(ExtensionsTable extensions, LibrarySearch search, BuildContext context)
    {
        (_extensions, _search, _context) = (extensions, search, context);
        _left = [.. extensions.SystemLibraries.Select(name => new GlobPattern(name))];
    }

    /// <summary>Completes what the rules brought. A library that is nowhere goes into the diagnostics.</summary>
    /// <param name="resources">What the rules brought.</param>
    /// <param name="extensions">Where libraries are looked for, and which stay with the target.</param>
    /// <param name="toolchain">The target's root folder, and whether the product can load libraries.</param>
    /// <param name="target">What libraries must be for.</param>
    /// <param name="positions">For messages.</param>
    /// <param name="context">The build.</param>
    public static ResourceSet Complete(
        ResourceSet resources,
        ExtensionsTable extensions,
        ToolchainTable toolchain,
        TargetTriple target,
        KeyPositions positions,
        BuildContext context
    )
    {
        if (resources.SharedExtensions.Count == 0 && resources.SharedLibraries.Count == 0)
            return resources;
        if (toolchain.Static && resources.SharedExtensions.Count > 0)
            WarnOfStatic(resources.SharedExtensions, positions, context);
        try
        {
            var search = new LibrarySearch(extensions.LibraryPaths, toolchain.Sysroot, target);
            return new LibraryClosure(extensions, search, context).Complete(resources);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It was found by name, but could not be opened.
            throw new BuildFailedException(
                DiagnosticKinds.PackageNotReadable,
                $"a shared library cannot be read: {exception.Message}; mend it, or leave the library to the target with `system_libraries` in [python_extensions]",
                extensions.Location,
                exception
            );
        }
    }

    private ResourceSet Complete(ResourceSet resources)
    {
        var facts = SharedObjectFacts.Of(
            [
                .. resources.SharedExtensions.Select(extension => extension.File),
                .. resources.SharedLibraries.Select(library => library.File),
            ],
            _context
        );
        for (var index = 0; index < resources.SharedLibraries.Count; index++)
            _libraries[resources.SharedLibraries[index].Soname] = (
                resources.SharedLibraries[index],
                facts[resources.SharedExtensions.Count + index]!
            );
        var images = resources
            .SharedExtensions.Select(
                (extension, index) => new Image(extension.Name, extension.File.Path, facts[index]!, extension.Origin, extension.Location)
            )
            .Concat(
                _libraries.Values.Select(entry => new Image(
                    entry.Library.Soname,
                    entry.Library.File.Path,
                    entry.Elf,
                    entry.Library.Origin,
                    entry.Library.Location
                ))
            )
            .ToList();
        while (images.Count > 0)
            images = Follow(images);
        return resources with
        {
            SharedExtensions =
            [
                .. resources.SharedExtensions.Select((extension, index) => extension with { Dependencies = LoadingOrder(facts[index]!) }),
            ],
            SharedLibraries =
            [
                .. _libraries
                    .Values.OrderBy(entry => entry.Library.Soname, StringComparer.Ordinal)
                    .Select(entry => entry.Library with { Dependencies = LoadingOrder(entry.Elf, entry.Library.Soname) }),
            ],
        };
    }

    private sealed record Image(string Name, string Path, ElfDynamic Elf, ResourceOrigin Origin, ResourceLocation Location);

    // One level at a time, so that the cache is asked for the digests and facts of many files at once.
    private List<Image> Follow(List<Image> images)
    {
        var found = new Dictionary<string, (string Path, Image By)>(StringComparer.Ordinal);
        foreach (var image in images)
        {
            foreach (var name in image.Elf.Needed.Where(name => !IsTargets(name)))
            {
                if (_libraries.TryGetValue(name, out var known))
                    CheckName(name, known.Elf, known.Library.File.Path, image);
                else if (found.TryGetValue(name, out var other))
                {
                    // The libraries of an embedded module are embedded too, because the product may be moved without the folder.
                    if (image.Location.Folder is null)
                        found[name] = (other.Path, image);
                }
                else if (!_refused.Contains(name))
                {
                    if (_search.Find(name, image.Path, image.Elf.SearchPath) is { } path)
                        found.Add(name, (path, image));
                    else
                        ReportMissing(name, image);
                }
            }
        }
        return Take(found);
    }

    private List<Image> Take(Dictionary<string, (string Path, Image By)> found)
    {
        var names = found.Keys.ToList();
        var digests = _context.Cache.DigestFiles([.. names.Select(name => found[name].Path)]);
        var files = names
            .Select((name, index) => new ResourceFile(found[name].Path, digests[index], FileFacts.Of(found[name].Path).Size))
            .ToList();
        var facts = SharedObjectFacts.Of(files, _context);
        var images = new List<Image>();
        for (var index = 0; index < names.Count; index++)
        {
            var (name, file, by) = (names[index], files[index], found[names[index]].By);
            if (facts[index] is not { } elf)
            {
                Refuse(name, DiagnosticKinds.SharedObjectUnusable, $"`{file.Path}`, which `{by.Name}` needs, is damaged; install it again");
                continue;
            }
            CheckName(name, elf, file.Path, by);
            var origin = by.Origin with { Words = $"needed by {by.Name}" };
            // Beside the product in a folder that is no package, by its dot, as the tools that mend wheels name theirs.
            var folder = by.Location.Folder is null ? "lib/" : "shared.libs/";
            _libraries[name] = (new SharedLibraryResource(name, file, [], folder + name, origin, by.Location), elf);
            images.Add(new Image(name, file.Path, elf, by.Origin, by.Location));
        }
        return images;
    }

    // The dynamic linker knows a library in memory by its SONAME alone.
    private void CheckName(string name, ElfDynamic elf, string path, Image by)
    {
        if (elf.Soname != name)
            Refuse(
                name,
                DiagnosticKinds.LibraryNameDiffers,
                $"`{by.Name}` needs `{name}`, and `{path}` calls itself {(elf.Soname is { } soname ? $"`{soname}`" : "nothing")}: from memory it would not be found; "
                    + $"give it that name (`patchelf --set-soname {name} {Path.GetFileName(path)}`), or leave it to the target with `system_libraries` in [python_extensions]"
            );
    }

    private void ReportMissing(string name, Image by)
    {
        var isPython = name.StartsWith("libpython", StringComparison.Ordinal);
        Refuse(
            name,
            DiagnosticKinds.LibraryNotFound,
            $"`{by.Name}`, brought by {by.Origin}, needs the library `{name}`, which is not on this machine{Unreadable(name)}; "
                + (
                    isPython
                        ? "an extension module must not be linked to libpython: the product has its own; build the package again, or leave the module out with `excludes`"
                        : "install the package that brings it, name its folder in `library_paths`, or leave it to the target with `system_libraries` (both in [python_extensions])"
                )
        );
    }

    private string Unreadable(string name) => _search.WhyNot(name) is { Length: > 0 } reason ? $" ({reason})" : "";

    private void Refuse(string name, DiagnosticKind kind, string message)
    {
        if (_refused.Add(name))
            _context.Diagnostics.Add(kind, message, _extensions.Location);
    }

    private bool IsTargets(string name) => LibcLibraries.Holds(name) || _left.Exists(pattern => pattern.Matches(name));

    // Each library comes after those that it needs; a circle is cut where it closes.
    private List<string> LoadingOrder(ElfDynamic elf, string? self = null)
    {
        var order = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (self is not null)
            seen.Add(self);
        Visit(elf);
        return order;

        void Visit(ElfDynamic current)
        {
            foreach (var name in current.Needed.Where(name => !IsTargets(name) && _libraries.ContainsKey(name) && seen.Add(name)))
            {
                Visit(_libraries[name].Elf);
                order.Add(name);
            }
        }
    }

    private static void WarnOfStatic(IReadOnlyList<SharedExtension> extensions, KeyPositions positions, BuildContext context)
    {
        var names = extensions.Select(extension => $"`{extension.Name}`").ToList();
        var some =
            string.Join(", ", names.Take(NamesInMessage))
            + (names.Count > NamesInMessage ? $" and {names.Count - NamesInMessage} more" : "");
        context.Diagnostics.Add(
            DiagnosticKinds.ExtensionInStaticProduct,
            $"a static product loads no shared object: the import of {some} will fail; drop `static = true` of [toolchain], or leave them out with `excludes`",
            positions.Of("toolchain.static")
        );
    }
}
