using Oxidizer.Packager.Native;
using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>A folder with the headers and static libraries of unpacked packages: nothing is installed on the machine.</summary>
/// <param name="Root">The folder, absolute.</param>
internal sealed record SourceSysroot(string Root)
{
    /// <summary>Folders of headers.</summary>
    public IReadOnlyList<string> Includes =>
        [.. new[] { Path.Combine(Root, "usr/include"), Path.Combine(Root, "usr/include", Multiarch) }.Where(Directory.Exists)];

    /// <summary>The folder of libraries.</summary>
    public string Libraries => Path.Combine(Root, "usr/lib", Multiarch);

    private string Multiarch =>
        Directory
            .GetDirectories(Path.Combine(Root, "usr/lib"), "*-linux-gnu*")
            .Select(Path.GetFileName)
            .Order(StringComparer.Ordinal)
            .First()!;

    /// <summary>Unpacks packages.</summary>
    public static SourceSysroot Unpack(IEnumerable<string> packages, string folder, SourceCommand command)
    {
        Directory.CreateDirectory(folder);
        foreach (var package in packages)
            command.Run($"unpack `{Path.GetFileName(package)}`", folder, BuildProgram.DpkgDeb, ["-x", package, folder]);
        var sysroot = new SourceSysroot(folder);
        // A linker that finds `libz.so` takes it and not `libz.a`; and these links lead nowhere, for the libraries themselves are in other
        // packages.
        foreach (var link in Directory.EnumerateFiles(sysroot.Libraries, "*.so"))
            File.Delete(link);
        return sysroot;
    }

    /// <summary>The archive of a library.</summary>
    public string ArchiveOf(DebianLibrary library) => Path.Combine(Libraries, library.File);

    /// <summary>The copyright file of a library's package; <c>null</c> when the package has none.</summary>
    public string? CopyrightOf(DebianLibrary library)
    {
        var documentation = Path.Combine(Root, "usr/share/doc", library.Package);
        var path = Path.Combine(documentation, "copyright");
        return File.Exists(path) ? path : null;
    }

    /// <summary>Packages that hold the documentation of others: what their documentation folders link to.</summary>
    public static IReadOnlyList<string> LinkedDocumentation(string root) =>
        [
            .. new DirectoryInfo(Path.Combine(root, "usr/share/doc"))
                .EnumerateFileSystemInfos()
                .Select(entry => entry.LinkTarget)
                .OfType<string>()
                .Select(target => target.TrimEnd('/'))
                .Where(target => !target.Contains('/'))
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
}
