using System.Diagnostics;

namespace Cake.Oxidizer.Tests;

public sealed class AliasTests : IDisposable
{
    private readonly Script _script = new();

    public void Dispose() => _script.Dispose();

    [Fact]
    public void A_script_builds_a_product_and_runs_it()
    {
        var (code, output) = _script
            .WithApplication(
                "import sys\nprint('from the product', sys.argv[1:])",
                """
                var result = OxidizerBuild("oxidizer.toml", new OxidizerBuildSettings().WithOutputDirectory("out").WithApplicationName("renamed"));
                Information("{0} {1} modules={2}", result.ProductPath, result.PythonVersion, result.Resources.Modules);
                OxidizerRun(result, "plain", "two words", "a\"quote", "back\\slash\\", "");
                """
            )
            .Run();
        Assert.True(code == 0, output);
        Assert.Contains($"out/{Triple}/renamed 3.11.", output);
        Assert.Contains("""from the product ['plain', 'two words', 'a"quote', 'back\\slash\\', '']""", output);
        Assert.True(File.Exists(_script[$"out/{Triple}/renamed.build.json"]));
    }

    [Fact]
    public void The_configuration_is_found_without_being_named()
    {
        var (code, output) = _script.WithApplication("print('found')", "OxidizerRun(OxidizerBuild());").Run();
        Assert.True(code == 0, output);
        Assert.Contains("found", output);
        Assert.True(File.Exists(_script[$"build/{Triple}/app"]));
    }

    [Fact]
    public void A_projects_folder_is_built_and_so_is_the_configuration_that_is_written_for_one()
    {
        const string Project =
            "[project]\nname = \"tool\"\nversion = \"1\"\nrequires-python = \"==3.11.*\"\nscripts = { tool = \"tool.cli:main\" }\n";
        const string Cli = "import sys\ndef main():\n    print('tool says', sys.argv[1:])\n";
        var (code, output) = _script
            .WithApplication(
                "",
                """
                OxidizerRun(OxidizerBuild("./first/"), "first");
                var written = OxidizerInit("./second").FullPath;
                Information("wrote {0}", written);
                System.IO.File.WriteAllText(written, System.IO.File.ReadAllText(written).Replace("# optimizations", "optimizations"));
                OxidizerRun(OxidizerBuild("./second"), "second");
                """
            )
            .Write("first/pyproject.toml", Project + "[tool.oxidizer.python_distribution]\noptimizations = \"noopt\"\n")
            .Write("first/src/tool/cli.py", Cli)
            .Write("second/pyproject.toml", Project)
            .Write("second/src/tool/cli.py", Cli)
            .Run();
        Assert.True(code == 0, output);
        Assert.Contains("tool says ['first']", output);
        Assert.Contains($"wrote {_script["second/oxidizer.toml"]}", output);
        Assert.Contains("tool says ['second']", output);
        Assert.Contains("oxidizer.toml` says how it is built", output);
        Assert.True(File.Exists(_script["second/oxidizer.schema.json"]));
    }

    [Fact]
    public void A_mistake_fails_the_script_with_its_id_and_line_and_without_a_stack_trace()
    {
        var (code, output) = _script.WithApplication("", "OxidizerBuild();").Write("oxidizer.toml", "[build]\nnonsense = 1\n").Run();
        Assert.Equal(1, code);
        Assert.Matches(@"oxidizer\.toml:2:1: error OXI01\d\d: unknown key `nonsense`", output);
        Assert.DoesNotContain("   at Oxidizer", output);
    }

    [Fact]
    public void The_exit_code_of_a_product_is_the_exit_code_of_the_script()
    {
        var (code, output) = _script.WithApplication("raise SystemExit(7)", "OxidizerRun(OxidizerBuild());").Run();
        Assert.Equal(7, code);
        Assert.Contains("ended with exit code 7", output);
    }

    [Fact]
    public void A_product_that_is_not_there_is_named()
    {
        var (code, output) = _script.WithApplication("", "OxidizerRun(\"./nowhere/app\");").Run();
        Assert.Equal(1, code);
        Assert.Contains("nowhere/app`; build it first with OxidizerBuild", output);
    }

    [Fact]
    public void Cake_config_names_the_cache_and_diagnostic_verbosity_tells_why_actions_ran()
    {
        // A folder that is a file: the build says so once and goes on without a cache, which shows that the setting arrived.
        var (code, output) = _script
            .WithApplication("print('without a cache')", "OxidizerRun(OxidizerBuild());")
            .Write("not-a-folder", "")
            .Write(
                "oxidizer.toml",
                Script.Configuration.Replace("source = \"apt:python3.11\"\noptimizations = \"noopt\"", "local_path = \"nowhere.tar.zst\"")
            )
            .Write("cake.config", "[Oxidizer]\nCacheDirectory=./not-a-folder\n")
            .Run("--verbosity=diagnostic");
        Assert.Equal(1, code);
        Assert.Contains("nowhere.tar.zst", output);
        Assert.Matches(@"warning OXI09\d\d: .*not-a-folder", output);
    }

    [Fact]
    public void Ctrl_C_ends_the_children_and_leaves_the_old_product()
    {
        var (code, output) = _script.WithApplication("print('old')", "OxidizerBuild();").Run();
        Assert.True(code == 0, output);
        var product = _script[$"build/{Triple}/app"];
        var before = File.ReadAllBytes(product);

        // So long as no other run of this test on the machine has its own sleep.
        var seconds = 100_000 + Environment.ProcessId;
        var sleep = $"sleep\0{seconds}\0";
        _script.Write(
            "slow-cc",
            $"#!/bin/sh\ncase \"$*\" in *--version*) echo slow-cc 1.0;; *) touch started; exec sleep {seconds};; esac\n"
        );
        File.SetUnixFileMode(_script["slow-cc"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _script.Write("oxidizer.toml", Script.Configuration + $"\n[toolchain]\ncc = \"{_script["slow-cc"]}\"\n");
        using var cake = _script.Start();
        while (Process.GetProcesses().All(process => CommandLine(process) != sleep))
        {
            Assert.False(cake.HasExited, cake.HasExited ? cake.StandardOutput.ReadToEnd() + cake.StandardError.ReadToEnd() : "");
            Thread.Sleep(50);
        }
        Process.Start("kill", ["-INT", $"{cake.Id}"]).WaitForExit();
        Assert.True(cake.WaitForExit(TimeSpan.FromMinutes(2)), "Cake did not end");
        Assert.Equal(130, cake.ExitCode);
        Assert.DoesNotContain(Process.GetProcesses(), process => CommandLine(process) == sleep);
        Assert.Equal(before, File.ReadAllBytes(product));
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(product)!).Length);
    }

    private static string Triple => global::Oxidizer.Packager.Context.TargetTriple.Host.Value;

    private static string CommandLine(Process process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/cmdline");
        }
        catch (IOException)
        {
            // It ended in between.
            return "";
        }
    }
}
