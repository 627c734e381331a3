using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>Everything that a build of CPython takes in, on this disk and verified.</summary>
/// <param name="Version">Upstream's version, such as <c>3.11.2</c>.</param>
/// <param name="Revision">What names the origin of the sources: Debian's revision, such as <c>6+deb12u8</c>, or <c>src</c> for a bare
/// archive.</param>
/// <param name="Package">The Debian source package; <c>null</c> for a bare archive.</param>
/// <param name="Archive">CPython's source archive.</param>
/// <param name="DebianArchive">Debian's patches; <c>null</c> for a bare archive.</param>
/// <param name="Description">The <c>.dsc</c>; <c>null</c> for a bare archive.</param>
internal sealed record SourceMaterials(
    string Version,
    string Revision,
    string? Package,
    SourceFile Archive,
    SourceFile? DebianArchive,
    SourceFile? Description
)
{
    /// <summary>The packages with the static libraries.</summary>
    public IReadOnlyList<SourceFile> Libraries { get; init; } = [];

    /// <summary>These packages unpacked.</summary>
    public SourceSysroot Sysroot { get; init; } = new("");

    /// <summary>All files, for the key: sources, then packages by name.</summary>
    public IEnumerable<SourceFile> Files => new[] { Description, Archive, DebianArchive }.OfType<SourceFile>().Concat(Libraries);

    /// <summary>Fetches them.</summary>
    /// <exception cref="BuildFailedException">No such package, or the archive holds no CPython.</exception>
    /// <exception cref="EnvironmentFailureException">The network failed, or sent something else.</exception>
    public static SourceMaterials Fetch(SourceRequest request, string folder, BuildContext context)
    {
        var progress = new SourceProgress(context.Log, "CPython");
        progress.Begin("fetch sources");
        var (materials, apt) = FetchCPython(request, folder, progress, context);
        var (libraries, sysroot) = FetchLibraries(apt, folder, new SourceCommand(context));
        progress.End();
        return materials with { Libraries = libraries, Sysroot = sysroot };
    }

    /// <summary>Fetches CPython's own sources alone, for what is compiled against a distribution that is there already.</summary>
    /// <exception cref="BuildFailedException">No such package, or the archive holds no CPython.</exception>
    /// <exception cref="EnvironmentFailureException">The network failed, or sent something else.</exception>
    public static SourceMaterials FetchSources(SourceRequest request, string folder, BuildContext context) =>
        FetchCPython(request, folder, new SourceProgress(context.Log, "CPython"), context).Materials;

    private static (SourceMaterials Materials, SourceApt Apt) FetchCPython(
        SourceRequest request,
        string folder,
        SourceProgress progress,
        BuildContext context
    )
    {
        Directory.CreateDirectory(folder);
        var apt = new SourceApt(Path.Combine(folder, "apt"), new SourceCommand(context), progress, request.Location);
        apt.Update();
        var materials = request.ArchivePath is { } archive
            ? new SourceMaterials(SourceTree.VersionOf(archive, request.Location), "src", null, SourceFile.Read(archive), null, null)
            : FetchPackage(request, apt, Path.Combine(folder, "sources"), context);
        return (materials, apt);
    }

    internal static SourceMaterials FetchPackage(SourceRequest request, SourceApt apt, string folder, BuildContext context)
    {
        var package = request.Package == "python3" ? apt.DefaultPython() : request.Package!;
        var listed = apt.SourceVersions(package);
        var wanted = request.PackageVersion is { } pinned ? [.. listed.Where(version => version.Text == pinned)] : listed;
        if (wanted.Count == 0)
            throw new BuildFailedException(
                DiagnosticKinds.SourceNotUnderstood,
                $"the machine's mirrors list no version `{request.PackageVersion}` of `{package}`; they list `{string.Join("`, `", listed)}`",
                request.Location
            );
        var reason = "";
        foreach (var version in wanted)
        {
            var place = Path.Combine(folder, version.Text);
            if (apt.TryDownloadSource(package, version, place, out reason))
                return Describe(package, version, place, context);
            // Seen for the security pool: its list names a version whose files are gone already.
            if (version != wanted[^1])
                context.Diagnostics.Add(
                    DiagnosticKinds.SourceVersionSkipped,
                    $"`{package} {version}` is listed, but its files are not on the server, and an earlier version is taken; for this one build later with `source = \"apt:{package}={version}\"`",
                    request.Location
                );
        }
        throw new EnvironmentFailureException(
            DiagnosticKinds.SourceNotFetched,
            "fetch",
            $"{package} {string.Join(", ", wanted)}",
            $"{reason}; try again later, or take another version or an archive with `url` and `sha256`"
        );
    }

    private static SourceMaterials Describe(string package, DebianVersion version, string folder, BuildContext context)
    {
        var files = DscFile.Verify(Directory.GetFiles(folder, "*.dsc").Single());
        context.Log.Information($"CPython from Debian's source package {package} {version}");
        return new SourceMaterials(
            version.Upstream,
            version.Revision,
            package,
            files.Single(file => file.Name.Contains(".orig.tar.", StringComparison.Ordinal)),
            files.Single(file => file.Name.Contains(".debian.tar.", StringComparison.Ordinal)),
            files[0]
        );
    }

    // Where a -dev package keeps no licence text, its documentation is a link to the package that does; its name differs from release to
    // release, so the link says it.
    private static (IReadOnlyList<SourceFile> Packages, SourceSysroot Sysroot) FetchLibraries(
        SourceApt apt,
        string folder,
        SourceCommand command
    )
    {
        var (packages, root) = (Path.Combine(folder, "packages"), Path.Combine(folder, "sysroot"));
        apt.Download(DebianLibrary.Packages, packages);
        SourceSysroot.Unpack(Directory.GetFiles(packages, "*.deb"), root, command);
        var documentation = Path.Combine(folder, "documentation");
        apt.Download(SourceSysroot.LinkedDocumentation(root), documentation);
        var sysroot = SourceSysroot.Unpack(Directory.GetFiles(documentation, "*.deb"), root, command);
        var files = Directory.GetFiles(packages, "*.deb").Concat(Directory.GetFiles(documentation, "*.deb")).Select(SourceFile.Read);
        return ([.. files.OrderBy(file => file.Name, StringComparer.Ordinal)], sysroot);
    }
}
