using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Tests.Resources;

/// <summary>What <c>package-root</c> takes of the metadata beside the packages, and who uses <c>__file__</c>.</summary>
public sealed class PackageMetadataTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild().Stdlib();

    public void Dispose() => _build.Dispose();

    [Fact]
    public void The_metadata_of_a_named_package_comes_with_it_and_that_of_others_does_not()
    {
        _build
            .Packages("by_name", "yaml", "recorded", "single")
            .Write("by_name/__init__.py", "")
            .Write("yaml/__init__.py", "")
            .Write("recorded.py", "")
            .Write("single.py", "")
            .Write("other/__init__.py", "")
            .Write("by_name-1.0.dist-info/METADATA", "Name: by-name\nVersion: 1.0\n")
            .Write("PyYAML-6.0.egg-info/PKG-INFO", "Name: PyYAML\nVersion: 6.0\n")
            .Write("PyYAML-6.0.egg-info/top_level.txt", "_yaml\nyaml\n")
            .Write("Thing-2.dist-info/RECORD", "recorded.py,sha256=x,1\n")
            .Write("Thing-2.dist-info/METADATA", "Name: Thing\nVersion: 2\n")
            .Write("single-3.egg-info", "Name: single\nVersion: 3\n")
            .Write("other-9.dist-info/METADATA", "Name: other\nVersion: 9\n")
            .Write("other-9.dist-info/RECORD", "other/__init__.py,,\n");
        var context = _build.Context();
        var resources = _build.Collect(context);
        Assert.Empty(context.Diagnostics.All);
        Assert.Equal(
            ["PyYAML 6.0", "Thing 2", "by-name 1.0", "single 3"],
            resources
                .PackageDistributions.Select(distribution => $"{distribution.Name} {distribution.Version}")
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            "PKG-INFO",
            Assert.Single(resources.PackageDistributions.Single(distribution => distribution.Name == "single").Files).Name
        );
    }

    [Fact]
    public void Packages_that_use_file_names_are_named_and_read_once()
    {
        _build
            .Packages("app", "quiet")
            .Write("app/__init__.py", "")
            .Write("app/data.py", "import os\nHERE = os.path.dirname(__file__)\n")
            .Write("quiet/__init__.py", "# __file__\nx = '__file__'\n");
        var context = _build.Context();
        var user = Assert.Single(FileUsers.Find(_build.Collect(context), context));
        Assert.Equal("app", user.Package);
        Assert.Equal(["app.data"], user.Modules);
        Assert.StartsWith("`app` uses `__file__`; if it opens data by", FileUser.Summary([user]));
        var many = Enumerable.Range(0, 7).Select(number => new FileUser($"p{number}", [])).ToList();
        Assert.StartsWith("`p0`, `p1`, `p2`, `p3`, `p4` and 2 other packages use `__file__`; if one opens data by", FileUser.Summary(many));
        context.Cache.Flush();
        var again = _build.Context();
        var resources = _build.Collect(again);
        File.Delete(_build["app/data.py"]);
        Assert.Equal(["app.data"], Assert.Single(FileUsers.Find(resources, again)).Modules);
    }

    [Fact]
    public void A_package_below_a_folder_that_is_named_stdlib_is_the_applications_all_the_same()
    {
        const string folder = "work (stdlib)";
        _build.Rule(new PackageRootRule(_build[folder], ["app"], null)).Write($"{folder}/app/__init__.py", "HERE = __file__\n");
        var context = _build.Context();
        var resources = _build.Collect(context);
        Assert.Equal("app", Assert.Single(FileUsers.Find(resources, context)).Package);
        var modules = _build.Input(resources, _build.Compile(resources, context)).Modules;
        Assert.True(modules.Single(module => module.Name == "app").IsApplication);
        Assert.False(modules.Single(module => module.Name == "json.decoder").IsApplication);
    }

    [Theory]
    [InlineData("x = __file__", true)]
    [InlineData("f(__file__)", true)]
    [InlineData("'it''s'; __file__", true)]
    [InlineData("'''\n# '\n'''; __file__", true)]
    [InlineData("# a 'remark\n__file__", true)]
    [InlineData("x = 'open\n__file__", true)]
    [InlineData("module.__file__", true)]
    [InlineData("my__file__", false)]
    [InlineData("__file__x", false)]
    [InlineData("# __file__", false)]
    [InlineData("\"\"\"__file__\"\"\"", false)]
    [InlineData("'''__file__", false)]
    [InlineData("'\\'__file__'", false)]
    [InlineData("", false)]
    public void A_name_counts_where_it_is_code(string source, bool expected) =>
        Assert.Equal(expected, FileUsers.UsesFile(System.Text.Encoding.UTF8.GetBytes(source)));
}
