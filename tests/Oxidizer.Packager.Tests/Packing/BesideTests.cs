using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packing;

/// <summary>What a blob says of what lies beside the product.</summary>
public sealed class BesideTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild().Stdlib();

    public BesideTests() => _build.Write("parts/pkg/__init__.py", "").Write("parts/pkg/mod.py", "X = 1\n").Write("parts/pkg/data/x.txt", "data").Write("parts/space/two.py", "")
        .Write("parts/pkg-1.0.dist-info/METADATA", "Name: pkg\nVersion: 1.0\n\n").Write("bare/bare.py", "").Write("inside/space/one.py", "")
        .Rule(new PackageRootRule(_build["parts"], ["pkg", "space"], _build.At(2)) { InstallLocation = "app-relative:lib" })
        .Rule(new PackageRootRule(_build["bare"], ["bare"], _build.At(3)) { InstallLocation = "app-relative:lib", IncludeSource = false })
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
        var file = reader.File(PackedSection.Resources, reader.Module(reader.Find("pkg")).FirstResource);
        Assert.Equal(("data/x.txt", "pkg/data/x.txt", "lib", PackedFlags.Filesystem, false), (file.Name, file.Path, file.Root, file.Flags, file.Data.Exists));
        var metadata = reader.File(PackedSection.DistributionFiles, reader.Distribution(0).FirstFile);
        Assert.Equal(("METADATA", "pkg-1.0.dist-info/METADATA", "lib", false), (metadata.Name, metadata.Path, metadata.Root, metadata.Data.Exists));
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
    public void They_are_counted()
    {
        var beside = _build.Pack().Blob;
        for (var index = 1; index < _build.Rules.Count; index++)
            _build.Rules[index] = ((PackageRootRule)_build.Rules[index]) with { InstallLocation = "embedded" };
        var embedded = _build.Pack().Blob;
        Assert.Equal((embedded.ModuleCount, embedded.ResourceCount), (beside.ModuleCount, beside.ResourceCount));
    }
}
