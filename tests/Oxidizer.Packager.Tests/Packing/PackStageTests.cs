using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Tests.Distributions;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packing;

public sealed class PackStageTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild()
        .Stdlib()
        .Packages("app")
        .Write("app/__init__.py", "")
        .Write("app/words.py", "TEXT = 'first'\n")
        .Write("app/data/table.txt", "a table\n")
        .Write("app/empty.txt", "")
        .Write("app/space/one.py", "X = 1\n");

    public PackStageTests() =>
        _build.Configuration = _build.Configuration with
        {
            Build = new BuildTable { ApplicationName = "hello" },
            Run = new RunTable { Mode = "module", Module = "app.words" },
            PythonConfig = new PythonConfigTable { Warnings = ["error", "default"], LazyModules = ["json"] },
        };

    public void Dispose() => _build.Dispose();

    private PackedResourcesReader Read() => PackedResourcesReader.Open(TestBuild.BytesOf(_build.Pack()));

    private static PackedModuleEntry Module(PackedResourcesReader reader, string name) => reader.Module(reader.Find(name));

    [Fact]
    public void A_blob_holds_every_module_with_its_code_and_source()
    {
        var reader = Read();
        reader.Verify();
        var words = Module(reader, "app.words");
        Assert.Equal(("app/words.py", PackedFlags.Main), (words.Path, words.Flags));
        Assert.Equal("TEXT = 'first'\n"u8.ToArray(), reader.Read(words.Source));
        File.WriteAllBytes(_build["code"], reader.Read(words.Code));
        Assert.Equal(
            "first\n",
            MachinePython.Run(
                "import marshal, sys; scope = {}; exec(marshal.load(open(sys.argv[1], 'rb')), scope); print(scope['TEXT'])",
                _build["code"]
            )
        );
        Assert.Equal(PackedFlags.Package, Module(reader, "app").Flags);
        Assert.Equal(PackedFlags.Package | PackedFlags.Namespace, Module(reader, "app.space").Flags);
        Assert.Equal(PackedFlags.BuiltinExtension, Module(reader, "math").Flags);
        Assert.Equal(PackedFlags.Package | PackedFlags.Lazy, Module(reader, "json").Flags);
        Assert.Equal(-1, reader.Find("absent"));
    }

    [Fact]
    public void Resources_stand_in_runs_by_package()
    {
        var reader = Read();
        var app = Module(reader, "app");
        var files = Enumerable
            .Range(app.FirstResource, app.ResourceCount)
            .Select(index => reader.File(PackedSection.Resources, index))
            .ToList();
        Assert.Equal([("empty.txt", "app/empty.txt", reader.Find("app"))], files.Select(file => (file.Name, file.Path, file.Owner)));
        Assert.True(files[0].Data.Exists);
        Assert.Empty(reader.Read(files[0].Data));
        // A folder of data is a namespace, as for Python.
        var data = Module(reader, "app.data");
        Assert.Equal(PackedFlags.Package | PackedFlags.Namespace, data.Flags);
        var table = reader.File(PackedSection.Resources, data.FirstResource);
        Assert.Equal(("table.txt", "app/data/table.txt"), (table.Name, table.Path));
        Assert.Equal("a table\n"u8.ToArray(), reader.Read(table.Data));
    }

    [Fact]
    public void Settings_are_those_of_the_configuration()
    {
        var settings = Read().Settings.ToList();
        Assert.Equal(settings.Select(setting => setting.Name).Order(StringComparer.Ordinal), settings.Select(setting => setting.Name));
        Assert.Contains(("run_mode", "module"), settings);
        Assert.Contains(("run_module", "app.words"), settings);
        Assert.Contains(("program_name", "hello"), settings);
        Assert.Contains(("python_version", _build.Distribution.MajorMinor), settings);
        Assert.Contains(("isolated", "true"), settings);
        Assert.Equal(["error", "default"], settings.Where(setting => setting.Name == "warnings").Select(setting => setting.Value));
        Assert.DoesNotContain(settings, setting => setting.Name is "utf8_mode" or "raw_allocator" or "stdio_encoding");
    }

    [Fact]
    public void Modules_that_the_start_needs_stand_first_and_the_application_next()
    {
        var reader = Read();
        // The runtime's own module, if this tree has one, stands before all.
        var names = reader.Modules.Select(module => module.Name).SkipWhile(name => name == "_pyembed_boot").ToList();
        var boot = reader.Count(PackedSection.Modules) - names.Count;
        Assert.Equal(["encodings", "encodings.aliases", "encodings.utf_8", "encodings.latin_1"], names.Take(4));
        Assert.Equal(
            names.Take(4),
            Enumerable.Range(0, reader.Count(PackedSection.Boot)).Select(index => names[reader.IndexAt(PackedSection.Boot, index) - boot])
        );
        Assert.True(names.IndexOf("codecs") < names.IndexOf("app"));
        Assert.True(names.IndexOf("app.words") < names.IndexOf("this"));
        var offsets = reader.Modules.Where(module => module.Code.Exists).Select(module => module.Code.Offset).ToList();
        Assert.Equal(offsets.Order(), offsets);
    }

    [Fact]
    public void Modules_stand_in_the_order_of_a_file_or_of_their_names_when_that_is_asked_for()
    {
        _build.Write("order.txt", "this\napp.words 0.1\nabsent\n");
        _build.Configuration = _build.Configuration with { Packing = new PackingTable { Order = _build["order.txt"] } };
        var names = Read().Modules.Select(module => module.Name).SkipWhile(name => name == "_pyembed_boot").ToList();
        Assert.Equal(["this", "app.words"], names.Skip(4).Take(2));
        _build.Configuration = _build.Configuration with { Packing = new PackingTable { Order = "name" } };
        names = [.. Read().Modules.Select(module => module.Name)];
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }

    [Theory]
    [InlineData("zlib", nameof(PackedCodec.Zlib))]
    [InlineData("zstd", nameof(PackedCodec.Zstd))]
    public void Sources_and_resources_are_compressed_where_it_helps_and_code_never(string compress, string codec)
    {
        _build.Write("app/large.py", string.Concat(Enumerable.Repeat("# a remark that repeats\n", 500)));
        _build.Configuration = _build.Configuration with { Packing = new PackingTable { Compress = compress } };
        var reader = Read();
        reader.Verify();
        var large = Module(reader, "app.large");
        Assert.Equal(
            (Enum.Parse<PackedCodec>(codec), 12000u, PackedCodec.None),
            (large.Source.Codec, large.Source.RawSize, large.Code.Codec)
        );
        Assert.True(large.Source.StoredSize < 1000);
        Assert.StartsWith("# a remark", System.Text.Encoding.UTF8.GetString(reader.Read(large.Source)));
        Assert.Equal(PackedCodec.None, Module(reader, "app.words").Source.Codec);
    }

    [Theory]
    [InlineData("zlib", 1, 9)]
    [InlineData("zstd", 1, 22)]
    public void A_higher_level_is_smaller_and_gives_the_same_bytes_each_time(string compress, int low, int high)
    {
        byte[] Packed(int level)
        {
            // A folder and a cache of its own: nothing is found that was compressed before.
            using var build = new TestBuild()
                .Stdlib()
                .Packages("app")
                .Write("app/__init__.py", "")
                .Write(
                    "app/large.py",
                    string.Concat(Enumerable.Range(0, 3000).Select(number => $"value_{number} = {number * 7919 % 10007}\n"))
                );
            build.Configuration = _build.Configuration with
            {
                Packing = new PackingTable { Compress = compress, CompressLevel = level },
            };
            return TestBuild.BytesOf(build.Pack());
        }
        static uint Size(byte[] blob) => Module(PackedResourcesReader.Open(blob), "app.large").Source.StoredSize;
        var best = Packed(high);
        Assert.True(Size(best) < Size(Packed(low)), $"{Size(best)} bytes at level {high}");
        Assert.Equal(best, Packed(high));
    }

    [Fact]
    public void A_frame_says_the_size_of_its_content_and_a_changed_byte_of_it_is_noticed()
    {
        _build.Write("app/large.py", string.Concat(Enumerable.Repeat("# a remark that repeats\n", 500)));
        _build.Configuration = _build.Configuration with { Packing = new PackingTable { Compress = "zstd" } };
        var blob = TestBuild.BytesOf(_build.Pack());
        var source = Module(PackedResourcesReader.Open(blob), "app.large").Source;
        Assert.Equal(12000ul, ZstdSharp.Decompressor.GetDecompressedSize(blob.AsSpan((int)source.Offset, (int)source.StoredSize)));
        // The last four bytes are the checksum of the text, the one before belongs to the text.
        for (var back = 1; back <= 5; back++)
        {
            var changed = blob.ToArray();
            changed[source.Offset + source.StoredSize - back] ^= 1;
            Assert.Throws<PackedResourcesException>(() => PackedResourcesReader.Open(changed).Read(source));
        }
    }

    [Fact]
    public void Distributions_and_shared_libraries_are_packed_with_what_belongs_to_them()
    {
        var site = $"venv/lib/python{_build.Distribution.MajorMinor}/site-packages";
        _build
            .Write($"{site}/pkg/__init__.py", "")
            .Write($"{site}/Some.Thing-1.0.dist-info/METADATA", "Name: Some.Thing\nVersion: 1.0\n")
            .Write($"{site}/Some.Thing-1.0.dist-info/RECORD", "pkg/__init__.py,,\n")
            .Write("fast.c", "void *PyInit_fast(void) { return 0; }")
            .Rule(new VirtualenvRule(_build["venv"], null));
        Cc("-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libb.so.1", "-o", _build[$"{site}/libb.so.1"], _build["fast.c"]);
        Cc(
            "-shared",
            "-fPIC",
            "-nostdlib",
            "-Wl,--no-as-needed",
            "-o",
            _build[$"{site}/pkg/fast{_build.Distribution.ExtensionSuffixes[0]}"],
            _build["fast.c"],
            _build[$"{site}/libb.so.1"]
        );
        var reader = Read();
        reader.Verify();
        var distribution = reader.Distribution(0);
        Assert.Equal(
            ("some_thing", "1.0", "Some.Thing-1.0.dist-info", 2),
            (distribution.Name, distribution.Version, distribution.Folder, distribution.FileCount)
        );
        Assert.Equal("METADATA", reader.File(PackedSection.DistributionFiles, distribution.FirstFile).Name);
        Assert.Equal(1, Module(reader, "pkg").Distribution);
        Assert.Equal(0, Module(reader, "app").Distribution);
        var fast = Module(reader, "pkg.fast");
        // The linker makes what it links executable.
        Assert.Equal(PackedFlags.SharedExtension | PackedFlags.Executable, fast.Flags);
        Assert.Equal(0, fast.Library.Offset % PackedFormat.PageSize);
        var library = reader.File(PackedSection.SharedLibraries, reader.IndexAt(PackedSection.Dependencies, fast.FirstDependency));
        Assert.Equal("libb.so.1", library.Name);
        Assert.Equal(File.ReadAllBytes(_build[$"{site}/libb.so.1"]), reader.Read(library.Data));
    }

    [Fact]
    public void An_unchanged_build_packs_nothing_and_another_checkout_neither()
    {
        var first = _build.Pack();
        var second = _build.Pack();
        Assert.Empty(TestBuild.Executed(second.Context));
        Assert.Equal(first.Blob, second.Blob);
        using var other = new TestBuild(cache: _build["cache"]) { Configuration = _build.Configuration }
            .Stdlib()
            .Packages("app");
        foreach (var file in Directory.EnumerateFiles(_build["app"], "*", SearchOption.AllDirectories))
            other.Write(Path.GetRelativePath(_build.Folder, file), File.ReadAllBytes(file));
        Assert.Empty(TestBuild.Executed(other.Pack().Context));
    }

    [Fact]
    public void A_changed_module_is_compiled_and_packed_alone_and_taken_back_it_costs_nothing()
    {
        var first = _build.Pack();
        _build.Write("app/words.py", "TEXT = 'second'\n");
        var second = _build.Pack();
        Assert.Equal([(ActionKinds.CompileBytecode, 1), (ActionKinds.Pack, 1)], TestBuild.Executed(second.Context));
        Assert.NotEqual(first.Blob.Digest, second.Blob.Digest);
        _build.Write("app/words.py", "TEXT = 'first'\n");
        var third = _build.Pack();
        Assert.Empty(TestBuild.Executed(third.Context));
        Assert.Equal(first.Blob, third.Blob);
    }

    [Fact]
    public void A_changed_setting_or_resource_compiles_nothing()
    {
        _build.Pack();
        _build.Configuration = _build.Configuration with
        {
            Run = new RunTable { Mode = "eval", Code = "1" },
        };
        Assert.Equal([(ActionKinds.Pack, 1)], TestBuild.Executed(_build.Pack().Context));
        _build.Write("app/data/table.txt", "another table\n");
        Assert.Equal([(ActionKinds.Pack, 1)], TestBuild.Executed(_build.Pack().Context));
    }

    [Fact]
    public void The_same_input_gives_the_same_bytes_in_another_cache()
    {
        var first = TestBuild.BytesOf(_build.Pack());
        using var other = new TestBuild { Configuration = _build.Configuration }
            .Stdlib()
            .Packages("app");
        foreach (var file in Directory.EnumerateFiles(_build["app"], "*", SearchOption.AllDirectories).Reverse())
            other.Write(Path.GetRelativePath(_build.Folder, file), File.ReadAllBytes(file));
        Assert.Equal(first, TestBuild.BytesOf(other.Pack()));
    }

    [Fact]
    public void A_cache_that_stores_nothing_gives_the_same_blob()
    {
        var expected = TestBuild.BytesOf(_build.Pack());
        using var other = new TestBuild { Configuration = _build.Configuration, ReadOnlyCache = true }
            .Stdlib()
            .Packages("app");
        foreach (var file in Directory.EnumerateFiles(_build["app"], "*", SearchOption.AllDirectories))
            other.Write(Path.GetRelativePath(_build.Folder, file), File.ReadAllBytes(file));
        Assert.Equal(expected, TestBuild.BytesOf(other.Pack()));
        Assert.False(Directory.Exists(other["cache"]) && Directory.EnumerateFiles(other["cache"], "*", SearchOption.AllDirectories).Any());
    }

    [Fact]
    public void The_counts_are_those_of_the_blob()
    {
        var packed = _build.Pack();
        var reader = PackedResourcesReader.Open(TestBuild.BytesOf(packed));
        Assert.Equal(
            reader.Modules.Count(module => module.Code.Exists || module.Flags.HasFlag(PackedFlags.Namespace)),
            packed.Blob.ModuleCount
        );
        Assert.Equal(reader.Modules.Count(module => module.Flags.HasFlag(PackedFlags.BuiltinExtension)), packed.Blob.ExtensionCount);
        Assert.Equal(reader.Count(PackedSection.Resources), packed.Blob.ResourceCount);
        Assert.Equal(TestBuild.BytesOf(packed).Length, packed.Blob.Size);
    }

    [Fact]
    public void A_text_that_does_not_fit_the_blob_is_an_error_with_its_size_and_its_beginning()
    {
        _build.Configuration = _build.Configuration with
        {
            Run = new RunTable { Mode = "eval", Code = "print(1)" + new string('#', 65_528) },
        };
        Assert.Equal(
            "error OXI0601: a name of 65536 bytes, which begins with `print(1)################################`, does not fit packed resources: the limit is 65535; shorten it",
            Assert.Throws<BuildFailedException>(() => _build.Pack()).Message
        );
    }

    [Fact]
    public void A_recorded_order_that_is_not_there_is_an_error()
    {
        _build.Configuration = _build.Configuration with { Packing = new PackingTable { Order = "/no/such/order" } };
        Assert.Equal("OXI0602", Assert.Throws<BuildFailedException>(() => _build.Pack()).Diagnostics[0].Kind.Id);
    }

    [Fact]
    public void An_allocator_that_the_distribution_lacks_is_an_error_at_its_key()
    {
        var configuration = ConfigurationReader
            .Parse("[python_config]\nraw_allocator = \"mimalloc\"\n[[python_packages]]\ntype = \"stdlib\"\n", "oxidizer.toml", "/project")
            .For(TargetTriple.Host);
        var diagnostics = new DiagnosticBag();
        ProductSettings.Check(
            configuration.PythonConfig,
            configuration.Positions,
            _build.Distribution with
            {
                HasMimalloc = false,
            },
            diagnostics
        );
        Assert.Equal(("OXI0606", 2), (Assert.Single(diagnostics.All).Kind.Id, diagnostics.All[0].Location!.Line));
        Assert.Contains("3.13", diagnostics.All[0].Message);

        var none = new DiagnosticBag();
        ProductSettings.Check(configuration.PythonConfig, configuration.Positions, _build.Distribution with { HasMimalloc = true }, none);
        Assert.Empty(none.All);
        Assert.Contains(
            ("raw_allocator", "mimalloc"),
            ProductSettings.From(configuration.PythonConfig, configuration.Run, _build.Distribution)
        );
    }

    [Fact]
    public void A_resource_that_changed_after_it_was_digested_is_not_packed()
    {
        var context = _build.Context();
        var resources = _build.Collect(context);
        var code = _build.Compile(resources, context);
        _build.Write("app/data/table.txt", "changed meanwhile\n");
        var failure = Assert.Throws<BuildFailedException>(() => PackStage.Pack(_build.Input(resources, code), context));
        Assert.Equal(("OXI0604", _build["app/data/table.txt"]), (failure.Diagnostics[0].Kind.Id, failure.Diagnostics[0].Location!.File));
    }

    private static void Cc(params string[] arguments)
    {
        var result = Packager.Processes.ChildProcess.Run(new Packager.Processes.Command("cc", arguments));
        Assert.True(result.ExitCode == 0, result.Error);
    }
}
