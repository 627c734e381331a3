using Oxidizer.Cache;
using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packing;

/// <summary>Blobs of made-up content, for tests of the format alone: no Python is needed for them, and their bytes are the same on every
/// machine.</summary>
internal static class SyntheticBlob
{
    private static readonly ResourceOrigin s_rule = new(1, ResourceOwner.Application, "rule 1");

    /// <summary>A namespace with a resource, a module that is linked in, a shared extension with a library that it needs, and a
    /// distribution.</summary>
    public static byte[] Tiny()
    {
        using var build = new TestBuild();
        var library = build.File("libx.so.1", "library"u8);
        var extension = build.File("x.so", "extension"u8);
        var metadata = build.File("METADATA", "Name: a\n"u8);
        var dependencies = new[] { "libx.so.1" };
        var shared = new SharedExtension("a.x", false, "a/x.so", extension, dependencies, s_rule, ResourceLocation.Embedded);
        return Write(
            build,
            new PackInput(
                [("run_mode", "noop"), ("warnings", "error"), ("warnings", "default")],
                [
                    new PackedModule("encodings", "encodings", PackedFlags.Package | PackedFlags.Namespace, false),
                    new PackedModule("math", "", PackedFlags.BuiltinExtension, false),
                    new PackedModule("a", "a", PackedFlags.Package | PackedFlags.Namespace, true),
                    new PackedModule("a.x", "a/x.so", PackedFlags.SharedExtension | PackedFlags.Main, true, Shared: shared)
                    {
                        Dependencies = dependencies,
                    },
                ],
                new ResourceSet(
                    [],
                    [],
                    [],
                    [shared],
                    [new SharedLibraryResource("libx.so.1", library, [], "libx.so.1", s_rule, ResourceLocation.Embedded)],
                    [
                        new PackageResource("a", "t.txt", "a/t.txt", build.File("t.txt", "text"u8), s_rule, ResourceLocation.Embedded),
                        new PackageResource("a", "u.txt", "a/u.txt", build.File("u.txt", []), s_rule, ResourceLocation.Embedded),
                    ],
                    [new PackageDistribution("A.b", "1", "A.b-1.dist-info", [("METADATA", metadata)], s_rule, ResourceLocation.Embedded)]
                )
                {
                    PlainFiles =
                    [
                        new PlainFile(
                            "templates/page.html",
                            build.File("page.html", "page"u8) with
                            {
                                IsExecutable = true,
                            },
                            s_rule,
                            ResourceLocation.Embedded
                        ),
                    ],
                    EmptyFolders = [new EmptyFolder("templates/empty", s_rule, ResourceLocation.Embedded)],
                    Links =
                    [
                        new FileLink("templates/latest", "../a", IsAlone: false, s_rule, ResourceLocation.Embedded),
                        new FileLink("templates/page.html", "../a/t.txt", IsAlone: false, s_rule, ResourceLocation.Embedded),
                    ],
                },
                new CompiledCode([], "none"),
                "none"
            )
        );
    }

    /// <summary>Namespaces of the given names, each with a resource of the given size.</summary>
    public static byte[] WithResources(IReadOnlyList<(string Name, int Size)> packages, PackedCodec codec)
    {
        using var build = new TestBuild();
        return Write(
            build,
            new PackInput(
                [],
                [
                    .. packages.Select(package => new PackedModule(
                        package.Name,
                        package.Name,
                        PackedFlags.Package | PackedFlags.Namespace,
                        true
                    )),
                ],
                new ResourceSet(
                    [],
                    [],
                    [],
                    [],
                    [],
                    [
                        .. packages.Select(
                            (package, index) =>
                                new PackageResource(
                                    package.Name,
                                    "data",
                                    "data",
                                    build.File($"data{index}", Content(package.Size)),
                                    s_rule,
                                    ResourceLocation.Embedded
                                )
                        ),
                    ],
                    []
                ),
                new CompiledCode([], "none"),
                "none"
            )
            {
                Codec = codec,
                Level = 3,
            }
        );
    }

    /// <summary>What a resource of that size holds.</summary>
    public static byte[] Content(int size) => [.. Enumerable.Range(0, size).Select(index => (byte)(index * 31 / 7 % 40))];

    private static byte[] Write(TestBuild build, PackInput input)
    {
        var layout = PackedLayout.Create(input, new PackedContent(input, build.Context()));
        BlobFile.Write(build["blob"], layout);
        return System.IO.File.ReadAllBytes(build["blob"]);
    }

    private static ResourceFile File(this TestBuild build, string name, ReadOnlySpan<byte> content)
    {
        build.Write(name, content.ToArray());
        return new ResourceFile(build[name], Sha256Digest.Of(content), content.Length);
    }
}
