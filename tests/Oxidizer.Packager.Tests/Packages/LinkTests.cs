using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packages;

/// <summary>Which symbolic links are packed as links.</summary>
public sealed class LinkTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild().Stdlib();

    public LinkTests() => _build.Write("pkg/__init__.py", "").Write("pkg/a.py", "X = 1\n").Write("pkg/v2/table.txt", "table");

    public void Dispose() => _build.Dispose();

    private LinkTests Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_build[path])!);
        File.CreateSymbolicLink(_build[path], target);
        return this;
    }

    private (ResourceSet Resources, IReadOnlyList<Diagnostic> Diagnostics) Collect(params PackageRule[] rules)
    {
        foreach (var rule in rules)
            _build.Rule(rule);
        var context = _build.Context();
        return (_build.Collect(context), context.Diagnostics.All);
    }

    private static List<string> LinksOf(ResourceSet resources) =>
        [.. resources.Links.Select(link => $"{link.RelativePath} -> {link.Target}")];

    private PackageRootRule Package(string name = "pkg") => new(_build[""], [name], _build.At(2));

    private DataRule Data(string path) => new(_build[path], _build.At(3));

    [Fact]
    public void Links_within_a_package_are_packed_as_links_and_keep_their_own_names_for_imports()
    {
        Link("pkg/b.py", "a.py").Link("pkg/current", "v2").Link("pkg/chain", "current").Link("pkg/v2/again.txt", "../chain/table.txt");
        var (resources, diagnostics) = Collect(Package());
        Assert.Empty(diagnostics);
        Assert.Equal(
            ["pkg/b.py -> a.py", "pkg/chain -> current", "pkg/current -> v2", "pkg/v2/again.txt -> ../chain/table.txt"],
            LinksOf(resources)
        );
        Assert.Contains(resources.Modules, module => module.Name == "pkg.b");
        Assert.Contains(resources.PackageResources, file => file.RelativePath == "pkg/current/table.txt");
    }

    [Fact]
    public void A_link_that_leads_nowhere_within_the_tree_or_in_a_circle_is_packed_and_one_out_of_it_is_told()
    {
        Link("pkg/none", "v2/none").Link("pkg/left", "right").Link("pkg/right", "left").Link("pkg/self", "self");
        Link("pkg/out", "../../none").Link("pkg/absolute", "/nowhere/at/all");
        var (resources, diagnostics) = Collect(Package());
        Assert.Equal(["pkg/left -> right", "pkg/none -> v2/none", "pkg/right -> left", "pkg/self -> self"], LinksOf(resources));
        Assert.Equal(["OXI0323", "OXI0323"], diagnostics.Select(diagnostic => diagnostic.Kind.Id));
    }

    [Fact]
    public void A_link_to_a_folder_above_it_is_packed_and_not_followed()
    {
        Link("pkg/up", "..").Link("pkg/here", ".").Link("pkg/one/two", "../three").Link("pkg/three/four", "../one");
        var (resources, diagnostics) = Collect(Package());
        Assert.Empty(diagnostics);
        Assert.Equal(["pkg/here -> .", "pkg/one/two -> ../three", "pkg/three/four -> ../one", "pkg/up -> .."], LinksOf(resources));
        Assert.DoesNotContain(resources.Modules, module => module.Name.StartsWith("pkg.up", StringComparison.Ordinal));
    }

    [Fact]
    public void A_link_whose_target_is_not_packed_is_packed_as_what_it_led_to()
    {
        _build.Write("pkg/old.py", "Y = 2\n").Write("words.txt", "words");
        Link("pkg/new.py", "old.py").Link("pkg/words.txt", "../words.txt").Link("pkg/absolute.txt", _build["words.txt"]);
        Link("pkg/folder", "v3").Link("pkg/v3/kept.txt", "../v2/table.txt");
        _build.Write("pkg/v3/left-out.txt", "");
        var (resources, _) = Collect(Package() with { Excludes = ["pkg.old", "pkg/v3/left-out.txt"] });
        Assert.Equal(["pkg/folder/kept.txt -> ../v2/table.txt", "pkg/v3/kept.txt -> ../v2/table.txt"], LinksOf(resources));
        Assert.Contains(resources.Modules, module => module.Name == "pkg.new");
        Assert.Contains(resources.PackageResources, file => file.RelativePath == "pkg/words.txt");
        Assert.Contains(resources.PackageResources, file => file.RelativePath == "pkg/absolute.txt");
        Assert.Contains(resources.PackageResources, file => file.RelativePath == "pkg/folder/left-out.txt");
    }

    [Fact]
    public void A_link_to_a_file_that_another_rule_replaced_is_packed_as_what_it_led_to()
    {
        Link("pkg/b.py", "a.py");
        _build.Write("other/pkg/a.py", "X = 2\n").Write("other/pkg/__init__.py", "");
        var (resources, _) = Collect(Package(), new PackageRootRule(_build["other"], ["pkg.a"], _build.At(4)));
        Assert.Empty(resources.Links);
        Assert.Contains(resources.Modules, module => module.Name == "pkg.b");
    }

    [Fact]
    public void Without_sources_a_link_to_a_module_is_no_file()
    {
        Link("pkg/b.py", "a.py").Link("pkg/again.txt", "v2/table.txt");
        var (resources, _) = Collect(Package() with { IncludeSource = false });
        Assert.Equal(["pkg/again.txt -> v2/table.txt"], LinksOf(resources));
    }

    [Fact]
    public void Links_of_data_are_packed_where_the_rule_says_and_an_excluded_one_is_not()
    {
        _build.Write("files/v1/a.txt", "a");
        Directory.CreateDirectory(_build["files/empty"]);
        Link("files/latest", "v1")
            .Link("files/hollow", "empty")
            .Link("files/.#lock", "user@host.1:2")
            .Link("files/gone", "none")
            .Link("files/root", ".");
        var (resources, diagnostics) = Collect(Data("files") with { Dest = "share", Excludes = ["share/gone"] });
        Assert.Empty(diagnostics);
        Assert.Equal(
            ["share/.#lock -> user@host.1:2", "share/hollow -> empty", "share/latest -> v1", "share/root -> ."],
            LinksOf(resources)
        );
        Assert.Equal(["share/empty"], resources.EmptyFolders.Select(folder => folder.RelativePath));
    }

    [Fact]
    public void A_blob_holds_a_link_with_the_bytes_of_its_file()
    {
        _build.Write("files/a.txt", "text");
        Link("files/b.txt", "a.txt").Link("files/none", "nowhere");
        var resources = Collect(Data("files")).Resources;
        var links = PlainEntry.Of(resources).Where(entry => entry.Target.Length > 0);
        Assert.Equal(
            [("b.txt", PackedFlags.Link, true), ("none", PackedFlags.Link, false)],
            links.Select(entry => (entry.Path, entry.Flags, entry.File is not null))
        );
    }
}
