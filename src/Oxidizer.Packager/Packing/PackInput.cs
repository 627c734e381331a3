using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packing;

/// <summary>A module as it goes into a blob.</summary>
/// <param name="Name">Full name.</param>
/// <param name="Path">Relative to its root; empty for one that is linked in.</param>
/// <param name="Flags">What it is.</param>
/// <param name="IsApplication">Whether it is of the application, and not of the standard library.</param>
/// <param name="Source">If it has a source, and is embedded.</param>
/// <param name="Shared">If it is a shared extension module, and is embedded.</param>
internal sealed record PackedModule(
    string Name,
    string Path,
    PackedFlags Flags,
    bool IsApplication,
    ModuleSource? Source = null,
    SharedExtension? Shared = null
)
{
    /// <summary>The folder beside the product that holds it, or empty; of a namespace package each folder with a portion, a line
    /// each.</summary>
    public string Root { get; init; } = "";

    /// <summary>SONAMEs of the libraries that a shared extension module needs, in loading order, wherever the module lives.</summary>
    public IReadOnlyList<string> Dependencies { get; init; } = [];
}

/// <summary>What goes into a blob.</summary>
internal sealed record PackInput
{
    internal PackInput(
        IReadOnlyList<(string Name, string Value)> settings,
        IReadOnlyList<PackedModule> modules,
        ResourceSet resources,
        CompiledCode code,
        string python
    ) => (Settings, Modules, Resources, Code, Python) = (settings, modules, resources, code, python);

    /// <summary>Sorted by name.</summary>
    internal IReadOnlyList<(string Name, string Value)> Settings { get; init; }

    /// <summary>In the order of the blob.</summary>
    internal IReadOnlyList<PackedModule> Modules { get; init; }

    internal ResourceSet Resources { get; init; }

    internal CompiledCode Code { get; init; }

    /// <summary>Which Python compiled the bytecode. In the key this and the digests of the sources stand for the code.</summary>
    internal string Python { get; init; }

    /// <summary>The codec for sources and resources.</summary>
    internal PackedCodec Codec { get; init; }

    /// <summary>The codec's level.</summary>
    internal int Level { get; init; }

    /// <summary>Puts together the settings and the resources.</summary>
    /// <exception cref="BuildFailedException">The file of <c>[packing] order</c> cannot be read.</exception>
    public static PackInput Create(
        PackingTable packing,
        PythonConfigTable python,
        RunTable run,
        Distribution distribution,
        ResourceSet resources,
        CompiledCode code
    )
    {
        var codec = packing.Compress switch
        {
            "none" => PackedCodec.None,
            "zlib" => PackedCodec.Zlib,
            "zstd" => PackedCodec.Zstd,
            _ => throw new InvalidOperationException($"`compress = \"{packing.Compress}\"` came through the reader; please report this"),
        };
        var modules = ImportOrder.Sort(ModulesOf(resources, python, run, code), packing);
        return new PackInput(ProductSettings.From(python, run, distribution), modules, resources, code, code.Python)
        {
            Codec = codec,
            Level = packing.CompressLevel ?? (codec == PackedCodec.Zstd ? 9 : 6),
        };
    }

    /// <summary>Whether there is an entry for every module of some resources, wherever it stands.</summary>
    internal bool Names(ResourceSet resources)
    {
        var names = Modules.Select(module => module.Name).ToHashSet(StringComparer.Ordinal);
        return resources.Modules.All(module => names.Contains(module.Name))
            && resources.Namespaces.All(space => names.Contains(space.Name))
            && resources.Extensions.All(extension => names.Contains(extension.Name))
            && resources.SharedExtensions.All(extension => names.Contains(extension.Name));
    }

    private static List<PackedModule> ModulesOf(ResourceSet resources, PythonConfigTable python, RunTable run, CompiledCode code)
    {
        // An extension module that is linked in hides a source of its name, as the built-in importer does.
        var modules = resources.Extensions.ToDictionary(
            extension => extension.Name,
            extension => new PackedModule(extension.Name, "", PackedFlags.BuiltinExtension, IsApplication: false),
            StringComparer.Ordinal
        );
        foreach (var module in resources.Modules)
            modules.TryAdd(module.Name, Of(module, code));
        foreach (var space in resources.Namespaces)
            modules.TryAdd(space.Name, Of(space));
        foreach (var shared in resources.SharedExtensions)
            modules.TryAdd(shared.Name, Of(shared));

        var main = run.Starts.Select(start => MainModule(start, modules)).ToHashSet(StringComparer.Ordinal);
        var lazy = python.LazyModules.ToHashSet(StringComparer.Ordinal);
        return
        [
            .. modules.Values.Select(module =>
                module with
                {
                    Flags =
                        module.Flags
                        | (main.Contains(module.Name) ? PackedFlags.Main : 0)
                        | (lazy.Contains("*") || lazy.Contains(module.Name) ? PackedFlags.Lazy : 0),
                }
            ),
        ];
    }

    private static PackedModule Of(ModuleSource module, CompiledCode code)
    {
        var flags =
            PackageFlag(module.IsPackage)
            | (PackedFlags)((uint)module.OptimizeLevel << PackedFormat.LevelShift)
            | ExecutableFlag(module.File);
        var isApplication = module.Origin.Owner != ResourceOwner.StandardLibrary;
        return module.Location.Folder is { } folder
            ? new PackedModule(
                module.Name,
                code.HasSource(module) ? module.RelativePath : PycFile.WithoutSource(module.RelativePath),
                flags | PackedFlags.Filesystem,
                isApplication
            )
            {
                Root = folder,
            }
            : new PackedModule(module.Name, module.RelativePath, flags, isApplication, module);
    }

    private static PackedModule Of(NamespacePackage space)
    {
        var folders = space.Portions.Select(portion => portion.Folder).OfType<string>().ToList();
        var flags =
            PackedFlags.Package
            | PackedFlags.Namespace
            | (folders.Count == space.Portions.Count ? PackedFlags.Filesystem : PackedFlags.None);
        return new PackedModule(space.Name, space.RelativePath, flags, IsApplication: true) { Root = string.Join('\n', folders) };
    }

    // The dependencies of one beside the product, too: the libraries are loaded before it, from wherever they are.
    private static PackedModule Of(SharedExtension shared)
    {
        var flags = PackageFlag(shared.IsPackage) | PackedFlags.SharedExtension | ExecutableFlag(shared.File);
        return shared.Location.Folder is { } folder
            ? new PackedModule(shared.Name, shared.RelativePath, flags | PackedFlags.Filesystem, IsApplication: true)
            {
                Root = folder,
                Dependencies = shared.Dependencies,
            }
            : new PackedModule(shared.Name, shared.RelativePath, flags, IsApplication: true, Shared: shared)
            {
                Dependencies = shared.Dependencies,
            };
    }

    private static PackedFlags PackageFlag(bool isPackage) => isPackage ? PackedFlags.Package : PackedFlags.None;

    private static PackedFlags ExecutableFlag(ResourceFile file) => file.IsExecutable ? PackedFlags.Executable : PackedFlags.None;

    private static string MainModule(string start, Dictionary<string, PackedModule> modules)
    {
        var name = start.Split(':')[0];
        return modules.ContainsKey(name + ".__main__") ? name + ".__main__" : name;
    }
}
