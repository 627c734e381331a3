using System.Text;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Tests.Configuration;

/// <summary>Files with mistakes, and what is said about them.</summary>
public sealed class MistakeTests
{
    private const string Rule = "\n[[python_packages]]\ntype = \"stdlib\"\n";
    private const string Digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    /// <summary>The file (a rule is added to it), the id, the place, and words of the message.</summary>
    public static TheoryData<string, string, int, int, string> BadFiles =>
        new()
        {
            // Unknown names.
            { "[build]\naplication_name = \"x\"", "OXI0102", 2, 1, "did you mean `application_name`?" },
            { "[build]\nApplication-Name = \"x\"", "OXI0102", 2, 1, "did you mean `application_name`?" },
            { "[build]\nzzzzzz = 1", "OXI0102", 2, 1, "it knows `application_name`, `build_path`" },
            { "application_name = \"x\"", "OXI0102", 1, 1, "keys stand below the header of their table" },
            { "[biuld]\nstrip = true", "OXI0109", 1, 2, "did you mean `[build]`?" },
            { "[dependencies]\nx = 1", "OXI0109", 1, 2, "there are `[build]`" },
            { "[[python_packages]]\ntype = \"stdllib\"", "OXI0114", 2, 8, "did you mean `stdlib`?" },
            { "[[python_packages]]\ntype = \"conda\"", "OXI0114", 2, 8, "it is one of `stdlib`" },
            { "[[python_packages]]\ntype = \"script\"\npath = \"x.py\"\nexclude = []", "OXI0102", 4, 1, "did you mean `excludes`?" },
            // Wrong types.
            { "[build]\nstrip = \"true\"", "OXI0103", 2, 9, "write `strip = true`, without quotes" },
            { "[build]\nstrip = 1", "OXI0103", 2, 9, "is `true` or `false`, not the number `1`" },
            { "[build]\ntargets = \"x86_64-unknown-linux-gnu\"", "OXI0103", 2, 11, "write `targets = [\"x86_64-unknown-linux-gnu\"]`" },
            { "[build]\ntargets = [\"x86_64-unknown-linux-gnu\",\n  7]", "OXI0103", 3, 3, "is a list of strings, not the number `7`" },
            { "[python_distribution]\nversion = 3.13", "OXI0103", 2, 11, "write `version = \"3.13\"`" },
            { "[python_distribution]\nversion = 2020-01-01", "OXI0103", 2, 11, "not the date `2020-01-01`" },
            { "[python_config]\noptimize_level = \"2\"", "OXI0103", 2, 18, "is a whole number" },
            { "[python_config]\nlazy_modules = \"json\"", "OXI0103", 2, 16, "`true`, `false` or a list of modules" },
            { "[python_extensions]\nvariants = [\"libedit\"]", "OXI0103", 2, 12, "write `variants = { readline = \"libedit\" }`" },
            {
                "[python_extensions]\nvariants = { readline = 1 }",
                "OXI0103",
                2,
                25,
                "`readline` of variants of [python_extensions] is a string"
            },
            { "[cache]\nmax_size = true", "OXI0103", 2, 12, "is a string, not `true`" },
            { "build = 3", "OXI0103", 1, 1, "is a table, not the number `3`; write its keys below `[build]`" },
            { "packaging_rule = \"x\"", "OXI0103", 1, 1, "write its keys below `[[packaging_rule]]`" },
            { "[[python_packages]]\ntype = 5", "OXI0103", 2, 8, "`type` of [[python_packages]] is a string" },
            // Values.
            { "[python_config]\noptimize_level = 3", "OXI0104", 2, 18, "it is a number from 0 to 2" },
            { "[python_config]\noptimize_level = -1", "OXI0104", 2, 18, "it is a number from 0 to 2" },
            { "[build]\noutput = \"executible\"", "OXI0104", 2, 10, "did you mean `executable`?" },
            { "[build]\napplication_name = \"bin/hello\"", "OXI0104", 2, 20, "folders go into `build_path`" },
            { "[build]\napplication_name = \"..\"", "OXI0104", 2, 20, "not a file name" },
            { "[build]\napplication_name = \"\"", "OXI0104", 2, 20, "is empty" },
            { "[build]\napplication_name = \"a\\u0000b\"", "OXI0104", 2, 20, "NUL" },
            { "[build]\ntargets = [\"x86-64-unknown-linux-gnu\"]", "OXI0104", 2, 12, "not a known target triple" },
            { "[build]\ntargets = [\"aarch65-unknown-linux-gnu\"]", "OXI0104", 2, 12, "did you mean the architecture `aarch64`?" },
            { "[build]\nminimum_glibc = \"old\"", "OXI0104", 2, 17, "such as `2.17`" },
            { "[python_distribution]\nurl = \"ftp://x/y\"\nsha256 = \"" + Digest + "\"", "OXI0104", 2, 7, "goes into `local_path`" },
            { "[python_distribution]\nlocal_path = \"x\"\nsha256 = \"abc\"", "OXI0104", 3, 10, "64 hexadecimal digits" },
            {
                "[python_distribution]\nlocal_path = \"x\"\nsha256 = \"g"
                    + "123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"",
                "OXI0104",
                3,
                10,
                "64 hexadecimal digits"
            },
            { "[python_distribution]\nversion = \"2.7\"", "OXI0104", 2, 11, "such as `3.13`" },
            { "[python_distribution]\nsource = \"apt:perl\"", "OXI0104", 2, 10, "`apt:python3.11`" },
            { "[python_distribution]\nsource = \"apt:python3.\"", "OXI0104", 2, 10, "`apt:python3.11`" },
            { "[python_config]\nstdio_encoding = \"utf-8:strict:x\"", "OXI0104", 2, 18, "`utf-8:strict`" },
            { "[python_config]\nraw_allocator = \"jemalloc\"", "OXI0104", 2, 17, "it is one of `system`, `pymalloc`, `mimalloc`" },
            { "[python_extensions]\npolicy = \"no-libs\"", "OXI0104", 2, 10, "it is one of `all`, `none`" },
            {
                "[[python_packages]]\ntype = \"script\"\npath = \"x.py\"\ninstall_location = \"beside\"",
                "OXI0104",
                4,
                20,
                "`app-relative:<folder>`"
            },
            {
                "[[python_packages]]\ntype = \"script\"\npath = \"x.py\"\ninstall_location = \"app-relative:../lib\"",
                "OXI0104",
                4,
                20,
                "leads out"
            },
            {
                "[[python_packages]]\ntype = \"script\"\npath = \"x.py\"\ninstall_location = \"app-relative:/lib\"",
                "OXI0104",
                4,
                20,
                "leads out"
            },
            {
                "[[python_packages]]\ntype = \"script\"\npath = \"x.py\"\ninstall_location = \"app-relative:lib/../..\"",
                "OXI0104",
                4,
                20,
                "leads out"
            },
            {
                "[[python_packages]]\ntype = \"script\"\npath = \"x.py\"\ninstall_location = \"app-relative:\"",
                "OXI0104",
                4,
                20,
                "names no folder"
            },
            {
                "[[python_packages]]\ntype = \"script\"\npath = \"x.py\"\ninstall_location = \"app-relative:.\"",
                "OXI0104",
                4,
                20,
                "names no folder"
            },
            {
                "[[python_packages]]\ntype = \"script\"\npath = \"x.py\"\ninstall_location = \"app-relative:./lib\"",
                "OXI0104",
                4,
                20,
                "names no folder"
            },
            {
                "[[python_packages]]\ntype = \"script\"\npath = \"x.py\"\ninstall_location = \"app-relative:lib//x\"",
                "OXI0104",
                4,
                20,
                "names no folder"
            },
            {
                "[[python_packages]]\ntype = \"script\"\npath = \"x.py\"\ninstall_location = \"app-relative:lib\\u000ax\"",
                "OXI0104",
                4,
                20,
                "control character"
            },
            { "[[python_packages]]\ntype = \"write-license-files\"\npath = \"/etc\"", "OXI0104", 3, 8, "leads out" },
            {
                "[[python_packages]]\ntype = \"package-root\"\npath = \".\"\npackages = [\"a/b\"]",
                "OXI0104",
                4,
                13,
                "without folders and without `.py`"
            },
            { "[python_run]\nmode = \"shell\"", "OXI0104", 2, 8, "it is one of `repl`, `module`, `eval`, `file`, `noop`" },
            { "[python_run]\nmode = \"module\"\nmodule = \"a-b\"", "OXI0104", 3, 10, "not a module" },
            { "[python_run]\nentry_point = \"a:\"", "OXI0104", 2, 15, "`package.module:function`" },
            { "[python_run]\nentry_points = \"hg\"", "OXI0103", 2, 16, "is a table or a list" },
            { "[python_run]\nentry_points = []", "OXI0104", 2, 16, "names no command" },
            { "[python_run]\nentry_points = [1]", "OXI0103", 2, 17, "is a string" },
            { "[python_run]\nentry_points = [\"a\", \"a\"]", "OXI0104", 2, 22, "names `a` twice" },
            { "[python_run]\nentry_points = [\"a:b\"]", "OXI0104", 2, 17, "cannot be the name of a command" },
            { "[python_run]\nentry_points = { \"a/b\" = \"a:b\" }", "OXI0104", 2, 26, "cannot be the name of a command" },
            { "[python_run]\nentry_points = { \"\" = \"a:b\" }", "OXI0104", 2, 23, "cannot be the name of a command" },
            { "[python_run]\nentry_points = { a = \"a:\" }", "OXI0104", 2, 22, "write `package.module:function`" },
            { "[python_run]\nentry_points = { a = 1 }", "OXI0103", 2, 22, "is a string" },
            { "[cache]\nmax_size = \"10 GX\"", "OXI0104", 2, 12, "such as `10 GB`" },
            { "[cache]\nmax_size = \"99999999999999999999 TB\"", "OXI0104", 2, 12, "such as `10 GB`" },
            { "[cache]\nmax_size = 0", "OXI0104", 2, 12, "it is a number from 1" },
            { "[packing]\ncompress = \"zlib\"\ncompress_level = 10", "OXI0104", 3, 18, "it is a number from 0 to 9" },
            { "[packing]\norder = \"\"", "OXI0104", 2, 9, "is empty" },
            { "[[build]]\ntarget = \"sparc-sun-solaris\"", "OXI0104", 2, 10, "`all` are possible too" },
            // Missing keys.
            { "[python_distribution]\nurl = \"https://example.org/x.tar.zst\"", "OXI0111", 2, 7, "add `sha256 = \"...\"`" },
            { "[[python_packages]]\npath = \"x\"", "OXI0111", 1, 3, "has no `type`" },
            { "[[python_packages]]\ntype = \"virtualenv\"", "OXI0111", 1, 3, "needs `path`" },
            { "[[python_packages]]\ntype = \"package-root\"\npath = \".\"", "OXI0111", 1, 3, "needs `packages`" },
            { "[[python_packages]]\ntype = \"pip-install\"", "OXI0111", 1, 3, "needs `package` or `packages`" },
            { "[[python_packages]]\ntype = \"filter-exclude\"", "OXI0111", 1, 3, "needs `names` or `globs` or `files` or `from_trace`" },
            { "[python_run]\nmode = \"module\"", "OXI0111", 2, 8, "add `module = \"...\"`" },
            { "[python_run]\nmode = \"eval\"", "OXI0111", 2, 8, "add `code = \"...\"`" },
            { "[python_run]\nmode = \"file\"", "OXI0111", 2, 8, "add `path = \"...\"`" },
            { "[python_config]\nterminfo_resolution = \"static\"", "OXI0111", 2, 23, "needs `terminfo_dirs`" },
            { "[cache]\nremote_write = true", "OXI0111", 2, 16, "add `remote" },
            // Contradictions.
            {
                "[python_distribution]\nlocal_path = \"x\"\nsource = \"apt:python3\"",
                "OXI0112",
                3,
                10,
                "`local_path` and `source` of [python_distribution] exclude each other"
            },
            { "[python_distribution]\nsha256 = \"" + Digest + "\"", "OXI0112", 2, 10, "add its `url` or `local_path`" },
            {
                "[python_distribution]\nsource = \"apt:python3\"\nsha256 = \"" + Digest + "\"",
                "OXI0112",
                3,
                10,
                "does not go with `source`"
            },
            { "[python_run]\nmodule = \"x\"", "OXI0112", 2, 10, "goes with `mode = \"module\"`" },
            { "[python_run]\nmode = \"repl\"\ncode = \"1\"", "OXI0112", 3, 8, "goes with `mode = \"eval\"`" },
            { "[python_run]\nmode = \"eval\"\ncode = \"1\"\nentry_point = \"a:b\"", "OXI0112", 4, 15, "drop one of them" },
            { "[python_run]\nentry_point = \"a:b\"\nmodule = \"a\"", "OXI0112", 2, 15, "keep one" },
            { "[python_run]\nentry_points = [\"a\"]\nmodule = \"a\"", "OXI0112", 2, 16, "keep one" },
            { "[python_run]\nmode = \"repl\"\nentry_points = [\"a\"]", "OXI0112", 3, 16, "drop one of them" },
            { "[python_run]\nentry_point = \"a\"\nentry_points = [\"a\"]", "OXI0112", 3, 16, "name all commands in `entry_points`" },
            { "[python_config]\nfilesystem_importer = false\nsys_paths = [\"$ORIGIN\"]", "OXI0112", 2, 23, "drop one of them" },
            { "[[build]]\ntarget = \"*musl\"\ntargets = [\"x86_64-unknown-linux-musl\"]", "OXI0112", 3, 1, "without `target`" },
            // Twice.
            { "[build]\nstrip = true\nstrip = false", "OXI0110", 3, 1, "the first time on line 2" },
            { "[build]\nstrip = true\n[build]\noutput = \"executable\"", "OXI0110", 3, 2, "`[[build]]`" },
            { "[build]\nstrip = true\n[[build]]\noutput = \"executable\"", "OXI0110", 3, 3, "`[[build]]`" },
            { "[python_extensions]\nvariants = { a = \"b\", a = \"c\" }", "OXI0110", 2, 23, "defined twice" },
            {
                "[python_extensions]\nvariants = { a = \"b\" }\n[python_extensions.variants]\nc = \"d\"",
                "OXI0110",
                3,
                20,
                "the first time on line 2"
            },
            // Paths.
            { "[build]\nbuild_path = \"${OXIDIZER_TEST_UNSET}/x\"", "OXI0113", 2, 14, "`OXIDIZER_TEST_UNSET`" },
            { "[build]\nbuild_path = \"${OXIDIZER\"", "OXI0104", 2, 14, "without its `}`" },
            { "[build]\nbuild_path = \"~nobody/x\"", "OXI0104", 2, 14, "another user's home" },
            { "[build]\nbuild_path = \"${}/x\"", "OXI0113", 2, 14, "is not set" },
            {
                "[[python_packages]]\ntype = \"filter-include\"\nfiles = [\"a\",\n \"${OXIDIZER_TEST_UNSET}\"]",
                "OXI0113",
                4,
                2,
                "is not set"
            },
            // Not TOML.
            { "[build", "OXI0105", 1, 7, "this is not TOML" },
            { "[build]\nstrip =", "OXI0105", 2, 8, "this is not TOML" },
            { "[build]\nstrip = tru", "OXI0105", 2, 9, "this is not TOML" },
            { "[build]\nstrip = true false", "OXI0105", 2, 14, "this is not TOML" },
            { "[build]\nbuild_path = \"a\\q\"", "OXI0105", 2, 17, "this is not TOML" },
            { "strip: true", "OXI0105", 1, 6, "strings stand in quotes" },
            { "[cache]\nmax_size = 99999999999999999999", "OXI0105", 2, 12, "this is not TOML" },
        };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void A_mistake_is_told_with_its_id_its_place_and_the_way_out(string text, string id, int line, int column, string words)
    {
        // The place of a mistake must not depend on what stands around it; the rule is there so that nothing else is wrong.
        var mistakes = Mistakes(text + Rule);
        var mistake = Assert.Single(mistakes, mistake => mistake.Kind.Id == id && mistake.Location!.Line == line);
        Assert.Contains(words, mistake.Message, StringComparison.Ordinal);
        Assert.Equal(new SourceLocation("oxidizer.toml", line, column), mistake.Location);
        if (id != "OXI0105")
            Assert.Single(mistakes);
    }

    [Fact]
    public void All_mistakes_of_a_file_are_told_at_once_in_the_order_of_the_file()
    {
        var mistakes = Mistakes(
            """
            [build]
            strip = "yes"
            complie = true
            [python_distribution]
            url = "https://example.org/x.tar.zst"
            local_path = "${OXIDIZER_TEST_UNSET}"
            sha256 = "12"
            [[python_packages]]
            type = "stdlibs"
            [[python_packages]]
            type = "script"
            [[toolchain]]
            target = "aarch64-*"
            linker = "gold"
            [python_run]
            mode = "module"
            """
        );
        Assert.Equal(
            ["2 OXI0103", "3 OXI0102", "6 OXI0112", "6 OXI0113", "7 OXI0104", "9 OXI0114", "10 OXI0111", "14 OXI0104", "16 OXI0111"],
            mistakes.Select(mistake => $"{mistake.Location!.Line} {mistake.Kind.Id}").Order(new ByNumber())
        );
        Assert.Equal(mistakes.Select(mistake => mistake.Location!.Line).Order(), mistakes.Select(mistake => mistake.Location!.Line));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("[build]\n")]
    [InlineData("python_packages = []\n")]
    [InlineData("[[python_packages]]\ntype = \"filter-exclude\"\nnames = [\"x\"]\n")]
    public void A_file_that_brings_nothing_is_told_how_to_bring_something(string text)
    {
        var mistake = Assert.Single(Mistakes(text));
        Assert.Equal("OXI0115", mistake.Kind.Id);
        Assert.Contains("type = \"stdlib\"", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misplaced_single_table_of_rules_is_told_to_be_a_list()
    {
        var mistakes = Mistakes("[python_packages]\ntype = \"stdlib\"\n");
        Assert.Contains(
            mistakes,
            mistake => mistake.Kind.Id == "OXI0103" && mistake.Message.Contains("write `[[python_packages]]` above each rule")
        );
    }

    [Theory]
    [InlineData("a = ", "[", "]")]
    [InlineData("a = ", "{a=", "}")]
    public void Nesting_without_end_is_a_mistake_and_no_stack_overflow(string start, string open, string close)
    {
        var repeated = string.Concat(Enumerable.Repeat(open, 50_000)) + "1" + string.Concat(Enumerable.Repeat(close, 50_000));
        Assert.Equal("OXI0105", Assert.Single(Mistakes(start + repeated)).Kind.Id);
    }

    [Theory]
    [InlineData("[build]\nbuild_path = \"a\\")]
    [InlineData("[build]\nbuild_path = \"a\\u12")]
    [InlineData("[build]\nbuild_path = \"\"\"\\")]
    public void A_file_that_ends_within_an_escape_is_told_at_its_end(string text)
    {
        var mistake = Assert.Single(Mistakes(text));
        Assert.Equal(("OXI0105", 2), (mistake.Kind.Id, mistake.Location!.Line));
        Assert.Contains("ends within an escape", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_many_parts_is_one_unknown_table() =>
        Assert.Contains(
            Mistakes("[" + string.Join('.', Enumerable.Repeat("a", 20_000)) + "]\nb = 1\n"),
            mistake => mistake.Kind.Id == "OXI0109"
        );

    [Fact]
    public void A_file_with_a_mistake_on_each_of_its_lines_gives_a_hundred_of_them()
    {
        var text = "[build]\n" + string.Concat(Enumerable.Range(0, 50_000).Select(number => $"k{number} = 1\n"));
        Assert.Equal(100, Mistakes(text).Count);
    }

    [Fact]
    public void A_text_cut_off_anywhere_or_with_any_byte_changed_is_read_or_refused_and_never_crashes()
    {
        var whole =
            File.ReadAllText(Path.Combine(Repository.Root, "examples", "hello", "oxidizer.toml"))
            + """""
                [[toolchain]]
                target = "*-musl"
                "cflags" = ['-O2', "-g\t", ]
                [[toolchain]]
                python_extensions.x = { "a" = 1, b.c = [[2.5, 1979-05-27T07:32:00Z], { }] } # comment
                [python_extensions]
                variants.readline = """
                lib\
                 edit"""
                """"";
        for (var length = 0; length < whole.Length; length++)
            ReadOrRefuse(whole[..length]);
        for (var i = 0; i < whole.Length; i++)
            foreach (var other in "\0\"[]={}.,\n\\é")
                ReadOrRefuse(whole[..i] + other + whole[(i + 1)..]);
    }

    private static void ReadOrRefuse(string text)
    {
        try
        {
            Assert.NotEmpty(ConfigurationReader.Parse(text, "oxidizer.toml", "/project").Targets);
        }
        catch (BuildFailedException exception)
        {
            Assert.All(exception.Diagnostics, mistake => Assert.StartsWith("OXI01", mistake.Kind.Id, StringComparison.Ordinal));
        }
    }

    private static IReadOnlyList<Diagnostic> Mistakes(string text) =>
        Assert.Throws<BuildFailedException>(() => ConfigurationReader.Parse(text, "oxidizer.toml", "/project")).Diagnostics;

    private sealed class ByNumber : IComparer<string>
    {
        public int Compare(string? x, string? y) => (int.Parse(x!.Split(' ')[0]), x).CompareTo((int.Parse(y!.Split(' ')[0]), y));
    }
}
