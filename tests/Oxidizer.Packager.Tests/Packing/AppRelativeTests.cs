using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Installing;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packing;

/// <summary>What a blob says of what lies beside the product.</summary>
public sealed class AppRelativeTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild().Stdlib();

    public AppRelativeTests() =>
        _build
            .Write("parts/pkg/__init__.py", "")
            .Write("parts/pkg/mod.py", "X = 1\n")
            .Write("parts/pkg/data/x.txt", "data")
            .Write("parts/space/two.py", "")
            .Write("parts/pkg-1.0.dist-info/METADATA", "Name: pkg\nVersion: 1.0\n\n")
            .Write("bare/bare.py", "")
            .Write("inside/space/one.py", "")
            .Rule(new PackageRootRule(_build["parts"], ["pkg", "space"], _build.At(2)) { InstallLocation = "app-relative:lib" })
            .Rule(
                new PackageRootRule(_build["bare"], ["bare"], _build.At(3)) { InstallLocation = "app-relative:lib", IncludeSource = false }
            )
            .Rule(new PackageRootRule(_build["inside"], ["space"], _build.At(4)));

    public void Dispose() => _build.Dispose();

    [Fact]
    public void Modules_resources_and_metadata_have_a_folder_and_no_bytes()
    {
        var reader = PackedResourcesReader.Open(TestBuild.BytesOf(_build.Pack()));
        reader.Verify();
        var mod = reader.Module(reader.Find("pkg.mod"));
        Assert.Equal(("pkg/mod.py", "lib", PackedFlags.Filesystem), (mod.Path, mod.Root, mod.Flags));
        Assert.False(mod.Code.Exists || mod.Source.Exists);
        Assert.Equal(PackedFlags.Filesystem | PackedFlags.Package, reader.Module(reader.Find("pkg")).Flags);
        Assert.Equal("bare.pyc", reader.Module(reader.Find("bare")).Path);
        var space = reader.Module(reader.Find("space"));
        Assert.Equal(("space", "lib", PackedFlags.Package | PackedFlags.Namespace), (space.Path, space.Root, space.Flags));
        var file = reader.File(PackedSection.Resources, reader.Module(reader.Find("pkg.data")).FirstResource);
        Assert.Equal(
            ("x.txt", "pkg/data/x.txt", "lib", PackedFlags.Filesystem, false),
            (file.Name, file.Path, file.Root, file.Flags, file.Data.Exists)
        );
        var metadata = reader.File(PackedSection.DistributionFiles, reader.Distribution(0).FirstFile);
        Assert.Equal(
            ("METADATA", "pkg-1.0.dist-info/METADATA", "lib", false),
            (metadata.Name, metadata.Path, metadata.Root, metadata.Data.Exists)
        );
    }

    [Fact]
    public void Their_content_is_no_part_of_the_blob()
    {
        var first = _build.Pack();
        _build.Write("parts/pkg/mod.py", "X = 2\n").Write("parts/pkg/data/x.txt", "other").Write("bare/bare.py", "Y = 1\n");
        var second = _build.Pack();
        Assert.Equal(first.Blob, second.Blob);
        Assert.Equal([("compile_bytecode", 2)], TestBuild.Executed(second.Context));
        _build.Write("parts/pkg/more.py", "");
        Assert.NotEqual(first.Blob.Digest, _build.Pack().Blob.Digest);
    }

    [Fact]
    public void A_source_whose_bytecode_would_have_too_long_a_name_stands_alone()
    {
        var (fits, long_) = (new string('f', 255 - $".{_build.Distribution.CacheTag}.pyc".Length), new string('l', 252));
        _build.Write($"parts/pkg/{fits}.py", "").Write($"parts/pkg/{long_}.py", "");
        var context = _build.Context();
        var resources = _build.Collect(context);
        var paths = AppRelativePlan
            .Create(optimizeLevel: 0, _build.Distribution, resources, _build.Compile(resources, context), context)
            .Select(file => file.Path)
            .ToList();
        Assert.Empty(context.Diagnostics.All);
        Assert.Equal(
            [$"lib/pkg/{fits}.py", $"lib/pkg/__pycache__/{fits}.{_build.Distribution.CacheTag}.pyc"],
            paths.Where(path => path.Contains(fits, StringComparison.Ordinal)).OrderBy(path => path.Length)
        );
        Assert.Equal([$"lib/pkg/{long_}.py"], paths.Where(path => path.Contains(long_, StringComparison.Ordinal)));
    }

    [Fact]
    public void They_are_counted()
    {
        var beside = _build.Pack().Blob;
        for (var index = 1; index < _build.Rules.Count; index++)
            _build.Rules[index] = ((PackageRootRule)_build.Rules[index]) with { InstallLocation = "embedded" };
        var embedded = _build.Pack().Blob;
        Assert.Equal((embedded.ModuleCount, embedded.ResourceCount), (beside.ModuleCount, beside.ResourceCount));
    }
}
