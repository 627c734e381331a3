using System.Text.Json;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Packager.Tests.Distributions;

/// <summary>A distribution that was built from source, once for all of these tests: through the user's cache, as the tests of whole products do.</summary>
public sealed class SourceBuilt : IDisposable
{
    private readonly IActionCache _cache = LiteDbCache.Open(new CacheSettings(CacheDirectory.Default()));
    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-built-").FullName;

    public SourceBuilt()
    {
        var context = new BuildContext(new SilentLog(), _cache, new DiagnosticBag(), new ActionLedger(), _folder, Environment.ProcessorCount, CancellationToken.None);
        Distribution = DistributionStage.Obtain(new DistributionTable { Source = "apt:python3.11", Optimizations = DistributionOptimization.NoOpt }, TargetTriple.Host, context);
        _cache.Flush();
    }

    public Distribution Distribution { get; }

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
        "_ssl", "_hashlib", "_sqlite3", "_ctypes", "_bz2", "_lzma", "zlib", "_decimal", "_uuid", "pyexpat", "_curses", "_curses_panel", "readline", "_dbm", "_gdbm",
        "_crypt", "_elementtree", "_json", "_pickle", "_datetime", "_multiprocessing", "_posixshmem", "_socket", "select", "mmap", "termios", "unicodedata",
    ];

    private Distribution Distribution => built.Distribution;

    [Fact]
    public void Its_name_says_version_revision_target_and_options() =>
        Assert.Matches(@"\Acpython-3\.11\.\d+\+[0-9a-z.]+-\w+-unknown-linux-gnu-noopt-full\.tar\.zst\z", Distribution.Name);

    [Fact]
    public void Every_promised_extension_is_there_with_objects_and_licences()
    {
        Assert.All(s_promised, name =>
        {
            var variants = Assert.Contains(name, (IReadOnlyDictionary<string, System.Collections.Immutable.ImmutableArray<ExtensionVariant>>)Distribution.Extensions);
            Assert.All(variants, variant =>
            {
                Assert.NotEmpty(variant.Objects);
                Assert.NotEmpty(variant.Licenses!.Value);
                Assert.NotEmpty(variant.LicensePaths);
                Assert.Equal($"PyInit_{name}", variant.InitFunction);
            });
        });
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
        Assert.All(new[] { "_codecs", "_io", "_signal", "_thread", "_tracemalloc", "_weakref", "faulthandler", "posix", "builtins", "sys", "marshal" },
            name => Assert.True(Distribution.Extensions[name].Single() is { InCore: true, Required: true, Objects.IsEmpty: true }));
        Assert.Null(Distribution.Extensions["builtins"].Single().InitFunction);
    }

    [Fact]
    public void No_object_is_of_two_extensions_or_of_the_core_as_well()
    {
        var all = Distribution.CoreObjects.Concat(Distribution.Extensions.Values.SelectMany(variants => variants).SelectMany(variant => variant.Objects)).ToList();
        Assert.Equal(all.Distinct().Count(), all.Count);
    }

    [Fact]
    public void Each_library_that_is_not_the_systems_is_in_the_archive() =>
        Assert.All(Distribution.Extensions.Values.SelectMany(variants => variants).SelectMany(variant => variant.Links).Concat(Distribution.CoreLinks),
            link => Assert.True(link.IsSystem || link.StaticPath is not null));

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
        var output = Run("import ssl, curses; print(ssl.get_default_verify_paths().openssl_capath); curses.setupterm('xterm'); print(curses.tigetnum('cols'))");
        Assert.Equal(["/usr/lib/ssl/certs", "80"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void It_holds_no_path_of_the_folder_in_which_it_was_built()
    {
        var settings = Distribution.Files.Keys.Where(name => name.Contains("_sysconfigdata", StringComparison.Ordinal)).Append("PYTHON.json");
        Assert.All(settings, name => Assert.DoesNotContain("/oxidizer-", File.ReadAllText(Distribution.PathOf(name))));
    }

    [Fact]
    public void Its_description_names_the_sources_and_the_applied_fixes()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Distribution.PathOf("PYTHON.json")));
        var source = json.RootElement.GetProperty("source");
        Assert.Equal("python3.11", source.GetProperty("package").GetString());
        Assert.Contains(source.GetProperty("patches").EnumerateArray(), patch => patch.GetString()!.StartsWith("CVE-", StringComparison.Ordinal));
        Assert.Contains(source.GetProperty("files").EnumerateObject(), file => file.Name.EndsWith(".dsc", StringComparison.Ordinal));
    }

    [Fact]
    public void It_holds_no_compiled_modules_and_its_tests_are_named()
    {
        Assert.DoesNotContain(Distribution.Files.Keys, name => name.EndsWith(".pyc", StringComparison.Ordinal));
        Assert.Contains("test", Distribution.TestPackages);
        Assert.Contains("unittest.test", Distribution.TestPackages);
    }

    private string Run(string code)
    {
        var result = ChildProcess.Run(new Command(Distribution.PathOf(Distribution.Executable), ["-I", "-B", "-W", "ignore", "-c", code]) { ClearEnvironment = true });
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }
}
