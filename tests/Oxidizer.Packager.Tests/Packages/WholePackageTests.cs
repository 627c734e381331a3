using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packages;

/// <summary>What a rule brings is there whole, and as it is on the disk.</summary>
public sealed class WholePackageTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild().Stdlib();

    public void Dispose() => _build.Dispose();

    private (ResourceSet Resources, IReadOnlyList<Diagnostic> Diagnostics) Collect()
    {
        var context = _build.Context();
        return (_build.Collect(context), context.Diagnostics.All);
    }

    private static List<string> Modules(ResourceSet resources) =>
        [.. resources.Modules.Where(module => module.Origin.Rule == 2).Select(module => module.Name)];

    private static List<string> Namespaces(ResourceSet resources) =>
        [.. resources.Namespaces.Where(space => space.Origin.Rule == 2).Select(space => space.Name)];

    private static List<string> Files(ResourceSet resources) =>
        [.. resources.PackageResources.Where(file => file.Origin.Rule >= 2).Select(file => $"{file.Package}: {file.Name}")];

    private void Compile(string name, string source, string machine = "") =>
        Assert.Equal(
            0,
            Packager
                .Processes.ChildProcess.Run(
                    new Packager.Processes.Command(
                        "sh",
                        [
                            "-c",
                            "mkdir -p \"$(dirname \"$1\")\" && printf '%s' \"$2\" | cc -shared -fPIC -x c -o \"$1\" $3 - && { [ -z \"$4\" ] || printf \"$4\" | dd of=\"$1\" bs=1 seek=18 conv=notrunc status=none; }",
                            "sh",
                            _build[name],
                            source,
                            name.Contains("soname") ? "-Wl,-soname,libone.so" : "",
                            machine,
                        ]
                    )
                )
                .ExitCode
        );

    [Fact]
    public void A_star_is_every_package_and_module_of_a_folder()
    {
        _build
            .Packages("*")
            .Write("app.py", "")
            .Write("pkg/__init__.py", "")
            .Write("pkg/data/x.txt", "")
            .Write("space/mod.py", "")
            .Write("templates/page.html", "")
            .Write("templates/deep/other.html", "")
            .Write("README.md", "")
            .Write("oxidizer.toml", "")
            .Write("my-data/x.txt", "")
            .Write("my-script.py", "")
            .Write(".git/config", "")
            .Write("__pycache__/app.pyc", "")
            .Write("venv/pyvenv.cfg", "")
            .Write("venv/lib/python3.11/site-packages/x.py", "")
            .Write($"build/{MachinePython.Small.Target.Value}/app.build.json", "{}")
            .Write($"build/{MachinePython.Small.Target.Value}/app", "")
            .Write("products/aarch64-unknown-linux-gnu/app.build.json", "{}")
            .Write("app-1.0.dist-info/METADATA", "Name: App\nVersion: 1.0\n")
            .Write("other.egg-info/PKG-INFO", "Name: other\nVersion: 2\n");
        // The test's own cache lies in the folder.
        _build.Rules[1] = new PackageRootRule(_build.Folder, ["*"], _build.At(2)) { Excludes = ["cache*"] };
        var (resources, diagnostics) = Collect();
        Assert.DoesNotContain(diagnostics, diagnostic => diagnostic.Kind.Id != "OXI0307");
        Assert.Equal(["app", "pkg", "space.mod"], Modules(resources));
        Assert.Equal(["pkg.data", "space", "templates", "templates.deep"], Namespaces(resources));
        Assert.Equal(["pkg.data: x.txt", "templates: page.html", "templates.deep: other.html"], Files(resources));
        Assert.Equal(["App", "other"], resources.PackageDistributions.Select(found => found.Name));
    }

    [Fact]
    public void A_folder_of_data_stands_and_falls_with_its_package()
    {
        _build
            .Packages("pkg", "other")
            .Write("pkg/__init__.py", "")
            .Write("pkg/data/x.txt", "")
            .Write("pkg/mod.py", "")
            .Write("other/__init__.py", "")
            .Write("other/data/x.txt", "")
            .Rule(new FilterRule(true, _build.At(3)) { Names = ["pkg.mod"], Globs = ["encodings*", "codecs"] });
        var (resources, diagnostics) = Collect();
        Assert.Empty(diagnostics);
        Assert.Equal(["pkg", "pkg.mod"], Modules(resources));
        Assert.Equal(["pkg.data: x.txt"], Files(resources));
        _build.Rules[2] = new FilterRule(false, _build.At(3)) { Names = ["pkg.data", "other"] };
        resources = Collect().Resources;
        Assert.Equal(["pkg", "pkg.mod"], Modules(resources));
        Assert.Empty(Files(resources));
    }

    [Fact]
    public void A_folder_of_data_beside_a_module_of_its_name_is_no_namespace()
    {
        _build.Packages("pkg").Write("pkg/__init__.py", "").Write("pkg/views.py", "").Write("pkg/views/page.html", "");
        var (resources, diagnostics) = Collect();
        Assert.Empty(diagnostics);
        Assert.Equal(["pkg", "pkg.views"], Modules(resources));
        Assert.Empty(Namespaces(resources));
        Assert.Equal(["pkg: views/page.html"], Files(resources));
    }

    [Fact]
    public void Empty_folders_and_permissions_are_kept()
    {
        _build.Packages("pkg").Write("pkg/__init__.py", "").Write("pkg/run.sh", "#!/bin/sh\n").Write("pkg/text.txt", "");
        File.SetUnixFileMode(_build["pkg/run.sh"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(_build["pkg/spool"]);
        Directory.CreateDirectory(_build["pkg/old/__pycache__"]);
        var reader = PackedResourcesReader.Open(TestBuild.BytesOf(_build.Pack()));
        reader.Verify();
        var pkg = reader.Module(reader.Find("pkg"));
        Assert.Equal(
            [("run.sh", PackedFlags.Executable), ("text.txt", PackedFlags.None)],
            Enumerable
                .Range(pkg.FirstResource, pkg.ResourceCount)
                .Select(index => reader.File(PackedSection.Resources, index))
                .Select(file => (file.Name, file.Flags))
        );
        var folder = reader.File(PackedSection.Resources, reader.Count(PackedSection.Resources) - 1);
        Assert.Equal((1, "pkg/spool", PackedFlags.EmptyFolder), (reader.PlainFiles, folder.Path, folder.Flags));
    }

    [Fact]
    public void A_permission_that_changed_is_packed_again()
    {
        _build.Packages("pkg").Write("pkg/__init__.py", "").Write("pkg/run.sh", "#!/bin/sh\n");
        var first = _build.Pack();
        File.SetUnixFileMode(_build["pkg/run.sh"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.NotEqual(first.Blob.Digest, _build.Pack().Blob.Digest);
    }

    [Fact]
    public void A_link_is_packed_as_what_it_leads_to_and_one_that_leads_out_is_a_warning()
    {
        _build.Packages("pkg").Write("pkg/__init__.py", "").Write("shared/words.txt", "words").Write("pkg/real.txt", "text");
        File.CreateSymbolicLink(_build["pkg/inside.txt"], "real.txt");
        File.CreateSymbolicLink(_build["pkg/beside.txt"], "../shared/words.txt");
        var (resources, diagnostics) = Collect();
        Assert.Empty(diagnostics);
        Assert.Equal(["pkg: beside.txt", "pkg: inside.txt", "pkg: real.txt"], Files(resources));

        var elsewhere = Directory.CreateTempSubdirectory("oxidizer-elsewhere-").FullName;
        File.WriteAllText(Path.Combine(elsewhere, "x.txt"), "far");
        Directory.CreateSymbolicLink(_build["pkg/far"], elsewhere);
        File.CreateSymbolicLink(_build["pkg/far.txt"], Path.Combine(elsewhere, "x.txt"));
        (resources, diagnostics) = Collect();
        Directory.Delete(elsewhere, recursive: true);
        Assert.Contains("pkg.far: x.txt", Files(resources));
        Assert.Contains("pkg: far.txt", Files(resources));
        var warning = Assert.Single(diagnostics);
        Assert.Equal("OXI0329", warning.Kind.Id);
        Assert.Contains($"`{_build["pkg/far"]}` to `{elsewhere}`", warning.Message);
        Assert.Contains($"`{_build["pkg/far.txt"]}`", warning.Message);
    }

    [Fact]
    public void A_package_that_is_a_link_itself_is_followed_and_told()
    {
        _build.Write("away/pkg/__init__.py", "").Write("away/mod.py", "");
        Directory.CreateDirectory(_build["root"]);
        Directory.CreateSymbolicLink(_build["root/pkg"], _build["away/pkg"]);
        File.CreateSymbolicLink(_build["root/mod.py"], _build["away/mod.py"]);
        foreach (var packages in new string[][] { ["*"], ["pkg", "mod"] })
        {
            _build.Rules.RemoveAll(rule => rule is PackageRootRule);
            _build.Rule(new PackageRootRule(_build["root"], packages, _build.At(2)));
            var (resources, diagnostics) = Collect();
            Assert.Equal(["mod", "pkg"], Modules(resources));
            Assert.Equal("OXI0329", Assert.Single(diagnostics).Kind.Id);
        }
    }

    [Fact]
    public void An_extension_module_whose_name_begins_with_a_digit_is_a_module()
    {
        var suffix = MachinePython.Small.ExtensionSuffixes[0];
        _build.Packages("*");
        _build.Rules[1] = new PackageRootRule(_build["root"], ["*"], _build.At(2));
        Compile($"root/01ab__mypyc{suffix}", "void *PyInit_01ab__mypyc(void) { return 0; }");
        Compile($"root/pkg/2x{suffix}", "void *PyInit_2x(void) { return 0; }");
        _build.Write("root/pkg/__init__.py", "");
        var (resources, diagnostics) = Collect();
        Assert.Empty(diagnostics);
        Assert.Equal(["01ab__mypyc", "pkg.2x"], resources.SharedExtensions.Select(module => module.Name));
    }

    [Fact]
    public void A_source_that_an_extension_module_or_a_package_hides_is_a_file()
    {
        var suffix = MachinePython.Small.ExtensionSuffixes[0];
        _build
            .Packages("pkg")
            .Write("pkg/__init__.py", "")
            .Write("pkg/fast.py", "")
            .Write("pkg/sub/__init__.py", "")
            .Write("pkg/sub.py", "");
        Compile($"pkg/fast{suffix}", "void *PyInit_fast(void) { return 0; }");
        var (resources, diagnostics) = Collect();
        Assert.Empty(diagnostics);
        Assert.Equal(["pkg", "pkg.sub"], Modules(resources));
        Assert.Equal("pkg.fast", Assert.Single(resources.SharedExtensions).Name);
        Assert.Equal(["pkg: fast.py", "pkg: sub.py"], Files(resources));
    }

    [Fact]
    public void The_second_of_two_libraries_with_one_soname_is_a_file()
    {
        _build.Packages("pkg").Write("pkg/__init__.py", "").Write("pkg/libs/x.txt", "");
        Compile("pkg/libs/a_soname.so", "int one(void) { return 1; }");
        Compile("pkg/libs/b_soname.so", "int one(void) { return 2; }");
        var (resources, diagnostics) = Collect();
        Assert.Empty(diagnostics);
        Assert.Equal(
            ("libone.so", "pkg/libs/a_soname.so"),
            (Assert.Single(resources.SharedLibraries).Soname, resources.SharedLibraries[0].RelativePath)
        );
        Assert.Equal(["pkg.libs: b_soname.so", "pkg.libs: x.txt"], Files(resources));
    }

    [Fact]
    public void Of_two_rules_with_one_soname_the_later_is_the_library_and_the_other_a_file()
    {
        _build.Write("one/first/__init__.py", "").Write("two/second/__init__.py", "");
        Compile("one/first/soname.so", "int one(void) { return 1; }");
        Compile("two/second/soname.so", "int one(void) { return 2; }");
        _build
            .Rule(new PackageRootRule(_build["one"], ["first"], _build.At(2)))
            .Rule(new PackageRootRule(_build["two"], ["second"], _build.At(3)));
        var (resources, diagnostics) = Collect();
        Assert.Empty(diagnostics);
        Assert.Equal("second/soname.so", Assert.Single(resources.SharedLibraries).RelativePath);
        Assert.Equal(["first: soname.so"], Files(resources));
    }

    [Fact]
    public void A_shared_object_for_another_machine_is_a_file_with_a_warning_and_can_be_left_out()
    {
        _build.Packages("pkg").Write("pkg/__init__.py", "");
        // Machine 183 is AArch64, 62 x86-64.
        var other = MachinePython.Small.Target.Architecture == "x86_64" ? @"\267\000" : @"\076\000";
        Compile("pkg/lib/libarm.so", "int x;", other);
        Compile("pkg/mod.cpython-311-other-linux-gnu.so", "int y;", other);
        var (resources, diagnostics) = Collect();
        Assert.Equal("OXI0331", Assert.Single(diagnostics).Kind.Id);
        Assert.Equal(["pkg.lib: libarm.so", "pkg: mod.cpython-311-other-linux-gnu.so"], Files(resources).Order(StringComparer.Ordinal));
        Assert.Empty(resources.SharedLibraries);
        foreach (var excludes in new string[][] { ["pkg.lib.libarm", "pkg.mod"], ["pkg/lib/*", "pkg/*other*.so"], ["pkg.[lm]*"] })
        {
            _build.Rules[1] = new PackageRootRule(_build.Folder, ["pkg"], _build.At(2)) { Excludes = excludes };
            (resources, diagnostics) = Collect();
            Assert.Empty(diagnostics);
            Assert.Empty(Files(resources));
        }
    }
}
