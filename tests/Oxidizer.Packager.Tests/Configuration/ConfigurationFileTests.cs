using System.Text;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Projects;

namespace Oxidizer.Packager.Tests.Configuration;

/// <summary>Which file is found, and files that cannot be text.</summary>
[Collection(nameof(ProcessEnvironment))]
public sealed class ConfigurationFileTests : IDisposable
{
    private const string Rule = "[[python_packages]]\ntype = \"stdlib\"\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-configuration-").FullName;

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("OXIDIZER_CONFIG", null);
        Environment.SetEnvironmentVariable("PYOXIDIZER_CONFIG", null);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void The_named_path_stands_above_the_variable_and_the_variable_above_the_folder()
    {
        var named = Write("named.toml", Rule);
        var variable = Write("variable.toml", Rule);
        var old = Write("old.toml", Rule);
        var found = Write("oxidizer.toml", Rule);
        Assert.Equal(found, ConfigurationFile.Find(_folder, null));
        Environment.SetEnvironmentVariable("PYOXIDIZER_CONFIG", old);
        Assert.Equal(old, ConfigurationFile.Find(_folder, null));
        Environment.SetEnvironmentVariable("OXIDIZER_CONFIG", variable);
        Assert.Equal(variable, ConfigurationFile.Find(_folder, null));
        Assert.Equal(named, ConfigurationFile.Find(_folder, "named.toml"));
    }

    [Fact]
    public void A_file_in_a_folder_above_is_found_and_the_nearest_one_wins()
    {
        var above = Write("pyoxidizer.toml", Rule);
        var deep = Directory.CreateDirectory(Path.Combine(_folder, "a", "b", "c")).FullName;
        Assert.Equal(above, ConfigurationFile.Find(deep, null));
        var nearer = Write("a/pyoxidizer.toml", Rule);
        Assert.Equal(nearer, ConfigurationFile.Find(deep, null));
        var better = Write("a/oxidizer.toml", Rule);
        Assert.Equal(better, ConfigurationFile.Find(deep, null));
    }

    [Fact]
    public void No_file_is_an_error_that_says_how_to_go_without_one()
    {
        var exception = Assert.Throws<BuildFailedException>(() => ConfigurationFile.Find(_folder, null));
        Assert.StartsWith("error OXI0101: no `oxidizer.toml`", exception.Message, StringComparison.Ordinal);
        Assert.Contains("OxidizerBuild(\"hello.py\")", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_file_that_is_not_there_is_an_error_whoever_names_it()
    {
        Assert.Contains(
            "OXI0101: the configuration `x.toml`",
            Assert.Throws<BuildFailedException>(() => ConfigurationFile.Find(_folder, "x.toml")).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "OXI0101",
            Assert.Throws<BuildFailedException>(() => ConfigurationReader.Load(Path.Combine(_folder, "x.toml"))).Message,
            StringComparison.Ordinal
        );
        Environment.SetEnvironmentVariable("OXIDIZER_CONFIG", "y.toml");
        Assert.Contains(
            "`OXIDIZER_CONFIG`",
            Assert.Throws<BuildFailedException>(() => ConfigurationFile.Find(_folder, null)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_folder_in_the_place_of_a_file_is_told_to_be_one()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "project")).FullName;
        var exception = Assert.Throws<EnvironmentFailureException>(() =>
            ConfigurationReader.Load(ConfigurationFile.Find(_folder, "project"))
        );
        Assert.Equal("OXI0108", exception.Kind.Id);
        Assert.Contains("it is a folder", exception.Message, StringComparison.Ordinal);
        Assert.Contains(folder, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_UTF8_names_the_line()
    {
        var path = Path.Combine(_folder, "oxidizer.toml");
        File.WriteAllBytes(
            path,
            [.. Encoding.ASCII.GetBytes(Rule + "[build]\napplication_name = \"h"), 0xE9, .. Encoding.ASCII.GetBytes("llo\"\n")]
        );
        var mistake = Assert.Single(Assert.Throws<BuildFailedException>(() => ConfigurationReader.Load(path)).Diagnostics);
        Assert.Equal(("OXI0106", 4), (mistake.Kind.Id, mistake.Location!.Line));
        Assert.Contains("save the file as UTF-8", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sequence_that_is_cut_off_at_the_end_of_the_file_is_not_UTF8_either()
    {
        var path = Path.Combine(_folder, "oxidizer.toml");
        File.WriteAllBytes(path, [.. Encoding.ASCII.GetBytes(Rule), 0xE2, 0x82]);
        Assert.Equal(
            "OXI0106",
            Assert.Single(Assert.Throws<BuildFailedException>(() => ConfigurationReader.Load(path)).Diagnostics).Kind.Id
        );
    }

    [Fact]
    public void A_byte_order_mark_and_CRLF_are_no_mistakes_and_lines_count_the_same()
    {
        var path = Path.Combine(_folder, "oxidizer.toml");
        File.WriteAllText(
            path,
            (Rule + "[build]\nstrip = 1\n").Replace("\n", "\r\n"),
            new UTF8Encoding(encoderShouldEmitUTF8Identifier: true)
        );
        var mistake = Assert.Single(Assert.Throws<BuildFailedException>(() => ConfigurationReader.Load(path)).Diagnostics);
        Assert.Equal((4, 9), (mistake.Location!.Line, mistake.Location.Column));
    }

    [Fact]
    public void A_huge_file_is_refused_before_it_is_parsed()
    {
        var path = Write("oxidizer.toml", Rule + new string('#', 2_000_000));
        Assert.Equal(
            "OXI0107",
            Assert.Single(Assert.Throws<BuildFailedException>(() => ConfigurationReader.Load(path)).Diagnostics).Kind.Id
        );
        using (var file = File.OpenWrite(path))
            file.SetLength(3L << 30);
        Assert.Equal(
            "OXI0107",
            Assert.Single(Assert.Throws<BuildFailedException>(() => ConfigurationReader.Load(path)).Diagnostics).Kind.Id
        );
    }

    [Fact]
    public void Relative_paths_start_at_the_files_folder_and_home_and_variables_are_filled_in()
    {
        Environment.SetEnvironmentVariable("OXIDIZER_TEST_FOLDER", "/srv/packages");
        try
        {
            var path = Write(
                "sub/oxidizer.toml",
                """
                [build]
                build_path = "../out"
                [toolchain]
                cc = "clang"
                launcher = "./tools/ccache"
                sysroot = "~/sysroot"
                [[python_packages]]
                type = "virtualenv"
                path = "${OXIDIZER_TEST_FOLDER}/venv"
                [[python_packages]]
                type = "filter-exclude"
                files = ["names.txt"]
                """
            );
            var configuration = ConfigurationReader.Load(path).For(TargetTriple.Host);
            Assert.Equal(Path.Combine(_folder, "out"), configuration.Build.BuildPath);
            Assert.Equal("clang", configuration.Toolchain.Cc);
            Assert.Equal(Path.Combine(_folder, "sub/tools/ccache"), configuration.Toolchain.Launcher);
            Assert.Equal(Environment.GetEnvironmentVariable("HOME") + "/sysroot", configuration.Toolchain.Sysroot);
            Assert.Equal("/srv/packages/venv", Assert.IsType<VirtualenvRule>(configuration.Packages[0]).Path);
            Assert.Equal([Path.Combine(_folder, "sub/names.txt")], Assert.IsType<FilterRule>(configuration.Packages[1]).Files);
            Assert.Equal("sub", configuration.Build.ApplicationName);
        }
        finally
        {
            Environment.SetEnvironmentVariable("OXIDIZER_TEST_FOLDER", null);
        }
    }

    [Fact]
    public void A_script_alone_is_a_configuration()
    {
        var script = Write("greet.py", "print('hello')\n");
        var configuration = ScriptInput.Load(script).For(TargetTriple.Host);
        Assert.Equal("greet", configuration.Build.ApplicationName);
        Assert.Equal("apt:python3", configuration.Distribution.Source);
        Assert.IsType<StdlibRule>(configuration.Packages[0]);
        Assert.Equal(script, Assert.IsType<ScriptRule>(configuration.Packages[1]).Path);
        Assert.Equal(("module", "__main__"), (configuration.Run.Mode, configuration.Run.Module));
        Assert.Equal(_folder, configuration.Directory);
        Assert.Contains(
            "OXI0116",
            Assert.Throws<BuildFailedException>(() => ScriptInput.Load(script + "x.py")).Message,
            StringComparison.Ordinal
        );
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}

/// <summary>Tests that set variables of the process run one after the other.</summary>
[CollectionDefinition(nameof(ProcessEnvironment), DisableParallelization = true)]
public sealed class ProcessEnvironment;
