using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Tests.Configuration;

/// <summary>Each key of each table and rule.</summary>
public sealed partial class ConfigurationReaderTests
{
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
                ActAsPython = "true",
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
}
