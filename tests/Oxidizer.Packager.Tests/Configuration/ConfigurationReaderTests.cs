using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Tests.Distributions;

namespace Oxidizer.Packager.Tests.Configuration;

/// <summary>Files without mistakes, and the records that they become.</summary>
public sealed partial class ConfigurationReaderTests
{
    private const string Rule = "\n[[python_packages]]\ntype = \"stdlib\"\n";
    private const string Digest = "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef";
    private static readonly TargetTriple s_gnu = new("x86_64-unknown-linux-gnu");
    private static readonly TargetTriple s_musl = new("x86_64-unknown-linux-musl");
    private static readonly TargetTriple s_arm = new("aarch64-unknown-linux-gnu");

    [Fact]
    public void PyOxidizers_first_quick_start_is_read_as_it_stands()
    {
        // Only the digest is filled in: the quick start writes "..." for it.
        var configuration = Read(
            $"""
            [python_distribution]
            url = "https://example.org/cpython-...-full.tar.zst"
            sha256 = "{Digest}"
            [python_config]
            program_name = "myprog"
            [python_extensions]
            policy = "all"
            [[python_packages]]
            type = "stdlib"
            [[python_packages]]
            type = "virtualenv"
            path = "/home/me/venv-myprog"
            [python_run]
            mode = "repl"
            """
        );
        Assert.Equal("https://example.org/cpython-...-full.tar.zst", configuration.Distribution.Url);
        Assert.Equal(Digest.ToLowerInvariant(), configuration.Distribution.Sha256);
        Assert.Null(configuration.Distribution.Source);
        Assert.Equal("myprog", configuration.Build.ApplicationName);
        Assert.Equal("all", configuration.Extensions.Policy);
        Assert.Equal(["stdlib", "virtualenv"], configuration.Packages.Select(rule => rule.Type));
        Assert.Equal("/home/me/venv-myprog", Assert.IsType<VirtualenvRule>(configuration.Packages[1]).Path);
        Assert.Equal("repl", configuration.Run.Mode);
    }

    [Fact]
    public void The_oldest_names_and_rules_say_what_the_new_ones_say()
    {
        var configuration = Read(
            """
            [[build]]
            application_name = "old"
            [[python_distribution]]
            build_target = "x86_64-unknown-linux-gnu"
            local_path = "cpython.tar.zst"
            [[embedded_python_config]]
            optimize_level = 1
            [[packaging_rule]]
            type = "stdlib-extensions-policy"
            policy = "no-gpl"
            [[packaging_rule]]
            type = "stdlib-extensions-explicit-excludes"
            excludes = ["_tkinter"]
            [[packaging_rule]]
            type = "stdlib-extension-variant"
            extension = "readline"
            variant = "libedit"
            [[packaging_rule]]
            type = "stdlib"
            include_source = false
            [[packaging_rule]]
            type = "pip-install-simple"
            package = "black==19.10b0"
            [[packaging_rule]]
            type = "write-license-files"
            path = ""
            [[embedded_python_run]]
            mode = "eval"
            code = "print(1)"
            """,
            s_gnu
        );
        Assert.Equal("old", configuration.Build.ApplicationName);
        Assert.Equal("/project/cpython.tar.zst", configuration.Distribution.LocalPath);
        Assert.Equal(1, configuration.PythonConfig.OptimizeLevel);
        Assert.Equal("no-copyleft", configuration.Extensions.Policy);
        Assert.Equal(["_tkinter"], configuration.Extensions.Excludes);
        Assert.Equal("libedit", configuration.Extensions.Variants["readline"]);
        Assert.Equal(["stdlib", "pip-install-simple", "write-license-files"], configuration.Packages.Select(rule => rule.Type));
        Assert.False(Assert.IsType<StdlibRule>(configuration.Packages[0]).IncludeSource);
        Assert.Equal(["black==19.10b0"], Assert.IsType<PipInstallRule>(configuration.Packages[1]).Packages);
        Assert.Equal(("eval", "print(1)"), (configuration.Run.Mode, configuration.Run.Code));
    }

    [Fact]
    public void An_old_rule_of_includes_is_a_policy_only_where_none_is_set()
    {
        const string Includes = "[[python_packages]]\ntype = \"stdlib-extensions-explicit-includes\"\nincludes = [\"_ssl\"]\n";
        Assert.Equal("explicit-includes", Read(Includes + Rule).Extensions.Policy);
        var both = Read("[python_extensions]\npolicy = \"minimal\"\nincludes = [\"_json\"]\n" + Includes + Rule).Extensions;
        Assert.Equal("minimal", both.Policy);
        Assert.Equal(["_json", "_ssl"], both.Includes);
    }

    [Fact]
    public void Every_key_of_every_table_reaches_its_record()
    {
        var configuration = Read(
            """
            [build]
            application_name = "app"
            build_path = "/out"
            targets = ["x86_64-unknown-linux-musl", "x86_64-unknown-linux-gnu"]
            output = "static-library"
            strip = false
            minimum_glibc = "2.17"
            [python_distribution]
            version = "3.13"
            flavor = "debug-full"
            release = "20250101"
            releases_url = "https://example.org"
            optimizations = "noopt"
            interpreter = "/usr/bin/python3"
            [python_config]
            program_name = "prog"
            dont_write_bytecode = false
            ignore_environment = false
            ignore_library_environment = true
            no_site = false
            no_user_site_directory = false
            isolated = false
            optimize_level = 2
            stdio_encoding = "utf-8:strict"
            unbuffered_stdio = true
            utf8_mode = false
            warnings = ["error"]
            sys_paths = ["$ORIGIN/lib"]
            filesystem_importer = true
            sys_frozen = true
            sys_meipass = true
            module_file = "none"
            raw_allocator = "system"
            terminfo_resolution = "static"
            terminfo_dirs = ["/lib/terminfo"]
            multiprocessing_start_method = "spawn"
            lazy_modules = ["json", "re"]
            write_modules_directory_env = "MODULES"
            act_as_python = true
            [python_extensions]
            policy = "explicit-includes"
            includes = ["_ssl"]
            excludes = ["_tkinter"]
            variants = { readline = "libedit" }
            [python_run]
            entry_point = "app.main:run"
            [packing]
            order = "order.txt"
            compress = "zstd"
            compress_level = 19
            bytecode = "marshal"
            [toolchain]
            cc = "clang"
            ar = "llvm-ar"
            linker = "lld"
            cflags = ["-O1"]
            ldflags = ["-s"]
            launcher = "ccache"
            sysroot = "/sysroot"
            static = true
            [cache]
            directory = "/cache"
            max_size = "10 GB"
            remote = "http://cache"
            remote_write = true
            read_only = true
            """ + Rule,
            s_gnu
        );
        Assert.Equal([s_musl, s_gnu], configuration.Build.Targets);
        Assert.Equal(
            ("app", "/out", ProductOutput.StaticLibrary, false, "2.17"),
            (
                configuration.Build.ApplicationName,
                configuration.Build.BuildPath,
                configuration.Build.Output,
                configuration.Build.Strip,
                configuration.Build.MinimumGlibc
            )
        );
        Assert.Equal(
            new DistributionTable
            {
                Version = "3.13",
                Flavor = "debug-full",
                Release = "20250101",
                ReleasesUrl = "https://example.org",
                Optimizations = DistributionOptimization.NoOpt,
                Interpreter = "/usr/bin/python3",
                Location = configuration.Distribution.Location,
            },
            configuration.Distribution
        );
        Assert.Equal(["json", "re"], configuration.PythonConfig.LazyModules);
        Assert.Equal(["error"], configuration.PythonConfig.Warnings);
        Assert.Equal(["$ORIGIN/lib"], configuration.PythonConfig.SysPaths);
        Assert.Equal(["/lib/terminfo"], configuration.PythonConfig.TerminfoDirs);
        Assert.Equal(
            new PythonConfigTable
            {
                ProgramName = "prog",
                DontWriteBytecode = false,
                IgnoreEnvironment = false,
                IgnoreLibraryEnvironment = true,
                NoSite = false,
                NoUserSiteDirectory = false,
                Isolated = false,
                OptimizeLevel = 2,
                StdioEncoding = "utf-8:strict",
                UnbufferedStdio = true,
                Utf8Mode = false,
                FilesystemImporter = true,
                SysFrozen = true,
                SysMeipass = true,
                ModuleFile = "none",
                RawAllocator = "system",
                TerminfoResolution = "static",
                MultiprocessingStartMethod = "spawn",
                WriteModulesDirectoryEnv = "MODULES",
                ActAsPython = true,
                Warnings = configuration.PythonConfig.Warnings,
                SysPaths = configuration.PythonConfig.SysPaths,
                TerminfoDirs = configuration.PythonConfig.TerminfoDirs,
                LazyModules = configuration.PythonConfig.LazyModules,
            },
            configuration.PythonConfig
        );
        Assert.Equal(
            ("explicit-includes", "_ssl", "_tkinter", "libedit"),
            (
                configuration.Extensions.Policy,
                Assert.Single(configuration.Extensions.Includes),
                Assert.Single(configuration.Extensions.Excludes),
                configuration.Extensions.Variants["readline"]
            )
        );
        Assert.Equal(
            ("module", "app.main:run", "app.main:run"),
            (configuration.Run.Mode, configuration.Run.Module, configuration.Run.EntryPoint)
        );
        Assert.Equal(
            new PackingTable
            {
                Order = "/project/order.txt",
                Compress = "zstd",
                CompressLevel = 19,
            },
            configuration.Packing
        );
        Assert.Equal(
            ("clang", "llvm-ar", "lld", "-O1", "-s", "ccache", "/sysroot", true),
            (
                configuration.Toolchain.Cc,
                configuration.Toolchain.Ar,
                configuration.Toolchain.Linker,
                Assert.Single(configuration.Toolchain.CFlags),
                Assert.Single(configuration.Toolchain.LdFlags),
                configuration.Toolchain.Launcher,
                configuration.Toolchain.Sysroot,
                configuration.Toolchain.Static
            )
        );
        Assert.Equal(
            new CacheTable
            {
                Directory = "/cache",
                MaxSize = 10_000_000_000,
                Remote = "http://cache",
                RemoteWrite = true,
                ReadOnly = true,
            },
            configuration.Cache
        );
        Assert.Equal(new SourceLocation("oxidizer.toml", 5, 10), configuration.Positions.Of("build.output"));
        Assert.Equal(new SourceLocation("oxidizer.toml"), configuration.Positions.Of("build.nothing"));
    }

    [Fact]
    public void Every_key_of_every_rule_reaches_its_record()
    {
        var rules = Read(
            """
            [[python_packages]]
            type = "package-root"
            path = "src"
            packages = ["a", "b"]
            optimize_level = 2
            excludes = ["a.tests*"]
            include_source = false
            include_resources = false
            include_test_modules = true
            install_location = "app-relative:lib"
            [[python_packages]]
            type = "script"
            path = "main.py"
            [[python_packages]]
            type = "wheel"
            path = "x.whl"
            [[python_packages]]
            type = "pip-install"
            packages = ["x", "y"]
            extra_args = ["-v"]
            find_links = ["wheels"]
            no_index = true
            require_hashes = true
            [[python_packages]]
            type = "requirements"
            requirements_path = "r.txt"
            [[python_packages]]
            type = "project"
            package_path = "."
            extra_global_arguments = ["-q"]
            [[python_packages]]
            type = "filter-include"
            names = ["a"]
            globs = ["b.*"]
            files = ["f"]
            from_trace = ["t"]
            """
        ).Packages;
        var root = Assert.IsType<PackageRootRule>(rules[0]);
        Assert.Equal(
            ("/project/src", 2, false, false, true, "app-relative:lib"),
            (root.Path, root.OptimizeLevel, root.IncludeSource, root.IncludeResources, root.IncludeTestModules, root.InstallLocation)
        );
        Assert.Equal(["a", "b"], root.Packages);
        Assert.Equal(["a.tests*"], root.Excludes);
        Assert.Equal(new SourceLocation("oxidizer.toml", 1, 3), root.Location);
        Assert.Equal("/project/main.py", Assert.IsType<ScriptRule>(rules[1]).Path);
        Assert.Equal("/project/x.whl", Assert.IsType<WheelRule>(rules[2]).Path);
        var pip = Assert.IsType<PipInstallRule>(rules[3]);
        Assert.Equal(["x", "y"], pip.Packages);
        Assert.Equal(
            ("-v", "/project/wheels", true, true),
            (Assert.Single(pip.ExtraArgs), Assert.Single(pip.FindLinks), pip.NoIndex, pip.RequireHashes)
        );
        Assert.Equal("/project/r.txt", Assert.IsType<PipInstallRule>(rules[4]).RequirementsPath);
        var project = Assert.IsType<ProjectRule>(rules[5]);
        Assert.Equal(("project", "/project", "-q"), (project.Type, project.PackagePath, Assert.Single(project.ExtraGlobalArguments)));
        var filter = Assert.IsType<FilterRule>(rules[6]);
        Assert.Equal(
            (true, "a", "b.*", "/project/f", "/project/t"),
            (
                filter.Include,
                Assert.Single(filter.Names),
                Assert.Single(filter.Globs),
                Assert.Single(filter.Files),
                Assert.Single(filter.FromTrace)
            )
        );
    }

    [Fact]
    public void Without_a_distribution_the_machines_own_python_is_built_from_source() =>
        Assert.Equal("apt:python3", Read(Rule).Distribution.Source);

    [Fact]
    public void A_script_is_what_runs_unless_the_file_says_another_thing()
    {
        const string Script = "\n[[python_packages]]\ntype = \"script\"\npath = \"x.py\"\n";
        Assert.Equal(("module", "__main__"), (Read(Rule + Script).Run.Mode, Read(Rule + Script).Run.Module));
        Assert.Equal("repl", Read("[python_run]\nmode = \"repl\"" + Rule + Script).Run.Mode);
        Assert.Equal("repl", Read(Rule).Run.Mode);
    }

    [Fact]
    public void A_console_script_is_kept_by_its_name()
    {
        var run = Read("[python_run]\nentry_point = \"black\"" + Rule).Run;
        Assert.Equal(("module", null, "black"), (run.Mode, run.Module, run.EntryPoint));
    }

    [Theory]
    [InlineData("true", "*")]
    [InlineData("false", "")]
    [InlineData("[\"json\"]", "json")]
    public void Lazy_modules_are_all_none_or_some(string value, string expected) =>
        Assert.Equal(expected, string.Join(',', Read($"[python_config]\nlazy_modules = {value}" + Rule).PythonConfig.LazyModules));

    [Theory]
    [InlineData("\"10 GB\"", 10_000_000_000)]
    [InlineData("\"10GiB\"", 10L << 30)]
    [InlineData("\"1.5 kb\"", 1500)]
    [InlineData("\"512 MiB\"", 512L << 20)]
    [InlineData("\"7\"", 7)]
    [InlineData("4096", 4096)]
    public void A_size_is_read_in_its_unit(string written, long bytes) =>
        Assert.Equal(bytes, Read($"[cache]\nmax_size = {written}" + Rule).Cache.MaxSize);

    [Fact]
    public void Dotted_keys_inline_tables_and_headers_of_tables_are_the_same_thing()
    {
        foreach (
            var text in new[]
            {
                "[python_extensions.variants]\nreadline = \"libedit\"\n",
                "[python_extensions]\nvariants.readline = \"libedit\"\n",
                "python_extensions.variants.readline = \"libedit\"\n",
                "python_extensions = { variants = { readline = \"libedit\" } }\n",
                "[[python_extensions]]\n[python_extensions.variants]\n\"readline\" = 'libedit'\n",
            }
        )
            Assert.Equal("libedit", Read(text + Rule).Extensions.Variants["readline"]);
    }

    [Fact]
    public void What_is_not_supported_yet_is_told_with_its_place_before_any_work()
    {
        var configuration = Read(
            "[python_distribution]\nversion = \"3.13\"\n[cache]\nremote = \"https://cache.example\"\n[[python_packages]]\ntype = \"project\"\npackage_path = \"x\"\n"
        );
        var diagnostics = new DiagnosticBag();
        NotYet.Check(configuration, diagnostics);
        Assert.Equal(
            [("OXI0117", 2), ("OXI0117", 4), ("OXI0117", 5)],
            diagnostics.All.Select(diagnostic => (diagnostic.Kind.Id, diagnostic.Location!.Line))
        );
        Assert.Contains("the rule type `project` is not supported yet", diagnostics.All[2].Message, StringComparison.Ordinal);

        var plain = new DiagnosticBag();
        const string Enabled =
            "[python_config]\nraw_allocator = \"mimalloc\"\nterminfo_resolution = \"static\"\nterminfo_dirs = [\"/x\"]\n"
            + "[[python_packages]]\ntype = \"stdlib\"\n[[python_packages]]\ntype = \"filter-include\"\nfrom_trace = [\"modules.txt\"]\n";
        NotYet.Check(Read(Enabled), plain);
        NotYet.Check(Read(File.ReadAllText(Path.Combine(Repository.Root, "examples", "hello", "oxidizer.toml"))), plain);
        Assert.Empty(plain.All);
    }

    private static ConfigurationSet Parse(string text) => ConfigurationReader.Parse(text, "oxidizer.toml", "/project");

    private static BuildConfiguration Read(string text, TargetTriple? target = null) => Parse(text).For(target ?? TargetTriple.Host);
}
