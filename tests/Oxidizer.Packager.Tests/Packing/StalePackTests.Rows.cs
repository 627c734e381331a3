using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Tests.Packing;

/// <summary>The rows: a change of each field.</summary>
public sealed partial class StalePackTests
{
    private static readonly ResourceOrigin s_elsewhere = new(9, ResourceOwner.Application, "a rule of another checkout");

    private static readonly Dictionary<string, Row> s_rows = new(StringComparer.Ordinal)
    {
        ["PackInput.Settings"] = Input(input => input with { Settings = [.. input.Settings, ("zz", "1")] }),
        ["PackInput.Modules"] = Input(input =>
            input with
            {
                Modules = [.. input.Modules.SkipLast(2), input.Modules[^1], input.Modules[^2]],
            }
        ),
        ["PackInput.Resources"] = Input(input =>
            input with
            {
                Resources = input.Resources with { PackageResources = [.. input.Resources.PackageResources.SkipLast(1)] },
            }
        ),
        // It is named by `Python` and by the digests of the sources.
        ["PackInput.Code"] = Idle(input => input with { Code = input.Code }),
        ["PackInput.Python"] = Input(input => input with { Python = input.Python + " another" }),
        ["PackInput.Codec"] = Input(input => input with { Codec = PackedCodec.Zstd }),
        ["PackInput.Level"] = Input(input => input with { Level = 1 }),

        ["PackedModule.Name"] = Packed("this", module => module with { Name = "that" }),
        ["PackedModule.Path"] = Packed("this", module => module with { Path = "that.py" }),
        ["PackedModule.Flags"] = Packed("this", module => module with { Flags = module.Flags | PackedFlags.Lazy }),
        ["PackedModule.IsApplication"] = Packed("this", module => module with { IsApplication = true }),
        ["PackedModule.Source"] = Packed("this", module => module with { Source = null }),
        ["PackedModule.Shared"] = Packed("pkg.fast", module => module with { Shared = null }),
        ["PackedModule.Root"] = Packed("this", module => module with { Root = "lib" }),
        ["PackedModule.Dependencies"] = Packed("pkg.fast", module => module with { Dependencies = [] }),

        ["ResourceSet.Modules"] = Resources(set => set with { Modules = [.. set.Modules.Where(module => module.Name != "this")] }),
        ["ResourceSet.Namespaces"] = Resources(set => set with { Namespaces = [] }),
        ["ResourceSet.Extensions"] = Resources(set =>
            set with
            {
                Extensions = [.. set.Extensions.Where(extension => extension.Name != "math")],
            }
        ),
        ["ResourceSet.SharedExtensions"] = Resources(set => set with { SharedExtensions = [] }),
        ["ResourceSet.SharedLibraries"] = Resources(set => set with { SharedLibraries = [.. set.SharedLibraries.Take(1)] }),
        ["ResourceSet.PackageResources"] = Resources(set => set with { PackageResources = [] }),
        ["ResourceSet.PackageDistributions"] = Resources(set => set with { PackageDistributions = [] }),

        // A number and words for people; only whose the module is decides about its place.
        ["ResourceOrigin.Rule"] = Idle(Module(module => module with { Origin = module.Origin with { Rule = 9 } })),
        ["ResourceOrigin.Words"] = Idle(Module(module => module with { Origin = module.Origin with { Words = "other words" } })),
        ["ResourceOrigin.Owner"] = Module(module => module with { Origin = module.Origin with { Owner = ResourceOwner.StandardLibrary } }),

        ["ModuleSource.Name"] = Module(module => module with { Name = "app.speech" }),
        ["ModuleSource.IsPackage"] = Module(module => module with { IsPackage = true }),
        ["ModuleSource.RelativePath"] = Module(module => module with { RelativePath = "app/speech.py" }),
        ["ModuleSource.File"] = Module((product, module) => module with { File = product.File("app/other-words.txt") }),
        ["the path of a source"] = Idle(Module((product, module) => module with { File = product.File("app/same-words.txt") })),
        ["ModuleSource.OptimizeLevel"] = Module(module => module with { OptimizeLevel = 1 }),
        ["ModuleSource.IncludeSource"] = Module(module => module with { IncludeSource = false }),
        // It compiles: what would be if it did not is not asked.
        ["ModuleSource.MayNotCompile"] = Idle(Module(module => module with { MayNotCompile = true })),
        ["ModuleSource.TellsRefusal"] = Idle(Module(module => module with { TellsRefusal = true })),
        ["ModuleSource.Origin"] = Idle(Module(module => module with { Origin = s_elsewhere })),
        ["ModuleSource.Location"] = Module(Beside),

        ["NamespacePackage.Name"] = Spaces(space => space with { Name = "app.room" }),
        ["NamespacePackage.RelativePath"] = Spaces(space => space with { RelativePath = "app/room" }),
        ["NamespacePackage.Origin"] = Idle(Spaces(space => space with { Origin = s_elsewhere })),
        // Where its portions are counts.
        ["NamespacePackage.Location"] = Idle(Spaces(Beside)),
        // What a namespace holds says so itself.
        ["NamespacePackage.IsData"] = Idle(Spaces(space => space with { IsData = !space.IsData })),
        ["NamespacePackage.Portions"] = Spaces(space => space with { Portions = [new ResourceLocation("lib")] }),

        ["SharedExtension.Name"] = Extensions((_, extension) => extension with { Name = "pkg.faster" }),
        ["SharedExtension.IsPackage"] = Extensions((_, extension) => extension with { IsPackage = true }),
        ["SharedExtension.RelativePath"] = Extensions((_, extension) => extension with { RelativePath = "pkg/faster.so" }),
        ["SharedExtension.File"] = Extensions((product, extension) => extension with { File = product.File("fast.c") }),
        ["SharedExtension.Dependencies"] = Extensions((_, extension) => extension with { Dependencies = [Product.Alone] }),
        ["SharedExtension.Origin"] = Idle(Extensions((_, extension) => extension with { Origin = s_elsewhere })),
        ["SharedExtension.Location"] = Extensions((_, extension) => Beside(extension)),

        ["SharedLibraryResource.Soname"] = Libraries((_, library) => library with { Soname = "libother.so.1" }),
        ["SharedLibraryResource.File"] = Libraries((product, library) => library with { File = product.File("fast.c") }),
        ["SharedLibraryResource.Dependencies"] = Libraries((_, library) => library with { Dependencies = ["libb.so.1"] }),
        ["SharedLibraryResource.RelativePath"] = Libraries((_, library) => library with { RelativePath = "elsewhere/libb.so.1" }),
        ["SharedLibraryResource.Origin"] = Idle(Libraries((_, library) => library with { Origin = s_elsewhere })),
        ["SharedLibraryResource.Location"] = Libraries((_, library) => Beside(library)),

        ["PackageResource.Package"] = Files((_, file) => file with { Package = "pkg" }),
        ["PackageResource.Name"] = Files((_, file) => file with { Name = "a/" + file.Name }),
        ["PackageResource.RelativePath"] = Files((_, file) => file with { RelativePath = "elsewhere/" + file.RelativePath }),
        ["PackageResource.File"] = Files((product, file) => file with { File = product.File("fast.c") }),
        ["PackageResource.Origin"] = Idle(Files((_, file) => file with { Origin = s_elsewhere })),
        ["PackageResource.Location"] = Files((_, file) => Beside(file)),

        ["ResourceFile.Path"] = Idle(
            Files((product, file) => file with { File = file.File with { Path = product.Build["app/./table.txt"] } })
        ),
        ["ResourceFile.Digest"] = Files((product, file) => file with { File = product.File("app/same-words.txt") }),
        ["ResourceFile.Size"] = Files((product, file) => file with { File = product.File("app/other-words.txt") }),
        ["ResourceFile.IsExecutable"] = Files((_, file) => file with { File = file.File with { IsExecutable = true } }),

        ["ResourceSet.PlainFiles"] = Resources(set => set with { PlainFiles = [] }),
        ["PlainFile.RelativePath"] = Plain((_, file) => file with { RelativePath = "notes/other.txt" }),
        ["PlainFile.File"] = Plain((product, file) => file with { File = product.File("fast.c") }),
        ["PlainFile.Origin"] = Idle(Plain((_, file) => file with { Origin = s_elsewhere })),
        ["PlainFile.Location"] = Plain((_, file) => Beside(file)),

        ["ResourceSet.EmptyFolders"] = Resources(set => set with { EmptyFolders = [] }),
        ["EmptyFolder.RelativePath"] = Folders(folder => folder with { RelativePath = "queue" }),
        ["EmptyFolder.Origin"] = Idle(Folders(folder => folder with { Origin = s_elsewhere })),
        ["EmptyFolder.Location"] = Folders(Beside),
        ["ResourceSet.Links"] = Resources(set => set with { Links = [] }),
        ["FileLink.RelativePath"] = Links(link => link with { RelativePath = "notes/other" }),
        ["FileLink.Target"] = Links(link => link with { Target = "other.txt" }),
        ["FileLink.IsAlone"] = Idle(Links(link => link with { IsAlone = false })),
        ["FileLink.Origin"] = Idle(Links(link => link with { Origin = s_elsewhere })),
        ["FileLink.Location"] = Links(Beside),

        ["PackageDistribution.Name"] = Distributions(distribution => distribution with { Name = "something" }),
        ["PackageDistribution.Version"] = Distributions(distribution => distribution with { Version = "1.1" }),
        ["PackageDistribution.Folder"] = Distributions(distribution => distribution with { Folder = "other.dist-info" }),
        ["PackageDistribution.Files"] = Distributions(distribution => distribution with { Files = [.. distribution.Files.Take(1)] }),
        ["PackageDistribution.Origin"] = Idle(Distributions(distribution => distribution with { Origin = s_elsewhere })),
        ["PackageDistribution.Location"] = Distributions(Beside),
    };

    private static Row Input(Func<PackInput, PackInput> change) => new(true, (_, set) => set, change);

    private static Row Resources(Func<ResourceSet, ResourceSet> change) => Resources((_, set) => change(set));

    private static Row Resources(Func<Product, ResourceSet, ResourceSet> change) => new(true, change, input => input);

    private static Row Idle(Row row) => row with { Runs = false };

    private static Row Idle(Func<PackInput, PackInput> change) => Idle(Input(change));

    private static Row Packed(string name, Func<PackedModule, PackedModule> change) =>
        Input(input => input with { Modules = [.. input.Modules.Select(module => module.Name == name ? change(module) : module)] });

    private static Row Module(Func<ModuleSource, ModuleSource> change) => Module((_, module) => change(module));

    private static Row Module(Func<Product, ModuleSource, ModuleSource> change) =>
        Resources(
            (product, set) =>
                set with
                {
                    Modules = [.. set.Modules.Select(module => module.Name == "app.words" ? change(product, module) : module)],
                }
        );

    private static Row Spaces(Func<NamespacePackage, NamespacePackage> change) =>
        Resources(set => set with { Namespaces = [.. set.Namespaces.Select(change)] });

    private static Row Extensions(Func<Product, SharedExtension, SharedExtension> change) =>
        Resources((product, set) => set with { SharedExtensions = [.. set.SharedExtensions.Select(item => change(product, item))] });

    // The last one, which no module needs.
    private static Row Libraries(Func<Product, SharedLibraryResource, SharedLibraryResource> change) =>
        Resources(
            (product, set) => set with { SharedLibraries = [.. set.SharedLibraries.SkipLast(1), change(product, set.SharedLibraries[^1])] }
        );

    private static Row Files(Func<Product, PackageResource, PackageResource> change) =>
        Resources(
            (product, set) =>
                set with
                {
                    PackageResources = [.. set.PackageResources.Select(file => file.Name == "table.txt" ? change(product, file) : file)],
                }
        );

    private static Row Plain(Func<Product, PlainFile, PlainFile> change) =>
        Resources((product, set) => set with { PlainFiles = [.. set.PlainFiles.Select(file => change(product, file))] });

    private static Row Links(Func<FileLink, FileLink> change) => Resources(set => set with { Links = [.. set.Links.Select(change)] });

    private static Row Folders(Func<EmptyFolder, EmptyFolder> change) =>
        Resources(set => set with { EmptyFolders = [.. set.EmptyFolders.Select(change)] });

    private static Row Distributions(Func<PackageDistribution, PackageDistribution> change) =>
        Resources(set => set with { PackageDistributions = [.. set.PackageDistributions.Select(change)] });

    private static T Beside<T>(T resource)
        where T : Resource => (T)(resource with { Location = new ResourceLocation("lib") });
}
