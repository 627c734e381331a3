using System.Text.Json;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Linking;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Packager.Tests.SourceBuilds;

/// <summary>A distribution that was built from source, once for all of these tests: through the user's cache, as the tests of whole
/// products do.</summary>
public sealed class SourceBuilt : IDisposable
{
    private readonly IActionCache _cache = LiteDbCache.Open(new CacheSettings(CacheDirectory.Default()));
    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-built-").FullName;

    public SourceBuilt()
    {
        var context = new BuildContext(
            new SilentLog(),
            _cache,
            new DiagnosticBag(),
            new ActionLedger(),
            _folder,
            Environment.ProcessorCount,
            CancellationToken.None
        );
        Distribution = DistributionStage.Obtain(
            new DistributionTable { Source = "apt:python3.11", Optimizations = DistributionOptimization.NoOpt },
            TargetTriple.Host,
            SourceDistribution.Build,
            context
        );
        _cache.Flush();
    }

    internal Distribution Distribution { get; }

    public void Dispose()
    {
        _cache.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class SilentLog : IBuildLog
    {
        public void Information(string message) { }

        public void Debug(string message) { }

        public void Warning(string message) { }

        public void Progress(string stage, double? share, string? detail = null) { }
    }
}

public class SourceBuiltTests(SourceBuilt built) : IClassFixture<SourceBuilt>
{
    private static readonly string[] s_promised =
    [
        "_ssl",
        "_hashlib",
        "_sqlite3",
        "_ctypes",
        "_bz2",
        "_lzma",
        "zlib",
        "_decimal",
        "_uuid",
        "pyexpat",
        "_curses",
        "_curses_panel",
        "readline",
        "_dbm",
        "_gdbm",
        "_crypt",
        "_elementtree",
        "_json",
        "_pickle",
        "_datetime",
        "_multiprocessing",
        "_posixshmem",
        "_socket",
        "select",
        "mmap",
        "termios",
        "unicodedata",
    ];

    private Distribution Distribution => built.Distribution;

    [Fact]
    public void Its_name_says_version_revision_target_and_options() =>
        Assert.Matches(@"\Acpython-3\.11\.\d+\+[0-9a-z.]+-\w+-unknown-linux-gnu-noopt-full\.tar\.zst\z", Distribution.Name);

    [Fact]
    public void Every_promised_extension_is_there_with_objects_and_licences()
    {
        Assert.All(
            s_promised,
            name =>
            {
                var variants = Assert.Contains(
                    name,
                    (IReadOnlyDictionary<string, System.Collections.Immutable.ImmutableArray<ExtensionVariant>>)Distribution.Extensions
                );
                Assert.All(
                    variants,
                    variant =>
                    {
                        Assert.NotEmpty(variant.Objects);
                        Assert.NotEmpty(variant.Licenses!.Value);
                        Assert.NotEmpty(variant.LicensePaths);
                        Assert.Equal($"PyInit_{name}", variant.InitFunction);
                    }
                );
            }
        );
    }

    [Fact]
    public void Readline_has_a_free_default_and_a_GPL_variant()
    {
        var variants = Distribution.Extensions["readline"];
        Assert.Equal(["libedit", "readline"], variants.Select(variant => variant.Variant));
        Assert.DoesNotContain(variants[0].Licenses!.Value, license => license.StartsWith("GPL", StringComparison.Ordinal));
        Assert.Contains("GPL-3.0-or-later", variants[1].Licenses!.Value);
    }

    [Fact]
    public void Code_of_others_in_CPythons_own_sources_keeps_its_licence()
    {
        var variant = Distribution.Extensions["_decimal"].Single();
        Assert.Contains("BSD-2-Clause", variant.Licenses!.Value);
        Assert.Contains("libmpdec", string.Concat(variant.LicensePaths.Select(path => File.ReadAllText(Distribution.PathOf(path)))));
    }

    [Fact]
    public void What_CPython_cannot_start_without_is_required_and_in_the_core()
    {
        Assert.All(
            new[]
            {
                "_codecs",
                "_io",
                "_signal",
                "_thread",
                "_tracemalloc",
                "_weakref",
                "faulthandler",
                "posix",
                "builtins",
                "sys",
                "marshal",
            },
            name => Assert.True(Distribution.Extensions[name].Single() is { InCore: true, Required: true, Objects.IsEmpty: true })
        );
        Assert.Null(Distribution.Extensions["builtins"].Single().InitFunction);
    }

    [Fact]
    public void No_object_is_of_two_extensions_or_of_the_core_as_well()
    {
        var all = Distribution
            .CoreObjects.Concat(Distribution.Extensions.Values.SelectMany(variants => variants).SelectMany(variant => variant.Objects))
            .ToList();
        Assert.Equal(all.Distinct().Count(), all.Count);
    }

    [Fact]
    public void Objects_for_embedding_define_what_those_of_the_interpreter_define()
    {
        Assert.Equal(
            ["build/Modules/getpath.o", "build/Python/deepfreeze/deepfreeze.o", "build/Python/frozen.o"],
            Distribution.InterpreterObjects.AsEnumerable()
        );
        var own = Symbols(Distribution.InterpreterObjects).Where(name => !name.StartsWith("_Py_get_", StringComparison.Ordinal));
        var embedding = Symbols(Distribution.EmbeddingObjects).ToList();
        Assert.Equal(own, embedding.Where(name => !name.StartsWith("_Py_get_", StringComparison.Ordinal)));
        Assert.Contains("_Py_get_importlib__bootstrap_toplevel", embedding);
        Assert.Contains("_Py_get_os_toplevel", embedding);
        Assert.DoesNotContain("_Py_get_site_toplevel", embedding);
    }

    [Fact]
    public void An_interpreter_with_the_objects_for_embedding_refuses_a_configuration_without_paths()
    {
        using var folder = new SourceFolder();
        var program = LinkInterpreter(
            folder.Path,
            "int Py_BytesMain(int, char **); int main(int argc, char **argv) { return Py_BytesMain(argc, argv); }"
        );
        var result = ChildProcess.Run(new Command(program, ["-c", "pass"]) { ClearEnvironment = true });
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("who embeds this CPython sets home, executable, prefix, exec_prefix and module_search_paths", result.Error);
    }

    [Fact]
    public void An_interpreter_with_the_smaller_table_imports_what_is_no_longer_frozen()
    {
        using var folder = new SourceFolder();
        var program = LinkInterpreter(
            folder.Path,
            $$"""
            #include <Python.h>
            int main(int argc, char **argv) {
                PyConfig config;
                PyConfig_InitPythonConfig(&config);
                wchar_t **paths[] = {&config.home, &config.prefix, &config.exec_prefix, &config.executable};
                for (int at = 0; at < 4; at++) PyConfig_SetBytesString(&config, paths[at], "{{Distribution.PathOf("install")}}");
                PyWideStringList_Append(&config.module_search_paths, L"{{Distribution.PathOf(Distribution.StandardLibrary)}}");
                config.module_search_paths_set = 1;
                PyConfig_SetBytesArgv(&config, argc, argv);
                PyStatus status = Py_InitializeFromConfig(&config);
                if (PyStatus_Exception(status)) Py_ExitStatusException(status);
                return Py_RunMain();
            }
            """
        );
        const string code = """
            import _imp, abc, os, site, runpy, importlib.util, ntpath, zipimport, __hello__, __phello__.spam, sys
            print(*[name for name in sorted(sys.modules) if _imp.is_frozen(name)])
            print(os.path.relpath(site.__file__, sys.prefix), os.path.join("a", "b"), runpy.run_module("__hello__")["__name__"])
            """;

        var result = ChildProcess.Run(new Command(program, ["-S", "-B", "-c", code]) { ClearEnvironment = true });

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(
            [
                "_collections_abc _frozen_importlib _frozen_importlib_external abc codecs genericpath importlib.machinery importlib.util io ntpath os os.path posixpath stat zipimport",
                "lib/python3.11/site.py a/b __hello__",
            ],
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        );
    }

    [Fact]
    public void Each_library_that_is_not_the_systems_is_in_the_archive() =>
        Assert.All(
            Distribution
                .Extensions.Values.SelectMany(variants => variants)
                .SelectMany(variant => variant.Links)
                .Concat(Distribution.CoreLinks),
            link => Assert.True(link.IsSystem || link.StaticPath is not null)
        );

    [Fact]
    public void Its_interpreter_runs_from_its_place_and_imports_every_extension()
    {
        var names = string.Join(", ", Distribution.Extensions.Keys);
        var prefix = Run($"import sys, {names}; print(sys.prefix)").Trim();
        Assert.Equal(Path.Combine(Distribution.Root, "install"), prefix);
    }

    [Fact]
    public void Certificates_and_terminals_of_the_machine_are_found()
    {
        var output = Run(
            "import ssl, curses; print(ssl.get_default_verify_paths().openssl_capath); curses.setupterm('xterm'); print(curses.tigetnum('cols'))"
        );
        Assert.Equal(["/usr/lib/ssl/certs", "80"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void It_holds_no_path_of_the_folder_in_which_it_was_built()
    {
        var settings = Distribution
            .Files.Keys.Where(name => name.Contains("_sysconfigdata", StringComparison.Ordinal))
            .Append("PYTHON.json");
        Assert.All(settings, name => Assert.DoesNotContain("/oxidizer-", File.ReadAllText(Distribution.PathOf(name))));
    }

    [Fact]
    public void Its_description_names_the_sources_and_the_applied_fixes()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Distribution.PathOf("PYTHON.json")));
        var source = json.RootElement.GetProperty("source");
        Assert.Equal("python3.11", source.GetProperty("package").GetString());
        Assert.Contains(
            source.GetProperty("patches").EnumerateArray(),
            patch => patch.GetString()!.StartsWith("CVE-", StringComparison.Ordinal)
        );
        Assert.Contains(source.GetProperty("files").EnumerateObject(), file => file.Name.EndsWith(".dsc", StringComparison.Ordinal));
    }

    [Fact]
    public void It_holds_no_compiled_modules_and_its_tests_are_named()
    {
        Assert.DoesNotContain(Distribution.Files.Keys, name => name.EndsWith(".pyc", StringComparison.Ordinal));
        Assert.Contains("test", Distribution.TestPackages);
        Assert.Contains("unittest.test", Distribution.TestPackages);
    }

    // CPython's own `python`, with the objects of a product.
    private string LinkInterpreter(string folder, string source)
    {
        var plan = LinkPlan.Create(Distribution, [.. Distribution.Extensions.Values.Select(variants => variants[0])], [], strip: false);
        var (main, program) = (Path.Combine(folder, "main.c"), Path.Combine(folder, "python"));
        File.WriteAllText(main, source);
        var result = ChildProcess.Run(
            new Command(
                "gcc",
                [
                    main,
                    "-I" + Distribution.PathOf(Distribution.IncludeDirectory),
                    Distribution.PathOf("build/Modules/config.o"),
                    .. plan.CoreObjects.Select(Distribution.PathOf),
                    "-Wl,--start-group",
                    .. plan.StaticLibraries.Select(Distribution.PathOf),
                    "-Wl,--end-group",
                    .. plan.SystemLibraries.Select(name => "-l" + name),
                    "-o",
                    program,
                ]
            )
        );
        Assert.True(result.ExitCode == 0, result.Error);
        return program;
    }

    private List<string> Symbols(IEnumerable<string> objects)
    {
        var result = ChildProcess.Run(
            new Command("nm", ["--defined-only", "--extern-only", "--format=just-symbols", .. objects.Select(Distribution.PathOf)])
        );
        Assert.True(result.ExitCode == 0, result.Error);
        return
        [
            .. result
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.EndsWith(':'))
                .Order(StringComparer.Ordinal),
        ];
    }

    private string Run(string code)
    {
        var result = ChildProcess.Run(
            new Command(Distribution.PathOf(Distribution.Executable), ["-I", "-B", "-W", "ignore", "-c", code]) { ClearEnvironment = true }
        );
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }
}
