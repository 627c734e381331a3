using Oxidizer.Cache;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Licenses;

/// <summary>
/// The C libraries that are linked into a product. Of a distribution that was built here each is known by itself: its Debian package, and
/// what it is under. Of another, its extension modules say what they are under together with what they link.
/// </summary>
internal sealed class LinkedLibraries(Distribution distribution)
{
    private readonly SortedDictionary<string, Component> _all = new(StringComparer.Ordinal);

    /// <summary>Those that were asked for, by name.</summary>
    public IEnumerable<Component> All => _all.Values;

    /// <summary>An extension module, and the libraries that it links.</summary>
    public Component OfExtension(ExtensionVariant extension)
    {
        var libraries = Of(extension.Links, extension);
        var licenses = extension.Licenses ?? [];
        IReadOnlyCollection<string> own = licenses.IsDefaultOrEmpty
            ? distribution.Licenses.IsDefaultOrEmpty
                ? []
                : [distribution.Licenses[0]]
            : [.. licenses.Where(license => !libraries.Any(id => Holds(_all[id], license)))];
        return new Component(
            ComponentKind.Extension,
            "ext:" + extension.Name,
            extension.Name,
            distribution.Version,
            LicenseStatement.OfAll(own.Count > 0 ? own : licenses)
        )
        {
            DependsOn = libraries,
            Texts = [.. extension.LicensePaths.Where(path => !libraries.Any(id => IsOf(path, _all[id]))).Select(Text)],
        };
    }

    /// <summary>The ids of libraries that something links; libc's own are the target's.</summary>
    /// <param name="links">What it links.</param>
    /// <param name="by">The extension module that does; <c>null</c>: the core.</param>
    public IReadOnlyList<string> Of(IEnumerable<LibraryLink> links, ExtensionVariant? by)
    {
        var ids = new List<string>();
        foreach (var link in links.Where(link => !link.IsSystem && !link.IsFramework))
        {
            var found = OfLink(link, by);
            // Of two extension modules that link it, the one with fewer other licences says more of the library's.
            if (!_all.TryGetValue(found.Id, out var known) || Count(found) < Count(known))
                _all[found.Id] = found;
            ids.Add(found.Id);
        }
        return [.. ids.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The library that a product unpacks itself with: the distribution's, else the machine's.</summary>
    public IReadOnlyList<string> OfDecoder(DebianLibrary library)
    {
        var id = IdOf(library.Name);
        _all.TryAdd(id, OfDebian(library, null));
        return [id];
    }

    /// <summary>libc, of a product that has its own.</summary>
    public void AddLibc()
    {
        var isMusl = distribution.Target.Value.Contains("musl", StringComparison.Ordinal);
        _all["lib:c"] = new Component(
            ComponentKind.Library,
            "lib:c",
            isMusl ? "musl" : "glibc",
            "",
            LicenseStatement.Of(isMusl ? "MIT" : "LGPL-2.1-or-later")
        )
        {
            Purl = PackageUrl.Generic(isMusl ? "musl" : "glibc", ""),
            Origin = "`static` of [toolchain]",
        };
    }

    /// <summary>A text of the distribution's.</summary>
    public LicenseText Text(string path) =>
        new(path[(path.LastIndexOf('/') + 1)..], distribution.PathOf(path), distribution.Files[path].Digest);

    private Component OfLink(LibraryLink link, ExtensionVariant? by)
    {
        if (distribution.Source is not null && DebianLibrary.All.TryGetValue(link.Name, out var library))
            return OfDebian(library, link.StaticPath);
        var license =
            by is null ? LicenseStatement.None
            : by.IsPublicDomain ? LicenseStatement.Of(KnownLicenses.PublicDomain)
            : by.Licenses is { IsDefaultOrEmpty: false } licenses && licenses.Where(IsNotPythons).ToList() is { Count: > 0 } others
                ? LicenseStatement.OfAll(others)
            : LicenseStatement.None;
        var name = "lib" + link.Name;
        return new Component(ComponentKind.Library, IdOf(link.Name), name, "", license)
        {
            Purl = PackageUrl.Generic(name, ""),
            Digest = DigestOf(link.StaticPath ?? link.DynamicPath),
            Texts = [.. by?.LicensePaths.Where(path => IsNamed(path, link.Name)).Select(Text) ?? []],
        };
    }

    private Component OfDebian(DebianLibrary library, string? archive)
    {
        var package = distribution.Source?.Files.Keys.Select(DebianFile.TryParse).FirstOrDefault(file => file?.Package == library.Package);
        var name = "lib" + library.Name;
        var license = LicenseStatement.OfAll(library.Licenses);
        return new Component(
            ComponentKind.Library,
            IdOf(library.Name),
            name,
            package?.Version ?? "",
            library.IsPublicDomain ? license with { Terms = LicenseTerms.Free } : license
        )
        {
            Purl = package is null
                ? PackageUrl.Generic(name, "")
                : PackageUrl.OfDebian(package.Package, package.Version, package.Architecture),
            Digest = DigestOf(archive),
            Texts = distribution.Files.ContainsKey($"licenses/LICENSE.{library.Name}.txt")
                ? [Text($"licenses/LICENSE.{library.Name}.txt")]
                : [],
        };
    }

    private Sha256Digest? DigestOf(string? path) => path is null ? null : distribution.Files[path].Digest;

    private bool IsNotPythons(string license) =>
        !distribution.Licenses.Contains(license)
        && !license.StartsWith("Python-2.0", StringComparison.OrdinalIgnoreCase)
        && !license.StartsWith("CNRI-Python", StringComparison.OrdinalIgnoreCase);

    private static string IdOf(string library) => "lib:" + library;

    private static int Count(Component component) => component.License.Expression?.Licenses.Count() ?? int.MaxValue;

    private static bool Holds(Component library, string license) =>
        SpdxExpression.TryParse(license) is { } asked
        && library.License.Expression is { } expression
        && asked.Licenses.All(expression.Licenses.Contains);

    private static bool IsOf(string path, Component library) => library.Texts.Any(text => text.Name == path[(path.LastIndexOf('/') + 1)..]);

    private static bool IsNamed(string path, string library) =>
        path.Contains($".{library}.", StringComparison.OrdinalIgnoreCase)
        || path.Contains($".lib{library}.", StringComparison.OrdinalIgnoreCase);
}

/// <summary>The name of a file with a package of Debian's: <c>zlib1g-dev_1%3a1.2.13.dfsg-1_amd64.deb</c>.</summary>
/// <param name="Package">The package.</param>
/// <param name="Version">With its epoch.</param>
/// <param name="Architecture">As Debian names it.</param>
internal sealed record DebianFile(string Package, string Version, string Architecture)
{
    /// <summary>Reads a name; <c>null</c> if it is that of another file.</summary>
    public static DebianFile? TryParse(string name) =>
        name.EndsWith(".deb", StringComparison.Ordinal) && name[..^4].Split('_') is [var package, var version, var architecture]
            ? new DebianFile(package, version.Replace("%3a", ":", StringComparison.OrdinalIgnoreCase), architecture)
            : null;
}
