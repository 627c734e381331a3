using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Selection;

public sealed class ResourceStageTests : IDisposable
{
    private readonly TestBuild _build = new();

    public void Dispose() => _build.Dispose();

    private (ResourceSet Resources, IReadOnlyList<Diagnostic> Diagnostics) Collect()
    {
        var context = _build.Context();
        return (_build.Collect(context), context.Diagnostics.All);
    }

    private Diagnostic OnlyDiagnostic(string id)
    {
        var diagnostic = Assert.Single(Collect().Diagnostics);
        Assert.Equal(id, diagnostic.Kind.Id);
        return diagnostic;
    }

    private static IEnumerable<string> Names(ResourceSet resources) => resources.Modules.Select(module => module.Name);

    private static IEnumerable<string> Files(ResourceSet resources) =>
        resources.PackageResources.Select(resource => $"{resource.Package}: {resource.Name}");

    [Fact]
    public void The_standard_library_comes_without_its_tests_and_without_reading_a_file()
    {
        _build.Distribution = MachinePython.Small with { Root = "/nonexistent" };
        var (resources, diagnostics) = Collect(_build.Stdlib());
        Assert.Empty(diagnostics);
        Assert.Contains("json.decoder", Names(resources));
        Assert.DoesNotContain("test", Names(resources));
        Assert.DoesNotContain(Names(resources), name => name.StartsWith("test.", StringComparison.Ordinal));
        Assert.Contains("lib2to3: Grammar.txt", Files(resources));
    }

    private (ResourceSet Resources, IReadOnlyList<Diagnostic> Diagnostics) Collect(TestBuild build)
    {
        Assert.Same(_build, build);
        return Collect();
    }

    [Fact]
    public void The_standard_librarys_tests_come_when_they_are_asked_for()
    {
        _build.Rule(new StdlibRule(null) { IncludeTestModules = true });
        Assert.Contains("test.support", Names(Collect().Resources));
    }

    [Fact]
    public void The_whole_standard_library_is_what_the_interpreter_would_find()
    {
        _build.Distribution = MachinePython.Full;
        var names = Names(Collect(_build.Stdlib()).Resources).ToHashSet();
        var expected = MachinePython
            .Run(
                """
                import pkgutil, sys, os
                lib = os.path.dirname(os.__file__)
                def walk(path, prefix):
                    for module in pkgutil.iter_modules([path], prefix):
                        file = os.path.join(path, module.name.rpartition('.')[2])
                        real = os.path.join(file, '__init__.py') if module.ispkg else file + '.py'
                        if os.path.exists(real) and not os.path.islink(real):
                            print(module.name)
                            if module.ispkg: walk(file, module.name + '.')
                walk(lib, '')
                """
            )
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(name =>
                !MachinePython.Full.TestPackages.Any(test => name == test || name.StartsWith(test + ".", StringComparison.Ordinal))
            )
            .ToList();
        Assert.True(expected.Count > 500);
        Assert.Equal([], expected.Where(name => !names.Contains(name)));
        Assert.Contains(names, name => name.StartsWith("_sysconfigdata_", StringComparison.Ordinal));
    }

    [Fact]
    public void A_package_brings_its_modules_namespaces_and_data()
    {
        _build
            .Stdlib()
            .Packages("app")
            .Write("app/__init__.py", "")
            .Write("app/words.py", "")
            .Write("app/plugins/one.py", "")
            .Write("app/data/table.txt", "t")
            .Write("app/data/deep/x.bin", "b")
            .Write("app/plugins/one.txt", "")
            .Write("app/my-script.py", "")
            .Write("app/0001_first.py", "")
            .Write("app/{name}.py", "")
            .Write("app/a.b.py", "")
            .Write("app/__pycache__/words.cpython-311.pyc", "")
            .Write("app/.git/config", "")
            .Write("other/__init__.py", "");
        var (resources, diagnostics) = Collect();
        Assert.Empty(diagnostics);
        Assert.Equal(
            ["app", "app.0001_first", "app.my-script", "app.plugins.one", "app.words"],
            Names(resources).Where(name => name.StartsWith("app", StringComparison.Ordinal))
        );
        Assert.Equal(
            [("app.data", true), ("app.data.deep", true), ("app.plugins", false)],
            resources
                .Namespaces.Where(space => space.Name.StartsWith("app", StringComparison.Ordinal))
                .Select(space => (space.Name, space.IsData))
        );
        Assert.Equal(
            ["app.0001_first", "app.my-script"],
            resources
                .Modules.Where(module =>
                    module is { MayNotCompile: true, TellsRefusal: false } && module.Name.StartsWith("app", StringComparison.Ordinal)
                )
                .Select(module => module.Name)
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ["app: a.b.py", "app: {name}.py", "app.data: table.txt", "app.data.deep: x.bin", "app.plugins: one.txt"],
            Files(resources).Where(file => file.StartsWith("app", StringComparison.Ordinal))
        );
        var words = resources.Modules.Single(module => module.Name == "app.words");
        Assert.Equal(("app/words.py", false), (words.RelativePath, words.IsPackage));
        Assert.Contains("package-root", words.Origin.Words);
        Assert.Contains("oxidizer.toml:2", words.Origin.Words);
    }

    [Fact]
    public void A_single_module_and_a_package_below_another_are_brought()
    {
        _build
            .Stdlib()
            .Packages("tool", "company.product")
            .Write("tool.py", "")
            .Write("company/product/__init__.py", "")
            .Write("company/secret.py", "");
        var (resources, diagnostics) = Collect();
        Assert.Empty(diagnostics);
        Assert.Contains("tool", Names(resources));
        Assert.Contains("company.product", Names(resources));
        Assert.DoesNotContain("company.secret", Names(resources));
        Assert.Equal("company", Assert.Single(resources.Namespaces).Name);
    }

    [Fact]
    public void A_package_hides_a_module_of_its_name_as_it_does_for_the_interpreter()
    {
        _build
            .Stdlib()
            .Packages("app")
            .Write("app/__init__.py", "")
            .Write("app.py", "")
            .Write("app/sub/__init__.py", "")
            .Write("app/sub.py", "");
        var (resources, diagnostics) = Collect();
        Assert.Empty(diagnostics);
        Assert.Equal(
            ["app/__init__.py", "app/sub/__init__.py"],
            resources.Modules.Where(module => module.Name.StartsWith("app", StringComparison.Ordinal)).Select(module => module.RelativePath)
        );
    }

    [Fact]
    public void Sources_and_data_can_be_left_out()
    {
        _build
            .Stdlib()
            .Write("app/__init__.py", "")
            .Write("app/data.txt", "")
            .Rule(
                new PackageRootRule(_build.Folder, ["app"], null)
                {
                    IncludeSource = false,
                    IncludeResources = false,
                    OptimizeLevel = 2,
                }
            );
        var resources = Collect().Resources;
        var app = resources.Modules.Single(module => module.Name == "app");
        Assert.Equal((false, 2), (app.IncludeSource, app.OptimizeLevel));
        Assert.DoesNotContain(resources.PackageResources, resource => resource.Package == "app");
    }

    [Fact]
    public void A_script_is_the_main_module()
    {
        _build.Stdlib().Write("hello.py", "").Rule(new ScriptRule(_build["hello.py"], null));
        Assert.Equal("hello.py", Collect().Resources.Modules.Single(module => module.Name == "__main__").RelativePath);
    }

    [Fact]
    public void What_is_not_there_is_an_error_at_the_rules_line_all_at_once()
    {
        _build
            .Stdlib()
            .Packages("missing", "gone")
            .Rule(new ScriptRule(_build["no.py"], _build.At(3)))
            .Rule(new PackageRootRule(_build["nowhere"], ["x"], _build.At(4)))
            .Rule(new VirtualenvRule(_build["venv"], _build.At(5)));
        Assert.Equal(
            ["OXI0301:2", "OXI0301:2", "OXI0301:3", "OXI0301:4", "OXI0310:5"],
            Collect().Diagnostics.Select(diagnostic => $"{diagnostic.Kind.Id}:{diagnostic.Location!.Line}")
        );
    }

    [Fact]
    public void An_empty_package_is_a_warning()
    {
        _build.Stdlib().Packages("hollow");
        Directory.CreateDirectory(_build["hollow"]);
        Assert.Contains("`hollow`", OnlyDiagnostic("OXI0302").Message);
    }

    [Fact]
    public void A_link_that_leads_round_is_an_error_and_no_endless_walk()
    {
        _build.Stdlib().Packages("app").Write("app/__init__.py", "");
        Directory.CreateSymbolicLink(_build["app/loop"], _build["app"]);
        Assert.Contains("symbolic link", OnlyDiagnostic("OXI0315").Message);
    }

    [Fact]
    public void Of_two_rules_with_one_module_the_later_wins_and_both_are_named()
    {
        _build
            .Stdlib()
            .Write("app/__init__.py", "")
            .Write("app/words.py", "1")
            .Write("over/app/__init__.py", "")
            .Write("over/app/words.py", "2")
            .Packages("app")
            .Rule(new PackageRootRule(_build["over"], ["app"], _build.At(9)));
        var (resources, diagnostics) = Collect();
        Assert.StartsWith(_build["over"], resources.Modules.Single(module => module.Name == "app.words").File.Path);
        var warning = Assert.Single(diagnostics);
        Assert.Equal(("OXI0303", DiagnosticSeverity.Warning, 9), (warning.Kind.Id, warning.Kind.Severity, warning.Location!.Line));
        Assert.Contains("`app.words`", warning.Message);
        Assert.Contains("rule 2 (package-root", warning.Message);
        Assert.Contains("oxidizer.toml:2", warning.Message);
        Assert.Contains("rule 3 (package-root", warning.Message);
        Assert.Contains("oxidizer.toml:9", warning.Message);
    }

    [Fact]
    public void All_that_a_rule_brings_has_its_folder_but_the_codecs_that_a_start_needs()
    {
        _build
            .Rule(new StdlibRule(_build.At(1)) { InstallLocation = "app-relative:lib/" })
            .Write("app/__init__.py", "")
            .Write("app/data.txt", "")
            .Write("app/space/mod.py", "")
            .Rule(new PackageRootRule(_build.Folder, ["app"], _build.At(2)) { InstallLocation = "app-relative:code" });
        var (resources, diagnostics) = Collect();
        Assert.Empty(diagnostics);
        Assert.All(
            resources.Modules,
            module =>
                Assert.Equal(
                    module.Origin.Words == "the runtime" || module.Name.Split('.')[0] == "encodings" ? null
                        : module.Name.Split('.')[0] == "app" ? "code"
                        : "lib",
                    module.Location.Folder
                )
        );
        Assert.Equal("code", Assert.Single(resources.PackageResources, resource => resource.Package == "app").Location.Folder);
        Assert.Equal("code", Assert.Single(resources.Namespaces, space => space.Name == "app.space").Location.Folder);
    }

    [Fact]
    public void A_namespace_package_knows_each_place_with_a_portion_of_it()
    {
        _build
            .Stdlib()
            .Write("one/space/a.py", "")
            .Write("two/space/b.py", "")
            .Write("three/space/c.py", "")
            .Rule(new PackageRootRule(_build["one"], ["space"], _build.At(2)) { InstallLocation = "app-relative:lib" })
            .Rule(new PackageRootRule(_build["two"], ["space"], _build.At(3)))
            .Rule(new PackageRootRule(_build["three"], ["space"], _build.At(4)) { InstallLocation = "app-relative:more" });
        var (resources, diagnostics) = Collect();
        Assert.Empty(diagnostics);
        Assert.Equal(
            ["lib", null, "more"],
            Assert.Single(resources.Namespaces, space => space.Name == "space").Portions.Select(portion => portion.Folder)
        );
    }

    [Fact]
    public void Without_the_modules_of_the_start_no_product_is_made()
    {
        _build.Packages("app").Write("app/__init__.py", "");
        Assert.Contains("`stdlib`", OnlyDiagnostic("OXI0311").Message);
    }

    [Fact]
    public void A_filter_keeps_what_it_names_with_the_packages_above()
    {
        _build
            .Stdlib()
            .Write("keep.txt", "json.decoder  # used\n\nkeyword 0.001\n")
            .Rule(new FilterRule(true, _build.At(3)) { Globs = ["encodings*"], Files = [_build["keep.txt"]] });
        var (resources, diagnostics) = Collect();
        Assert.Empty(diagnostics);
        Assert.Equal(
            ["encodings", "encodings.aliases", "encodings.latin_1", "encodings.utf_8", "json", "json.decoder", "keyword"],
            resources.Modules.Where(module => module.Origin.Words != "the runtime").Select(module => module.Name)
        );
        Assert.DoesNotContain(resources.PackageResources, resource => resource.Package == "lib2to3");
    }

    [Fact]
    public void A_filter_drops_what_it_names_and_warns_of_what_it_does_not_find()
    {
        _build
            .Stdlib()
            .Rule(
                new FilterRule(false, _build.At(3))
                {
                    Names = ["this", "spelt_wrong"],
                    Globs = ["json.*", "nothing.*"],
                    FromTrace = [_build["absent"]],
                }
            );
        var (resources, diagnostics) = Collect();
        Assert.DoesNotContain("this", Names(resources));
        Assert.Contains("json", Names(resources));
        Assert.DoesNotContain("json.decoder", Names(resources));
        Assert.Equal(
            ["OXI0307 `nothing.*`", "OXI0307 `spelt_wrong`", "OXI0309 cannot"],
            diagnostics.Select(diagnostic => $"{diagnostic.Kind.Id} {diagnostic.Message.Split(' ')[0]}").Order()
        );
    }

    [Fact]
    public void Excludes_leave_modules_and_the_data_of_their_packages_out()
    {
        _build.Rule(new StdlibRule(_build.At(1)) { Excludes = ["lib2to3*", "absent"] });
        var (resources, diagnostics) = Collect();
        Assert.DoesNotContain(Names(resources), name => name.StartsWith("lib2to3", StringComparison.Ordinal));
        Assert.DoesNotContain(resources.PackageResources, resource => resource.Package == "lib2to3");
        Assert.Contains("`absent`", Assert.Single(diagnostics).Message);
    }

    [Fact]
    public void The_result_does_not_depend_on_the_order_of_the_folder()
    {
        foreach (var name in new[] { "zeta", "Alpha", "beta", "_x", "b1", "b" })
            _build.Write($"app/{name}.py", "").Write($"app/{name}.txt", "");
        _build.Stdlib().Packages("app").Write("app/__init__.py", "");
        var resources = Collect().Resources;
        Assert.Equal(Names(resources).Order(StringComparer.Ordinal), Names(resources));
        var keys = resources.PackageResources.Select(resource => resource.Package + "\0" + resource.Name);
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
    }
}
