using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packages;

/// <summary>The rule <c>installed</c>: which distributions come, and which of their files.</summary>
public sealed class InstalledTests : IDisposable
{
    private const string Site = "site",
        Debian = "usr/lib/python3/dist-packages";
    private readonly TestBuild _build = new TestBuild().Stdlib();

    public void Dispose() => _build.Dispose();

    private InstalledTests Wheel(string name, string version, string[] requires, params string[] files)
    {
        var folder = $"{name.Replace('-', '_')}-{version}.dist-info";
        foreach (var file in files.Where(file => !file.Contains("..", StringComparison.Ordinal) && !File.Exists(_build[$"{Site}/{file}"])))
            _build.Write($"{Site}/{file}", "");
        var fields = string.Concat(requires.Select(requirement => $"Requires-Dist: {requirement}\n"));
        _build
            .Write(
                $"{Site}/{folder}/METADATA",
                $"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{fields}\nRequires-Dist: in-the-text\n"
            )
            .Write($"{Site}/{folder}/RECORD", string.Concat(files.Append($"{folder}/METADATA").Select(file => $"{file},,\n")));
        return this;
    }

    private InstalledTests Egg(string name, string version, string requires, string topLevel, params string[] files)
    {
        foreach (var file in files)
            _build.Write($"{Site}/{file}", "");
        _build
            .Write($"{Site}/{name}-{version}.egg-info/PKG-INFO", $"Metadata-Version: 1.2\nName: {name}\nVersion: {version}\n")
            .Write($"{Site}/{name}-{version}.egg-info/requires.txt", requires)
            .Write($"{Site}/{name}-{version}.egg-info/top_level.txt", topLevel);
        return this;
    }

    private (ResourceSet Resources, IReadOnlyList<Diagnostic> Diagnostics) Collect(params string[] distributions) =>
        Collect(new InstalledRule(distributions, _build.At(2)) { Path = _build[Site] });

    private (ResourceSet Resources, IReadOnlyList<Diagnostic> Diagnostics) Collect(InstalledRule rule)
    {
        _build.Rules.RemoveAll(other => other is InstalledRule);
        _build.Rule(rule);
        var context = _build.Context();
        return (_build.Collect(context), context.Diagnostics.All);
    }

    private static List<string> Distributions(ResourceSet resources) =>
        [.. resources.PackageDistributions.Select(found => found.Name).Order()];

    // All files of the rule, by path.
    private List<string> Files(ResourceSet resources) =>
        [
            .. resources
                .Modules.Select(module => (Resource: (Resource)module, module.RelativePath))
                .Concat(resources.PackageResources.Select(file => (Resource: (Resource)file, file.RelativePath)))
                .Concat(resources.PlainFiles.Select(file => (Resource: (Resource)file, file.RelativePath)))
                .Where(entry => entry.Resource.Origin.Rule == 2)
                .Select(entry => entry.RelativePath)
                .Order(StringComparer.Ordinal),
        ];

    [Fact]
    public void A_distribution_comes_with_all_that_it_requires_and_no_more()
    {
        Wheel("app", "1.0", ["Middle.Thing (>=1.0,<2)", "absent; python_version < '3'", "optional; extra == 'more'"], "app/__init__.py")
            .Wheel("middle_thing", "1.5", ["leaf>=2", "app"], "middle.py")
            .Egg(
                "leaf",
                "2.0",
                "app\n[:sys_platform == 'win32']\nabsent\n[more]\noptional\n",
                "leaf\n",
                "leaf/__init__.py",
                "leaf/data.txt"
            )
            .Wheel("stranger", "1.0", [], "stranger/__init__.py");
        var (resources, diagnostics) = Collect("app");
        Assert.Empty(diagnostics);
        Assert.Equal(["app", "leaf", "middle_thing"], Distributions(resources));
        Assert.Equal(["app/__init__.py", "leaf/__init__.py", "leaf/data.txt", "middle.py"], Files(resources));
    }

    [Fact]
    public void An_extra_brings_what_it_requires_however_late_it_is_asked_for()
    {
        Wheel("app", "1", ["lib", "user"], "app.py")
            .Wheel("lib", "1", ["tls; extra == 'TLS-Support'", "zip; extra == 'zip'"], "lib.py")
            .Wheel("user", "1", ["lib[tls_support]"], "user.py")
            .Wheel("tls", "1", [], "tls.py")
            .Wheel("zip", "1", [], "zip.py");
        Assert.Equal(["app", "lib", "tls", "user"], Distributions(Collect("app").Resources));
        Assert.Equal(["lib", "zip"], Distributions(Collect("lib[zip]").Resources));
        Assert.Equal(["lib"], Distributions(Collect("lib").Resources));
    }

    [Fact]
    public void All_that_is_missing_is_one_error_that_says_who_wants_it()
    {
        Wheel("app", "1", ["Gone-Away", "lib", "never; extra == 'x'"], "app.py").Wheel("lib", "1", ["gone_away", "other"], "lib.py");
        var error = Assert.Single(Collect("app", "nowhere").Diagnostics);
        Assert.Equal(("OXI0325", 2), (error.Kind.Id, error.Location!.Line));
        Assert.Contains("`Gone-Away` (wanted by `app`); ", error.Message);
        Assert.Contains("`nowhere` (wanted by the rule)", error.Message);
        Assert.Contains("`other` (wanted by `lib`)", error.Message);
        Assert.DoesNotContain("never", error.Message);
        Assert.Contains("`without`", error.Message);
    }

    [Fact]
    public void What_is_named_in_without_is_neither_packed_nor_missed()
    {
        Wheel("app", "1", ["gone", "pip"], "app.py").Wheel("pip", "1", ["deeper"], "pip.py");
        var (resources, diagnostics) = Collect(new InstalledRule(["app"], _build.At(2)) { Path = _build[Site], Without = ["Gone", "pip"] });
        Assert.Empty(diagnostics);
        Assert.Equal(["app"], Distributions(resources));
    }

    [Fact]
    public void A_version_that_does_not_fit_is_a_warning_and_packed()
    {
        Wheel("app", "1", ["lib >=2, <3"], "app.py").Wheel("lib", "1.9", [], "lib.py");
        var (resources, diagnostics) = Collect("app");
        var warning = Assert.Single(diagnostics);
        Assert.Equal(("OXI0326", DiagnosticSeverity.Warning), (warning.Kind.Id, warning.Kind.Severity));
        Assert.Contains("`app` wants `lib>=2,<3`, and installed is 1.9", warning.Message);
        Assert.Equal(["app", "lib"], Distributions(resources));
    }

    [Fact]
    public void A_requirement_that_cannot_be_read_is_left_out_with_a_warning()
    {
        Wheel("app", "1", ["lib; nonsense == '1'", "lib2"], "app.py").Wheel("lib2", "1", [], "lib2.py");
        var (resources, diagnostics) = Collect("app");
        Assert.Equal("OXI0327", Assert.Single(diagnostics).Kind.Id);
        Assert.Equal(["app", "lib2"], Distributions(resources));
        Assert.Equal("OXI0325", Assert.Single(Collect("app ==").Diagnostics).Kind.Id);
    }

    [Fact]
    public void Of_a_namespace_only_the_distributions_part_is_taken()
    {
        Wheel("google-one", "1", [], "google/one/__init__.py", "google/one/data.txt", "google/loose.py")
            .Wheel("google-two", "1", [], "google/two/__init__.py")
            .Egg("zope.event", "4", "", "zope\n", "zope/__init__.py", "zope/event/__init__.py", "zope/event/inner/x.py")
            .Egg("zope.other", "4", "", "zope\n", "zope/other/__init__.py")
            .Egg("lazr.uri", "1", "", "lazr\n", "lazr/uri/__init__.py", "lazr/client/__init__.py");
        foreach (var name in new[] { "zope.event", "zope.other" })
            _build.Write($"{Site}/{name}-4.egg-info/namespace_packages.txt", "zope\n").Write($"{Site}/{name}-4-nspkg.pth", "import sys\n");
        var (resources, diagnostics) = Collect("google-one", "zope.event", "lazr.uri");
        Assert.Empty(diagnostics);
        Assert.Equal(
            [
                "google/loose.py",
                "google/one/__init__.py",
                "google/one/data.txt",
                "lazr/uri/__init__.py",
                "zope/__init__.py",
                "zope/event/__init__.py",
                "zope/event/inner/x.py",
            ],
            Files(resources)
        );
    }

    [Fact]
    public void A_package_is_taken_whole_with_what_its_record_does_not_list()
    {
        Wheel("app", "1", [], "app/__init__.py", "app/gone.py", "../../../bin/app", "/etc/passwd", "app/../../escape.py", "app.libs/x.txt");
        File.Delete(_build[$"{Site}/app/gone.py"]);
        _build.Write($"{Site}/app/generated.py", "").Write($"{Site}/app/sub/words.txt", "").Write("escape.py", "");
        var (resources, diagnostics) = Collect("app");
        Assert.Empty(diagnostics);
        Assert.Equal(["app.libs/x.txt", "app/__init__.py", "app/generated.py", "app/sub/words.txt"], Files(resources));
        Assert.Equal("app.libs/x.txt", Assert.Single(resources.PlainFiles).RelativePath);
    }

    [Fact]
    public void Entry_points_and_licences_stay_in_the_metadata_and_an_eggs_single_file_is_read()
    {
        Wheel("app", "1", ["old"], "app.py");
        _build
            .Write($"{Site}/app-1.dist-info/entry_points.txt", "[console_scripts]\napp = app:main\n")
            .Write($"{Site}/app-1.dist-info/licenses/LICENSE", "free")
            .Write($"{Site}/old-0.3.egg-info", "Metadata-Version: 1.1\nName: old\nVersion: 0.3\n")
            .Write($"{Site}/old/__init__.py", "");
        var (resources, diagnostics) = Collect("app");
        Assert.Empty(diagnostics);
        Assert.Equal(
            ["METADATA", "RECORD", "entry_points.txt", "licenses/LICENSE"],
            resources.PackageDistributions.Single(found => found.Name == "app").Files.Select(file => file.Name)
        );
        Assert.Equal("0.3", resources.PackageDistributions.Single(found => found.Name == "old").Version);
        Assert.Equal(["app.py", "old/__init__.py"], Files(resources));
    }

    [Fact]
    public void A_distribution_of_which_nothing_is_known_is_a_warning()
    {
        _build.Write($"{Site}/odd-1.dist-info/METADATA", "Name: odd\nVersion: 1\n").Write($"{Site}/strange/__init__.py", "");
        var (resources, diagnostics) = Collect("odd");
        Assert.Equal("OXI0330", Assert.Single(diagnostics).Kind.Id);
        Assert.Equal(["odd"], Distributions(resources));
        Assert.Empty(Files(resources));
    }

    [Fact]
    public void A_path_file_of_a_distribution_is_followed_and_its_code_is_said()
    {
        Wheel("app", "1", [], "__editable__.app-1.pth", "distutils-precedence.pth").Wheel("other", "1", [], "other.pth");
        _build
            .Write($"{Site}/__editable__.app-1.pth", "../project/src\n")
            .Write($"{Site}/distutils-precedence.pth", "import os\n")
            .Write($"{Site}/other.pth", "import other_hook\n")
            .Write("project/src/app/__init__.py", "");
        var (resources, diagnostics) = Collect("app");
        Assert.Empty(diagnostics);
        Assert.Equal(["app/__init__.py"], Files(resources));
        Assert.Equal("OXI0308", Assert.Single(Collect("other").Diagnostics).Kind.Id);
    }

    // As dpkg installs a package: its files, their list, and its paragraph of the status. More fields follow the name.
    private void Package(string name, string depends, params string[] files)
    {
        foreach (var file in files.Where(file => !Path.Exists(_build[$"{Debian}/{file}"])))
            _build.Write($"{Debian}/{file}", "");
        _build.Write(
            $"var/lib/dpkg/info/{name.Split('\n')[0]}.list",
            string.Concat(files.Select(file => $"/{Debian}/{file}\n").Prepend("/.\n/usr\n"))
        );
        var status = File.Exists(_build["var/lib/dpkg/status"]) ? File.ReadAllText(_build["var/lib/dpkg/status"]) : "";
        _build.Write("var/lib/dpkg/status", status + $"Package: {name}\nStatus: install ok installed\nDepends: {depends}\n\n");
    }

    [Fact]
    public void What_Debian_took_out_of_an_egg_stands_in_its_packages()
    {
        _build
            .Write($"{Debian}/app-1.egg-info", "Name: app\nVersion: 1\n")
            .Write($"{Debian}/PyGObject-3.egg-info", "Name: PyGObject\nVersion: 3\nRequires-Dist: pycairo\n")
            .Write($"{Debian}/lib-1.dist-info/METADATA", "Name: lib\nVersion: 1\n")
            .Write($"{Debian}/lib-1.dist-info/RECORD", "lib.py,,\n");
        Package("app", "libc6 (>= 2.3), python3-gi:any | python3-x, python3-bare, python3-none", "app.py", "app-1.egg-info");
        Package("python3-gi", "python3-lib (>= 1)", "gi/__init__.py", "gi/data.xml", "PyGObject-3.egg-info");
        Package("python3-bare", "python3", "bare/__init__.py");
        Package("python3-lib", "python3-bare", "lib.py", "lib-1.dist-info/METADATA", "lib-1.dist-info/RECORD");
        Package("python3-other", "", "other.py");
        var (resources, diagnostics) = Collect(new InstalledRule(["app"], _build.At(2)) { Path = _build[Debian] });
        var warning = Assert.Single(diagnostics);
        Assert.Equal("OXI0332", warning.Kind.Id);
        Assert.Contains("`PyGObject` wants `pycairo`", warning.Message);
        Assert.Equal(["app.py", "bare/__init__.py", "gi/__init__.py", "gi/data.xml", "lib.py"], Files(resources));
    }

    [Fact]
    public void What_Debian_has_no_metadata_of_comes_with_a_wheel_and_under_a_name_that_is_provided()
    {
        _build
            .Write($"{Debian}/crypto-1.dist-info/METADATA", "Name: crypto\nVersion: 1\n")
            .Write($"{Debian}/crypto-1.dist-info/RECORD", "crypto.py,,\n");
        Package("python3-crypto", "python3-backend-api-min (<= 9729), python3-egg, python3-backend", "crypto.py", "crypto-1.dist-info");
        Package("python3-x-backend\nProvides: python3-backend-api-9729, python3-backend-api-min (= 9729)", "python3-below", "_backend.py");
        Package("python3-below", "python3-crypto", "below.py");
        Package("python3-egg", "", "egg.py", "egg-1.egg-info");
        var (resources, diagnostics) = Collect(new InstalledRule(["crypto"], _build.At(2)) { Path = _build[Debian] });
        Assert.Empty(diagnostics);
        Assert.Equal(["_backend.py", "below.py", "crypto.py"], Files(resources));
    }

    [Fact]
    public void An_egg_of_Debians_without_names_has_all_that_its_package_has_and_not_only_the_package_of_its_name()
    {
        Package("mercurial-common", "", "mercurial/__init__.py", "hgext/__init__.py", "hgdemandimport.py", "mercurial-6.egg-info");
        // Two distributions in one package: each has what its name says.
        Package("python3-two", "", "one.py", "two.py", "one-1.egg-info", "two-1.egg-info");
        _build
            .Write($"{Debian}/mercurial-6.egg-info", "Name: mercurial\nVersion: 6\n")
            .Write($"{Debian}/one-1.egg-info", "Name: one\nVersion: 1\n");
        var (resources, diagnostics) = Collect(new InstalledRule(["mercurial", "one"], _build.At(2)) { Path = _build[Debian] });
        Assert.Empty(diagnostics);
        Assert.Equal(["hgdemandimport.py", "hgext/__init__.py", "mercurial/__init__.py", "one.py"], Files(resources));
    }

    [Fact]
    public void Excludes_leave_out_what_installed_brings_by_name_and_by_path()
    {
        Wheel("app", "1", [], "app/__init__.py", "app/tests/__init__.py", "app/tests/data.txt", "app/locale/de/words.mo");
        var (resources, diagnostics) = Collect(
            new InstalledRule(["app"], _build.At(2)) { Path = _build[Site], Excludes = ["app.tests*", "app/locale/*.mo", "unused"] }
        );
        Assert.Equal("OXI0307", Assert.Single(diagnostics).Kind.Id);
        Assert.Equal(["app/__init__.py"], Files(resources));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_an_error()
    {
        var error = Assert.Single(Collect("app").Diagnostics);
        Assert.Equal(("OXI0328", 2), (error.Kind.Id, error.Location!.Line));
    }

    [Fact]
    public void Metadata_that_was_cut_is_read_as_far_as_it_goes()
    {
        const string Metadata =
            "Metadata-Version: 2.1\nName: app\nVersion: 1.0\nRequires-Dist: lib\n  (>=1) ; python_version\n  > '3'\n\ntext\n";
        Wheel("lib", "1", [], "lib.py");
        _build.Write($"{Site}/app-1.0.dist-info/RECORD", "app.py,,\n").Write($"{Site}/app.py", "");
        foreach (var length in Enumerable.Range(0, Metadata.Length))
        {
            _build.Write($"{Site}/app-1.0.dist-info/METADATA", Metadata[..length]);
            var (resources, diagnostics) = Collect("app");
            Assert.Contains("app.py", Files(resources));
            Assert.All(diagnostics, diagnostic => Assert.Contains(diagnostic.Kind.Id, new[] { "OXI0325", "OXI0327" }));
        }
    }

    [Fact]
    public void Hundreds_of_distributions_in_circles_end()
    {
        for (var number = 0; number < 300; number++)
            Wheel(
                $"d{number}",
                "1",
                [.. Enumerable.Range(1, 20).Select(step => $"d{(number * 7 + step) % 300}[e{step % 3}]"), "d0; extra == 'e1'"],
                $"d{number}.py"
            );
        var (resources, diagnostics) = Collect("d0[e0,e1,e2]");
        Assert.Empty(diagnostics);
        Assert.Equal(300, resources.PackageDistributions.Count);
    }

    [Fact]
    public void A_record_of_a_hundred_thousand_lines_and_hostile_markers_are_survived()
    {
        Wheel(
            "app",
            "1",
            [
                $"x; {new string('(', 60_000)}",
                $"y; {string.Concat(Enumerable.Repeat("os_name == '", 5000))}",
                "z" + new string('9', 100_000),
            ],
            "app.py"
        );
        var record = string.Concat(Enumerable.Range(0, 100_000).Select(number => $"app/{number}/../{number}.py,,\n"));
        _build.Write($"{Site}/app-1.dist-info/RECORD", record + "app.py,,\n\"quoted,,\n,\n\0\n");
        var (resources, diagnostics) = Collect("app");
        Assert.Equal(["app.py"], Files(resources));
        Assert.Equal(["OXI0327", "OXI0327", "OXI0327"], diagnostics.Select(diagnostic => diagnostic.Kind.Id).Order());
    }
}
