using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packages;

/// <summary>The rule <c>data</c>.</summary>
public sealed class DataFilesTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild().Stdlib();

    public DataFilesTests() =>
        _build
            .Write("files/words.txt", "words")
            .Write("files/.hidden/rc", "")
            .Write("files/deep/a.json", "{}")
            .Write("files/deep/b.py", "no python")
            .Write("files/__pycache__/x.pyc", "")
            .Write("files/libx.so", "no library");

    public void Dispose() => _build.Dispose();

    private (List<string> Files, ResourceSet Resources, IReadOnlyList<Diagnostic> Diagnostics) Collect(DataRule rule)
    {
        _build.Rules.RemoveAll(other => other is DataRule);
        _build.Rule(rule);
        var context = _build.Context();
        var resources = _build.Collect(context);
        return ([.. resources.PlainFiles.Select(file => file.RelativePath)], resources, context.Diagnostics.All);
    }

    private DataRule Data(string path = "files") => new(_build[path], _build.At(2));

    [Fact]
    public void The_content_of_a_folder_comes_whole_whatever_its_names()
    {
        Directory.CreateDirectory(_build["files/empty"]);
        var (files, resources, diagnostics) = Collect(Data());
        Assert.Empty(diagnostics);
        Assert.Equal([".hidden/rc", "__pycache__/x.pyc", "deep/a.json", "deep/b.py", "libx.so", "words.txt"], files);
        Assert.Equal("empty", Assert.Single(resources.EmptyFolders).RelativePath);
        Assert.Empty(resources.SharedLibraries);
    }

    [Theory]
    [InlineData(".", "words.txt")]
    [InlineData("share/app", "share/app/words.txt")]
    [InlineData("./share//app/", "share/app/words.txt")]
    public void A_file_goes_where_the_rule_says(string dest, string path) =>
        Assert.Equal([path], Collect(Data("files/words.txt") with { Dest = dest }).Files);

    [Fact]
    public void Globs_and_excludes_are_over_paths()
    {
        var (files, _, diagnostics) = Collect(
            Data() with
            {
                Globs = ["deep/*", "*.txt", "none"],
                Excludes = ["data/deep/*.py"],
                Dest = "data",
            }
        );
        Assert.Equal(["data/deep/a.json", "data/words.txt"], files);
        Assert.Contains("`none`", Assert.Single(diagnostics).Message);
    }

    [Fact]
    public void Below_a_package_they_are_resources_of_it_and_what_is_imported_stays()
    {
        _build.Write("pkg/__init__.py", "").Write("pkg/b.py", "X = 1\n").Packages("pkg");
        var (files, resources, diagnostics) = Collect(Data("files/deep") with { Dest = "pkg" });
        Assert.Empty(diagnostics);
        Assert.Empty(files);
        Assert.Equal(
            "pkg: a.json",
            resources.PackageResources.Where(file => file.Package == "pkg").Select(file => $"{file.Package}: {file.Name}").Single()
        );
        Assert.Equal(_build["pkg/b.py"], resources.Modules.Single(module => module.Name == "pkg.b").File.Path);
    }

    [Fact]
    public void They_are_packed_with_their_bytes_and_beside_the_product_without()
    {
        Collect(Data() with { Dest = "data" });
        _build.Rule(new DataRule(_build["files/words.txt"], _build.At(3)) { InstallLocation = "app-relative:share" });
        var packed = PackedResourcesReader.Open(TestBuild.BytesOf(_build.Pack()));
        packed.Verify();
        var files = Enumerable
            .Range(packed.Count(PackedSection.Resources) - packed.PlainFiles, packed.PlainFiles)
            .Select(index => packed.File(PackedSection.Resources, index))
            .ToDictionary(file => file.Path);
        Assert.Equal("words"u8.ToArray(), packed.Read(files["data/words.txt"].Data));
        Assert.Equal(("share", PackedFlags.Filesystem), (files["words.txt"].Root, files["words.txt"].Flags));
    }

    [Fact]
    public void What_is_not_there_is_an_error() => Assert.Equal("OXI0301", Assert.Single(Collect(Data("absent")).Diagnostics).Kind.Id);

    [Theory]
    [InlineData("dest = \"../up\"")]
    [InlineData("dest = \"/abs\"")]
    [InlineData("dest = \"a/../../b\"")]
    [InlineData("dest = \"a\\nb\"")]
    [InlineData("globs = \"*.txt\"")]
    [InlineData("distributions = [\"x\"]")]
    public void A_mistake_in_the_rule_is_an_error_at_its_line(string line)
    {
        var mistakes = Assert
            .Throws<BuildFailedException>(() =>
                ConfigurationReader
                    .Parse($"[[python_packages]]\ntype = \"data\"\npath = \"x\"\n{line}\n", "oxidizer.toml", "/project")
                    .For(TargetTriple.Host)
            )
            .Diagnostics;
        Assert.Equal(4, Assert.Single(mistakes).Location!.Line);
    }

    [Theory]
    [InlineData("type = \"installed\"", "OXI0111")]
    [InlineData("type = \"installed\"\ndistributions = [\"../x\"]", "OXI0104")]
    [InlineData("type = \"installed\"\ndistributions = [\"\"]", "OXI0104")]
    [InlineData("type = \"package-root\"\npath = \".\"\npackages = [\"a*\"]", "OXI0104")]
    public void A_mistake_in_the_other_rules_is_too(string rule, string id)
    {
        var mistakes = Assert
            .Throws<BuildFailedException>(() =>
                ConfigurationReader.Parse($"[[python_packages]]\n{rule}\n", "oxidizer.toml", "/project").For(TargetTriple.Host)
            )
            .Diagnostics;
        Assert.Equal(id, Assert.Single(mistakes).Kind.Id);
    }
}
