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
    [InlineData("entry_points = [\"hg\", \"hgk\"]", "hg=hg,hgk=hgk")]
    [InlineData("entry_points = { hg = \"mercurial.dispatch:run\", k = \"hgk\" }", "hg=mercurial.dispatch:run,k=hgk")]
    [InlineData("[python_run.entry_points]\n\"hg.x\" = \"a:b\"", "hg.x=a:b")]
    public void Commands_are_a_table_or_names_of_console_scripts(string written, string expected)
    {
        var run = Read("[python_run]\n" + written + Rule).Run;
        Assert.Equal(("module", null), (run.Mode, run.Module));
        Assert.Equal(expected, string.Join(',', run.Commands.Select(command => $"{command.Name}={command.EntryPoint}")));
        Assert.Equal(expected.Split(',').Select(command => command.Split('=')[1]), run.Starts);
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
