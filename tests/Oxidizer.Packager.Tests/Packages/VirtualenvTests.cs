using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Elf;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packages;

public sealed class VirtualenvTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild().Stdlib();
    private readonly string _site;

    public VirtualenvTests()
    {
        _build.Rule(new VirtualenvRule(_build["venv"], _build.At(4)));
        _site = $"venv/lib/python{_build.Distribution.MajorMinor}/site-packages";
        Directory.CreateDirectory(_build[_site]);
    }

    public void Dispose() => _build.Dispose();

    private (ResourceSet Resources, BuildContext Context) Collect()
    {
        var context = _build.Context();
        return (_build.Collect(context), context);
    }

    [Fact]
    public void Installed_packages_come_with_their_metadata_and_data()
    {
        _build
            .Write($"{_site}/ruamel/yaml/__init__.py", "")
            .Write($"{_site}/ruamel/yaml/py.typed", "")
            .Write($"{_site}/six.py", "")
            .Write(
                $"{_site}/ruamel.yaml-0.17.21.dist-info/METADATA",
                "Metadata-Version: 2.1\nName: ruamel.yaml\nVersion: 0.17.21\n\nName: not this\n"
            )
            .Write($"{_site}/ruamel.yaml-0.17.21.dist-info/RECORD", "")
            .Write($"{_site}/ruamel.yaml-0.17.21.dist-info/licenses/LICENSE", "");
        var (resources, context) = Collect();
        Assert.Empty(context.Diagnostics.All);
        Assert.Contains(resources.Modules, module => module.Name == "ruamel.yaml");
        Assert.Contains(resources.Modules, module => module.Name == "six");
        Assert.Equal("ruamel", Assert.Single(resources.Namespaces).Name);
        var distribution = Assert.Single(resources.PackageDistributions);
        Assert.Equal(
            ("ruamel.yaml", "0.17.21", "ruamel.yaml-0.17.21.dist-info"),
            (distribution.Name, distribution.Version, distribution.Folder)
        );
        Assert.Equal(["METADATA", "RECORD", "licenses/LICENSE"], distribution.Files.Select(file => file.Name));
    }

    [Fact]
    public void Path_files_and_egg_links_are_followed_and_code_in_them_is_said()
    {
        _build
            .Write("project/src/mine/__init__.py", "")
            .Write("egg/linked/__init__.py", "")
            .Write($"{_site}/__editable__.mine.pth", $"# remark\n{_build["project/src"]}\n")
            .Write($"{_site}/linked.egg-link", $"{_build["egg"]}\n.\n")
            .Write($"{_site}/odd.pth", "import os; os.abort()\n/nowhere/at/all\n");
        var (resources, context) = Collect();
        Assert.Contains(resources.Modules, module => module.Name == "mine");
        Assert.Contains(resources.Modules, module => module.Name == "linked");
        Assert.Equal(
            ["OXI0308 odd.pth:1", "OXI0308 odd.pth:2"],
            context.Diagnostics.All.Select(diagnostic =>
                $"{diagnostic.Kind.Id} {Path.GetFileName(diagnostic.Location!.File)}:{diagnostic.Location.Line}"
            )
        );
    }

    [Fact]
    public void An_environment_of_another_python_is_named()
    {
        Directory.Delete(_build["venv"], recursive: true);
        Directory.CreateDirectory(_build["venv/lib/python2.7/site-packages"]);
        var diagnostic = Assert.Single(Collect().Context.Diagnostics.All);
        Assert.Equal("OXI0310", diagnostic.Kind.Id);
        Assert.Contains("python2.7", diagnostic.Message);
    }

    [Fact]
    public void Extension_modules_and_the_libraries_that_they_need_are_told_apart()
    {
        var suffix = _build.Distribution.ExtensionSuffixes[0];
        Compile("int base(void) { return 1; }", $"{_site}/pkg.libs/libbase-1.so.2", "-Wl,-soname,libbase-1.so.2");
        Compile(
            "int base(void); int top(void) { return base(); }",
            $"{_site}/pkg.libs/libtop.so",
            "-Wl,-soname,libtop.so",
            _build[$"{_site}/pkg.libs/libbase-1.so.2"]
        );
        Compile(
            "int top(void); void *PyInit_fast(void) { return (void *)(long)top(); }",
            $"{_site}/pkg/fast{suffix}",
            _build[$"{_site}/pkg.libs/libtop.so"]
        );
        Compile("void *PyInit_plain(void) { return 0; }", $"{_site}/pkg/plain.so", "-Wl,--hash-style=gnu");
        Compile("int helper(void) { return 0; }", $"{_site}/pkg/helper.so");
        _build.Write($"{_site}/pkg/__init__.py", "");
        for (var round = 0; round < 2; round++)
        {
            var (resources, context) = Collect();
            Assert.Empty(context.Diagnostics.All);
            Assert.Equal(
                ["pkg.fast: libbase-1.so.2 libtop.so", "pkg.plain: "],
                resources.SharedExtensions.Select(extension => $"{extension.Name}: {string.Join(' ', extension.Dependencies)}")
            );
            Assert.Equal(
                ["helper.so: ", "libbase-1.so.2: ", "libtop.so: libbase-1.so.2"],
                resources.SharedLibraries.Select(library => $"{library.Soname}: {string.Join(' ', library.Dependencies)}")
            );
        }
    }

    [Fact]
    public void A_compiled_module_hides_the_source_that_was_installed_beside_it()
    {
        Compile("void *PyInit_fast(void) { return 0; }", $"{_site}/pkg/fast{_build.Distribution.ExtensionSuffixes[0]}");
        _build.Write($"{_site}/pkg/__init__.py", "").Write($"{_site}/pkg/fast.py", "");
        var (resources, context) = Collect();
        Assert.Empty(context.Diagnostics.All);
        Assert.Equal("pkg.fast", Assert.Single(resources.SharedExtensions).Name);
        Assert.DoesNotContain(resources.Modules, module => module.Name == "pkg.fast");
    }

    [Fact]
    public void A_library_is_found_by_the_run_path_and_in_folders_that_are_named_and_what_is_nowhere_is_said_once()
    {
        Compile("int far(void) { return 1; }", "elsewhere/libfar.so.3", "-Wl,-soname,libfar.so.3");
        Compile(
            "int far(void); int near(void) { return far(); }",
            "private/libnear.so",
            "-Wl,-soname,libnear.so",
            _build["elsewhere/libfar.so.3"]
        );
        foreach (var name in new[] { "one", "two" })
            Compile(
                $"int near(void); void *PyInit_{name}(void) {{ return (void *)(long)near(); }}",
                $"{_site}/{name}.so",
                "-Wl,-rpath,$ORIGIN/../../../../private",
                _build["private/libnear.so"]
            );
        var diagnostic = Assert.Single(Collect().Context.Diagnostics.All);
        Assert.Equal("OXI0318", diagnostic.Kind.Id);
        Assert.Contains("`libnear.so`", diagnostic.Message);
        Assert.Contains("`libfar.so.3`", diagnostic.Message);

        _build.Configuration = _build.Configuration with { Extensions = new ExtensionsTable { LibraryPaths = [_build["elsewhere"]] } };
        var (resources, context) = Collect();
        Assert.Empty(context.Diagnostics.All);
        Assert.Equal(
            ["libfar.so.3: ", "libnear.so: libfar.so.3"],
            resources.SharedLibraries.Select(library => $"{library.Soname}: {string.Join(' ', library.Dependencies)}")
        );
        Assert.All(resources.SharedExtensions, extension => Assert.Equal(["libfar.so.3", "libnear.so"], extension.Dependencies));
    }

    [Fact]
    public void A_library_that_calls_itself_otherwise_is_refused()
    {
        Compile("int base(void) { return 1; }", "private/libbase.so");
        Compile(
            "int base(void); void *PyInit_fast(void) { return (void *)(long)base(); }",
            $"{_site}/fast.so",
            "-L" + _build["private"],
            "-lbase",
            "-Wl,-rpath," + _build["private"]
        );
        Assert.Equal("OXI0319", Assert.Single(Collect().Context.Diagnostics.All).Kind.Id);
    }

    [Fact]
    public void A_module_of_another_python_is_passed_over_where_the_right_one_or_a_source_is()
    {
        foreach (var name in new[] { "right", "source", "foreign" })
            Compile($"void *PyInit_{name}(void) {{ return 0; }}", $"{_site}/pkg/{name}.cpython-29-x86_64-linux-gnu.so");
        Compile("void *PyInit_right(void) { return 0; }", $"{_site}/pkg/right{_build.Distribution.ExtensionSuffixes[0]}");
        _build.Write($"{_site}/pkg/__init__.py", "").Write($"{_site}/pkg/source.py", "");
        var (resources, context) = Collect();
        var warning = Assert.Single(context.Diagnostics.All);
        Assert.Equal("OXI0317", warning.Kind.Id);
        Assert.Contains("`pkg.foreign`", warning.Message);
        Assert.Equal(["pkg.foreign", "pkg.right"], resources.SharedExtensions.Select(extension => extension.Name));
        Assert.Contains(resources.Modules, module => module.Name == "pkg.source");
        Assert.Empty(resources.SharedLibraries);
    }

    [Fact]
    public void A_shared_object_that_is_none_is_an_error()
    {
        var suffix = MachinePython.Small.ExtensionSuffixes[0];
        _build.Write($"{_site}/pkg/__init__.py", "").Write($"{_site}/pkg/broken{suffix}", "not an object");
        Assert.Equal("OXI0313", Assert.Single(Collect().Context.Diagnostics.All).Kind.Id);
    }

    [Fact]
    public void A_file_that_only_has_the_name_of_a_library_is_packed_as_a_file_with_a_warning()
    {
        _build.Write($"{_site}/pkg/__init__.py", "").Write($"{_site}/pkg/script.so", "INPUT(-lm)");
        var (resources, context) = Collect();
        Assert.Equal("OXI0331", Assert.Single(context.Diagnostics.All).Kind.Id);
        Assert.Equal("pkg/script.so", Assert.Single(resources.PackageResources, file => file.Package == "pkg").RelativePath);
    }

    [Fact]
    public void Every_truncation_and_every_changed_byte_of_a_shared_object_is_survived()
    {
        Compile("void *PyInit_x(void) { return 0; }", "x.so");
        var image = File.ReadAllBytes(_build["x.so"]);
        Assert.Equal(["x"], ElfOf(image)!.InitializedModules);
        for (var length = 0; length < image.Length; length += length < 4096 ? 1 : 97)
            ElfOf(image[..length]);
        for (var index = 0; index < image.Length; index += index < 2048 ? 1 : 61)
        {
            var damaged = (byte[])image.Clone();
            damaged[index] ^= 0xff;
            ElfOf(damaged);
        }
    }

    [Fact]
    public void A_shared_object_of_three_gigabytes_is_read_by_its_tables_alone()
    {
        Compile("void *PyInit_x(void) { return 0; }", "x.so", "-Wl,-soname,libx.so.7", "-Wl,-rpath,/some/where");
        using (var file = File.Open(_build["x.so"], FileMode.Open))
            file.SetLength(3L << 30);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var handle = File.OpenHandle(_build["x.so"]);
        Assert.True(ElfDynamic.TryRead(handle, out var elf));
        Assert.Equal(("libx.so.7", "x", "/some/where"), (elf.Soname, Assert.Single(elf.InitializedModules), elf.SearchPath));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    // Standalone releases name a level of the processor in their triple, and shared objects name only the processor.
    [Fact]
    public void A_distribution_for_a_level_of_the_processor_does_not_refuse_shared_objects()
    {
        var host = _build.Distribution.Target;
        _build.Distribution = _build.Distribution with
        {
            Target = new TargetTriple(host.Value.Replace(host.Architecture, host.Architecture + "_v3", StringComparison.Ordinal)),
        };
        Compile("void *PyInit_fast(void) { return 0; }", $"{_site}/fast.so");
        var (resources, context) = Collect();
        Assert.Empty(context.Diagnostics.All);
        Assert.Equal("fast", Assert.Single(resources.SharedExtensions).Name);
    }

    [Theory]
    [InlineData("sysv")]
    [InlineData("gnu")]
    public void All_modules_of_a_shared_object_are_found_however_large_its_tables_are(string style)
    {
        // Long names move the words across the ends of the buffers; one name is the end of another.
        var functions = Enumerable
            .Range(0, 3000)
            .Select(number =>
                $"void *PyInit_m{number}(void) {{ return 0; }} void g{number}_{new string('x', 90 + (number % 7))}(void) {{ }}"
            )
            .Append("void *xPyInit_m1(void) { return 0; }");
        Compile(string.Join('\n', functions), "x.so", $"-Wl,--hash-style={style}");
        Assert.Equal(
            Enumerable.Range(0, 3000).Select(number => $"m{number}").Order(StringComparer.Ordinal),
            ElfOf(File.ReadAllBytes(_build["x.so"]))!.InitializedModules
        );
    }

    [Theory]
    [InlineData("pipe", "it is a named pipe")]
    [InlineData("loop", "round in a circle")]
    [InlineData("nowhere", "leads nowhere")]
    [InlineData("folder", "it is a folder")]
    [InlineData("closed", "Permission denied")]
    public void A_library_that_is_there_and_cannot_be_read_is_said_with_the_reason(string what, string reason)
    {
        Compile("int base(void) { return 1; }", "private/libbase.so", "-Wl,-soname,libbase.so");
        Compile(
            "int base(void); void *PyInit_fast(void) { return (void *)(long)base(); }",
            $"{_site}/fast.so",
            "-Wl,-rpath," + _build["private"],
            _build["private/libbase.so"]
        );
        HostileFile.Put(what, _build["private/libbase.so"]);
        var diagnostic = Assert.Single(Collect().Context.Diagnostics.All);
        Assert.Equal("OXI0318", diagnostic.Kind.Id);
        Assert.Contains(_build["private/libbase.so"], diagnostic.Message);
        Assert.Contains(reason, diagnostic.Message);
    }

    private ElfDynamic? ElfOf(byte[] image)
    {
        File.WriteAllBytes(_build["image"], image);
        using var handle = File.OpenHandle(_build["image"]);
        return ElfDynamic.TryRead(handle, out var elf) ? elf : null;
    }

    private void Compile(string source, string output, params string[] arguments)
    {
        _build.Write("source.c", source);
        Directory.CreateDirectory(Path.GetDirectoryName(_build[output])!);
        var result = ChildProcess.Run(
            new Command("cc", ["-shared", "-fPIC", "-nostdlib", _build["source.c"], "-o", _build[output], .. arguments])
        );
        Assert.True(result.ExitCode == 0, result.Error);
    }
}
