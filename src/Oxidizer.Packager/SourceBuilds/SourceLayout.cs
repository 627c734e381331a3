using System.Text;
using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>The tree of a full archive, before its description is written. Paths are relative to <see cref="Root"/>.</summary>
internal sealed class SourceLayout
{
    private readonly SourceTree _tree;
    private readonly SourceSysroot _sysroot;
    private readonly SourceCommand _command;

    private SourceLayout(SourceTree tree, SourceSysroot sysroot, string folder, SourceCommand command) =>
        (_tree, _sysroot, _command, Root) = (tree, sysroot, command, Path.Combine(folder, "python"));

    /// <summary>The folder <c>python/</c>, absolute.</summary>
    public string Root { get; }

    /// <summary>Objects of the core, the inittab's among them.</summary>
    public required IReadOnlyList<string> CoreObjects { get; init; }

    /// <summary>Objects of the core that only the interpreter links.</summary>
    public required IReadOnlyList<string> InterpreterObjects { get; init; }

    /// <summary>Objects that products link instead of those of <see cref="InterpreterObjects"/>.</summary>
    public required IReadOnlyList<string> EmbeddingObjects { get; init; }

    /// <summary>What the core links.</summary>
    public required IReadOnlyList<string> CoreLibraries { get; init; }

    /// <summary>The static library of the core and all modules.</summary>
    public required string StaticLibrary { get; init; }

    /// <summary>Every extension module, sorted.</summary>
    public required IReadOnlyList<SourceExtension> Extensions { get; init; }

    /// <summary>Such as <c>3.11</c>.</summary>
    public required string MajorMinor { get; init; }

    /// <summary>The interpreter.</summary>
    public string Executable => $"install/bin/python{MajorMinor}";

    /// <summary>The standard library.</summary>
    public string StandardLibrary => $"install/lib/python{MajorMinor}";

    /// <summary>Paths of this build that must not be in the archive, longest first.</summary>
    public IReadOnlyList<string> PrivatePaths => [.. new[] { _tree.Root, _sysroot.Root }.OrderByDescending(path => path.Length)];

    /// <summary>Copies what was built to where the archive has it.</summary>
    public static SourceLayout Create(
        SourceTree tree,
        SourceVariables variables,
        IReadOnlyList<SourceExtension> extensions,
        SourceMaterials materials,
        string folder,
        SourceCommand command
    )
    {
        var ofExtensions = extensions.SelectMany(extension => extension.Objects).ToHashSet(StringComparer.Ordinal);
        var layout = new SourceLayout(tree, materials.Sysroot, folder, command)
        {
            CoreObjects = File.Exists(Path.Combine(tree.Root, SourceMake.CoreObject))
                ? [SourceMake.InittabObject, .. SourceEmbedding.InterpreterObjects(tree.Root), SourceMake.CoreObject]
                : [.. variables.Objects.Where(path => !ofExtensions.Contains(path)).Distinct().Order(StringComparer.Ordinal)],
            InterpreterObjects = SourceEmbedding.InterpreterObjects(tree.Root),
            EmbeddingObjects = SourceEmbedding.Objects(tree.Root),
            CoreLibraries = [.. SourceExtension.LibrariesOf(variables.Libraries)],
            StaticLibrary = variables.Library,
            Extensions = extensions,
            MajorMinor = string.Join('.', materials.Version.Split('.').Take(2)),
        };
        layout.CopyObjects();
        layout.CopyLibraries();
        layout.CopyInstallation();
        return layout;
    }

    private void CopyObjects()
    {
        foreach (var path in CoreObjects.Concat(EmbeddingObjects).Concat(Extensions.SelectMany(extension => extension.Objects)).Distinct())
            Copy(Path.Combine(_tree.Root, path), $"build/{path}");
        Copy(Path.Combine(_tree.Root, "Modules/config.c"), "build/Modules/config.c");
        Copy(Path.Combine(_tree.Root, StaticLibrary), $"build/lib/{StaticLibrary}");
    }

    private void CopyLibraries()
    {
        Copy(Path.Combine(_tree.Root, "LICENSE"), SourceExtension.CoreLicense);
        Copy(Path.Combine(_tree.Root, "Doc/license.rst"), SourceExtension.CopiedLicense);
        foreach (var library in Extensions.SelectMany(extension => extension.Brought).Distinct())
        {
            Copy(_sysroot.ArchiveOf(library), $"build/lib/lib{library.Name}.a");
            if (_sysroot.CopyrightOf(library) is not { } copyright)
                throw new InvalidOperationException(
                    $"the package `{library.Package}` brings no licence text for `{library.Name}`; please report this"
                );
            Copy(copyright, SourceExtension.LicenseOf(library));
        }
    }

    private void CopyInstallation()
    {
        CopyTree(Path.Combine(_tree.Root, "Lib"), StandardLibrary);
        foreach (var folder in new[] { "lib-dynload", "site-packages" })
            Write($"{StandardLibrary}/{folder}/README.txt", "Modules that are added to this interpreter go here.\n");
        var build = File.ReadAllText(Path.Combine(_tree.Root, "pybuilddir.txt")).Trim();
        foreach (var settings in Directory.GetFiles(Path.Combine(_tree.Root, build), "_sysconfigdata*.py"))
            Write($"{StandardLibrary}/{Path.GetFileName(settings)}", WithoutPrivatePaths(File.ReadAllText(settings)));
        CopyTree(Path.Combine(_tree.Root, "Include"), $"install/include/python{MajorMinor}");
        Copy(Path.Combine(_tree.Root, "pyconfig.h"), $"install/include/python{MajorMinor}/pyconfig.h");
        Copy(Path.Combine(_tree.Root, "python"), Executable);
        _command.Run("strip the interpreter", Root, BuildProgram.Strip, [Executable]);
        foreach (var name in new[] { "python3", "python" })
            File.CreateSymbolicLink(Path.Combine(Root, "install/bin", name), $"python{MajorMinor}");
    }

    /// <summary>A text in which the folders of this build are replaced, so that equal inputs give equal archives.</summary>
    public string WithoutPrivatePaths(string text) =>
        PrivatePaths.Aggregate(text, (current, path) => current.Replace(path, "/build", StringComparison.Ordinal));

    private void CopyTree(string source, string destination)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(source, file);
            if (!relative.Contains("__pycache__", StringComparison.Ordinal) && !relative.EndsWith(".pyc", StringComparison.Ordinal))
                Copy(file, Path.Combine(destination, relative));
        }
    }

    private void Copy(string source, string destination)
    {
        var path = Path.Combine(Root, destination);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(source, path, overwrite: true);
    }

    private void Write(string destination, string text)
    {
        var path = Path.Combine(Root, destination);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, new UTF8Encoding(false));
    }
}
