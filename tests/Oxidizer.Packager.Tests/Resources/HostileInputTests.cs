using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Selection;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Packager.Tests.Resources;

/// <summary>
/// What can stand in the place of a file of the user's: pipes that nobody writes to, devices without an end, links to nowhere, names that
/// are no text. A build neither
/// waits for them nor leaves them out without a word.
/// </summary>
public sealed class HostileInputTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild().Stdlib();

    public void Dispose() => _build.Dispose();

    // Much longer than any of it takes: only what waits for ever fails, and it does not hold up the other tests.
    private static T Soon<T>(Func<T> act)
    {
        var task = Task.Factory.StartNew(act, TaskCreationOptions.LongRunning);
        Assert.True(Task.WaitAny([task], TimeSpan.FromMinutes(2)) == 0, "it still waits after two minutes");
        return task.GetAwaiter().GetResult();
    }

    private (ResourceSet Resources, IReadOnlyList<Diagnostic> Diagnostics) Collect() =>
        Soon(() =>
        {
            var context = _build.Context();
            return (_build.Collect(context), context.Diagnostics.All);
        });

    private Diagnostic Only(string id)
    {
        var diagnostic = Assert.Single(Collect().Diagnostics);
        Assert.Equal(id, diagnostic.Kind.Id);
        return diagnostic;
    }

    // A file that root cannot read either is a link out of the package, which is worth a warning of its own.
    private Diagnostic Error(string id)
    {
        var diagnostic = Assert.Single(Collect().Diagnostics, diagnostic => diagnostic.Kind.Id != "OXI0329");
        Assert.Equal(id, diagnostic.Kind.Id);
        return diagnostic;
    }

    private static IEnumerable<string> Application(ResourceSet resources) =>
        resources
            .Modules.Where(module => module.Origin.Words.Contains("package-root", StringComparison.Ordinal))
            .Select(module => module.Name);

    [Theory]
    [InlineData("pipe", "it is a named pipe")]
    [InlineData("socket", "it is a socket")]
    [InlineData("device", "it is a device")]
    [InlineData("loop", "it is a link that leads round in a circle")]
    [InlineData("nowhere", "it is a link that leads nowhere")]
    public void What_is_no_file_in_a_package_is_left_out_and_named(string what, string reason)
    {
        _build.Packages("app").Write("app/__init__.py", "").Write("app/fine.py", "");
        string[] paths = ["app/strange.py", "app/data/strange.bin", "app/strange.so"];
        foreach (var path in paths)
            HostileFile.Put(what, _build[path]);
        var (resources, diagnostics) = Collect();
        Assert.Equal(["app", "app.fine"], Application(resources));
        Assert.DoesNotContain(resources.PackageResources, resource => resource.Package == "app");
        Assert.Equal(
            paths.Select(path => _build[path]).Order(),
            diagnostics.Select(diagnostic => diagnostic.Message.Split('`')[1]).Order()
        );
        Assert.All(
            diagnostics,
            diagnostic =>
            {
                Assert.Equal(("OXI0323", 2), (diagnostic.Kind.Id, diagnostic.Location!.Line));
                Assert.Contains(reason, diagnostic.Message);
                Assert.Contains("package-root", diagnostic.Message);
            }
        );
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("device")]
    [InlineData("loop")]
    [InlineData("nowhere")]
    public void What_is_no_file_in_the_place_of_a_named_module_is_named(string what)
    {
        _build.Packages("app");
        HostileFile.Put(what, _build["app.py"]);
        var (_, diagnostics) = Collect();
        Assert.Equal(["OXI0323", "OXI0301"], diagnostics.Select(diagnostic => diagnostic.Kind.Id));
        Assert.Contains(_build["app.py"], diagnostics[0].Message);
    }

    [Fact]
    public void An_editors_lock_is_left_out_without_a_word()
    {
        _build.Packages("app").Write("app/__init__.py", "");
        File.CreateSymbolicLink(_build["app/.#__init__.py"], "user@host.1234:1");
        Assert.Empty(Collect().Diagnostics);
    }

    [Fact]
    public void A_name_that_is_no_utf8_is_left_out_and_named_with_its_bytes()
    {
        _build.Packages("app").Write("app/__init__.py", "").Write("app/caf\u00e9.txt", "").Write("app/\ufffd.txt", "");
        HostileFile.PutBytes(_build["app"], @"caf\351.py");
        HostileFile.PutBytes(_build["app"], @"\303\251\377.txt");
        HostileFile.PutBytes(_build["app"], @"bad\200folder", "mkdir");
        var (resources, diagnostics) = Collect();
        Assert.Equal(
            [@"`" + _build[@"app/bad\x80folder"] + "`", "`" + _build[@"app/caf\xe9.py"] + "`", "`" + _build["app/\u00e9\\xff.txt"] + "`"],
            diagnostics.Select(diagnostic => diagnostic.Message.Split(' ')[0]).Order(StringComparer.Ordinal)
        );
        Assert.All(diagnostics, diagnostic => Assert.Equal("OXI0323", diagnostic.Kind.Id));
        HostileFile.RemoveBytes(_build["app"]);
        Assert.Equal(
            ["caf\u00e9.txt", "\ufffd.txt"],
            resources.PackageResources.Where(resource => resource.Package == "app").Select(resource => resource.Name)
        );
    }

    [Fact]
    public void A_folder_with_the_name_of_a_module_is_none()
    {
        _build.Packages("app").Write("app/__init__.py", "").Write("app/x.py/data.txt", "1").Write("app/x.py/inner.py", "");
        var (resources, diagnostics) = Collect();
        Assert.Empty(diagnostics);
        Assert.Equal(["app"], Application(resources));
        Assert.Contains(resources.PackageResources, resource => resource.Name == "x.py/data.txt");
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("device")]
    [InlineData("loop")]
    [InlineData("nowhere")]
    [InlineData("folder")]
    public void A_script_that_is_no_file_is_an_error_with_the_reason(string what)
    {
        HostileFile.Put(what, _build["main.py"]);
        _build.Rule(new ScriptRule(_build["main.py"], _build.At(3)));
        Assert.Contains($"the script `{_build["main.py"]}` ", Only("OXI0301").Message);
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("device")]
    [InlineData("folder")]
    public void A_wheel_that_is_no_file_is_an_error_with_the_reason(string what)
    {
        HostileFile.Put(what, _build["demo-1-py3-none-any.whl"]);
        _build.Rule(new WheelRule(_build["demo-1-py3-none-any.whl"], _build.At(3)));
        Assert.Contains($"the wheel `{_build["demo-1-py3-none-any.whl"]}` ", Only("OXI0301").Message);
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("device")]
    [InlineData("loop")]
    [InlineData("folder")]
    [InlineData("closed")]
    public void A_filters_file_that_is_no_file_is_an_error(string what)
    {
        HostileFile.Put(what, _build["names.txt"]);
        _build.Rule(new FilterRule(false, _build.At(3)) { Files = [_build["names.txt"]], FromTrace = [_build["names.txt"]] });
        Assert.Contains(_build["names.txt"], Only("OXI0309").Message);
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("device")]
    [InlineData("folder")]
    public void An_import_order_that_is_no_file_is_an_error(string what)
    {
        HostileFile.Put(what, _build["order.txt"]);
        var failure = Assert.Throws<BuildFailedException>(() =>
            Soon(() => ImportOrder.Sort([], new PackingTable { Order = _build["order.txt"] }))
        );
        Assert.Contains("OXI0602", failure.Message);
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("device")]
    [InlineData("closed")]
    public void An_archive_that_is_no_file_is_an_error(string what)
    {
        HostileFile.Put(what, _build["cpython.tar.gz"]);
        var target = TargetTriple.Host;
        var local = Assert.Throws<BuildFailedException>(() =>
            Soon(() =>
                LocateArchive.Locate(
                    new DistributionTable { LocalPath = _build["cpython.tar.gz"] },
                    target,
                    SourceDistribution.Build,
                    _build.Context()
                )
            )
        );
        Assert.Contains($"error OXI0201: the archive `{_build["cpython.tar.gz"]}` cannot be read: ", local.Message);
        var source = Assert.Throws<BuildFailedException>(() =>
            Soon(() =>
                LocateArchive.Locate(
                    new DistributionTable { Source = _build["cpython.tar.gz"] },
                    target,
                    SourceDistribution.Build,
                    _build.Context()
                )
            )
        );
        Assert.Contains("error OXI0251: ", source.Message);
    }

    [Theory]
    [InlineData("pipe", "named pipe")]
    [InlineData("device", "device")]
    [InlineData("folder", "it is a folder")]
    [InlineData("closed", "Permission denied")]
    public void A_configuration_that_is_no_file_is_an_error(string what, string reason)
    {
        HostileFile.Put(what, _build["oxidizer.toml"]);
        var failure = Assert.Throws<EnvironmentFailureException>(() => Soon(() => ConfigurationReader.Load(_build["oxidizer.toml"])));
        Assert.Contains(reason, failure.Message);
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("nowhere")]
    public void Metadata_and_path_files_that_are_no_files_are_left_out_and_named(string what)
    {
        var site = $"venv/lib/python{_build.Distribution.MajorMinor}/site-packages";
        _build.Write($"{site}/mod.py", "").Write($"{site}/pkg-1.dist-info/WHEEL", "");
        string[] paths = [$"{site}/odd.pth", $"{site}/odd.egg-link", $"{site}/pkg-1.dist-info/METADATA", $"{site}/pkg-1.dist-info/RECORD"];
        foreach (var path in paths)
            HostileFile.Put(what, _build[path]);
        _build.Rule(new VirtualenvRule(_build["venv"], _build.At(4)));
        var (resources, diagnostics) = Collect();
        Assert.Equal(
            paths.Select(path => _build[path]).Order(),
            diagnostics.Select(diagnostic => diagnostic.Message.Split('`')[1]).Order()
        );
        Assert.All(diagnostics, diagnostic => Assert.Equal("OXI0323", diagnostic.Kind.Id));
        Assert.Equal(("pkg", "1"), (Assert.Single(resources.PackageDistributions).Name, resources.PackageDistributions[0].Version));
    }

    [Fact]
    public void A_file_that_may_not_be_read_is_an_error_with_its_path_however_many_there_are()
    {
        _build.Packages("app").Write("app/__init__.py", "");
        HostileFile.Put("closed", _build["app/closed.py"]);
        Assert.Contains($"`{_build["app/closed.py"]}`", Error("OXI0315").Message);
        // So many are read by several threads.
        for (var number = 0; number < 200; number++)
            HostileFile.Put("closed", _build[$"app/closed{number}.py"]);
        Assert.Matches("`/.*/app/closed[0-9]*\\.py` cannot be opened: Permission denied", Error("OXI0315").Message);
    }

    [Fact]
    public void A_source_or_resource_of_three_gigabytes_is_refused_before_it_is_read()
    {
        _build.Packages("app").Write("app/__init__.py", "");
        foreach (var name in new[] { "app/huge.py", "app/huge.bin" })
            using (var file = File.Create(_build[name]))
                file.SetLength(3L << 30);
        var (resources, diagnostics) = Collect();
        Assert.Equal(["OXI0324", "OXI0324"], diagnostics.Select(diagnostic => diagnostic.Kind.Id));
        Assert.Contains(
            $"`{_build["app/huge.py"]}` is 3221225472 bytes long",
            diagnostics.Single(diagnostic => diagnostic.Message.Contains("huge.py", StringComparison.Ordinal)).Message
        );
        Assert.Equal(["app"], Application(resources));
    }

    [Fact]
    public void A_file_name_as_long_as_the_system_takes_is_packed()
    {
        var name = new string('n', 252);
        _build.Packages("app").Write("app/__init__.py", "").Write($"app/{name}.py", "x = 1\n").Write($"app/{name}.tx", "data");
        var packed = PackedResourcesReader.Open(TestBuild.BytesOf(Soon(_build.Pack)));
        Assert.True(packed.Find($"app.{name}") >= 0);
        Assert.Contains(
            Enumerable.Range(0, packed.Count(PackedSection.Resources)),
            index => packed.File(PackedSection.Resources, index).Path == $"app/{name}.tx"
        );
    }

    [Fact]
    public void A_pipe_in_the_place_of_the_linkers_configuration_is_passed_over()
    {
        HostileFile.Put("pipe", _build["root/etc/ld.so.conf"]);
        _build.Write("x.so", "");
        Assert.Null(Soon(() => new LibrarySearch([], _build["root"], TargetTriple.Host).Find("libnone.so", _build["x.so"], "")));
    }

    [Fact]
    public void A_source_that_became_a_pipe_while_the_build_ran_is_an_error()
    {
        _build.Packages("app").Write("app/__init__.py", "x = 1\n");
        var context = _build.Context();
        var resources = _build.Collect(context);
        HostileFile.Put("pipe", _build["app/__init__.py"]);
        Assert.Contains("OXI0315", Assert.Throws<BuildFailedException>(() => Soon(() => FileUsers.Find(resources, context))).Message);
        Soon(() => _build.Compile(resources, context));
        Assert.Equal("OXI0407", Assert.Single(context.Diagnostics.All).Kind.Id);
    }

    [Fact]
    public void A_temporary_folder_that_takes_nothing_is_the_worlds_failure()
    {
        _build.Packages("app").Write("app/__init__.py", "x = 1\n").Write("app/data.txt", "text");
        var context = _build.Context();
        var resources = _build.Collect(context);
        Directory.Delete(context.WorkDirectory, recursive: true);
        var failure = Assert.Throws<EnvironmentFailureException>(() => _build.Compile(resources, context));
        Assert.Equal("OXI0408", failure.Kind.Id);
        Assert.Contains("TMPDIR", failure.Message);
        Directory.CreateDirectory(context.WorkDirectory);
        var code = _build.Compile(resources, context);
        Directory.Delete(context.WorkDirectory, recursive: true);
        failure = Assert.Throws<EnvironmentFailureException>(() => PackStage.Pack(_build.Input(resources, code), context));
        Assert.Equal("OXI0605", failure.Kind.Id);
    }
}
