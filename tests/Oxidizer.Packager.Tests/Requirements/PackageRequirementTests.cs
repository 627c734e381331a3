using Oxidizer.Packager.Requirements;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Requirements;

/// <summary>Requirements and their markers, for CPython 3.11 on Linux.</summary>
public sealed class PackageRequirementTests
{
    private static readonly MarkerEnvironment s_environment = MarkerEnvironment.Of(
        MachinePython.Small with
        {
            MajorMinor = "3.11",
            Version = "3.11.2",
            Target = new("x86_64-unknown-linux-gnu"),
        }
    );

    [Theory]
    [InlineData("requests", "requests", "", "")]
    [InlineData("A.Thing_x [tls, none] >=1.0,!=1.5 ; os_name == 'posix'", "A.Thing_x", "tls,none", ">=1.0,!=1.5")]
    [InlineData("mypy-extensions (>=0.4.3)", "mypy-extensions", "", ">=0.4.3")]
    [InlineData("isort(<6,>=4.2.5)", "isort", "", "<6,>=4.2.5")]
    [InlineData("astroid >= 2.14.2 , <=2.16.0-dev0", "astroid", "", ">=2.14.2,<=2.16.0-dev0")]
    [InlineData("pip @ https://host/pip.zip;x=1 ; os_name == 'posix'", "pip", "", "")]
    [InlineData("x>=1,", "x", "", ">=1")]
    [InlineData("y[]", "y", "", "")]
    public void A_requirement_is_name_extras_versions_and_marker(string text, string name, string extras, string versions)
    {
        var requirement = Read(text);
        Assert.Equal(
            (name, extras, versions),
            (requirement.Name, string.Join(',', requirement.Extras), string.Join(',', requirement.Versions))
        );
    }

    [Theory]
    [InlineData("", "name")]
    [InlineData(">=1", "name")]
    [InlineData("-x", "name")]
    [InlineData("x[a", "`]`")]
    [InlineData("x[a b]", "`]`")]
    [InlineData("x[,]", "extra")]
    [InlineData("x 2.0", "`2.0` is not expected")]
    [InlineData("x (>=1", "bracket")]
    [InlineData("x >=", "`>=` is no condition")]
    [InlineData("x >=1 and y", "`and y`")]
    [InlineData("x; ", "value")]
    [InlineData("x; nonsense == '1'", "no `nonsense`")]
    [InlineData("x; os_name", "comparison")]
    [InlineData("x; os_name == 'posix", "quote")]
    [InlineData("x; (os_name == 'posix'", "bracket")]
    [InlineData("x; os_name == 'posix' and", "value")]
    [InlineData("x; os_name == 'posix' os_name", "not expected")]
    [InlineData("x; os_name = 'posix'", "comparison")]
    public void What_is_no_requirement_is_refused_with_the_reason(string text, string reason)
    {
        Assert.Null(PackageRequirement.TryParse(text, out var problem));
        Assert.Contains(reason, problem);
    }

    [Theory]
    [InlineData("python_version < '3.8'", false)]
    [InlineData("python_version >= '3.8'", true)]
    [InlineData("python_version < '3.9'", false)]
    [InlineData("'3.9' <= python_version", true)]
    [InlineData("python_version == '3.*'", true)]
    [InlineData("python_version ~= '3.8'", true)]
    [InlineData("python_full_version >= '3.11.2'", true)]
    [InlineData("python_version in '2.7, 3.11'", true)]
    [InlineData("python_version not in '2.7, 3.11'", false)]
    [InlineData("python_version  not   in '2.7'", true)]
    [InlineData("sys_platform == 'win32'", false)]
    [InlineData("sys.platform == \"linux\" and os.name == 'posix'", true)]
    [InlineData("sys_platform == 'win32' or os_name == 'posix' and platform_machine != 'arm'", true)]
    [InlineData("(sys_platform == 'win32' or os_name == 'posix') and platform_system == 'Windows'", false)]
    [InlineData("implementation_name == 'cpython' and python_implementation == 'CPython'", true)]
    [InlineData("platform_release ~= '5.0'", false)]
    [InlineData("sys_platform > 'l'", true)]
    [InlineData("extra == 'tls'", false)]
    [InlineData("extra != 'tls'", true)]
    public void A_marker_holds_as_packaging_says(string marker, bool holds) =>
        Assert.Equal(holds, Read("x; " + marker).Counts(s_environment, []));

    [Theory]
    [InlineData("extra == 'tls'", "tls", true)]
    [InlineData("extra == 'TLS_1-2'", "tls.1.2", true)]
    [InlineData("extra == 'tls' and os_name == 'nt'", "tls", false)]
    [InlineData("extra == 'a' or extra == 'b'", "b", true)]
    public void A_marker_asks_for_the_extras_that_were_asked_for(string marker, string extra, bool counts) =>
        Assert.Equal(counts, Read("x; " + marker).Counts(s_environment, ["other", extra]));

    [Fact]
    public void Brackets_without_end_are_refused()
    {
        var deep = "x; " + new string('(', 100_000);
        Assert.Null(PackageRequirement.TryParse(deep, out var problem));
        Assert.Contains("characters", problem);
        Assert.Null(PackageRequirement.TryParse(deep[..60_000], out problem));
        Assert.Contains("64 deep", problem);
        Assert.NotNull(PackageRequirement.TryParse($"x; {new string('(', 64)}os_name == 'a'{new string(')', 64)}", out _));
    }

    [Fact]
    public void A_chain_of_thousands_is_read_and_asked()
    {
        var chain = string.Join(" and ", Enumerable.Repeat("os_name=='posix'", 2500));
        Assert.True(Read("x; " + chain).Counts(s_environment, []));
    }

    [Fact]
    public void Every_beginning_of_a_requirement_is_read_or_refused()
    {
        const string Text = "A.x [tls,b] >=1.0,!=1.5.* ; (os_name not in 'nt' and extra == \"tls\") or python_version ~= '3.8'";
        for (var length = 0; length < Text.Length; length++)
        {
            var requirement = PackageRequirement.TryParse(Text[..length], out var problem);
            Assert.Equal(requirement is null, problem.Length > 0);
            requirement?.Counts(s_environment, ["tls"]);
        }
    }

    [Fact]
    public void Any_text_is_read_or_refused()
    {
        var random = new Random(7);
        string[] words =
        [
            "x",
            "[",
            "]",
            "(",
            ")",
            ",",
            ";",
            "'",
            "\"",
            "==",
            "~=",
            "1.0",
            ".*",
            "and",
            "or",
            "not",
            "in",
            "extra",
            "os_name",
            " ",
            "\0",
            "é",
            "@",
        ];
        for (var round = 0; round < 20_000; round++)
        {
            var text = "x" + string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => words[random.Next(words.Length)]));
            var requirement = PackageRequirement.TryParse(text, out var problem);
            Assert.Equal(requirement is null, problem.Length > 0);
            requirement?.Counts(s_environment, ["x"]);
        }
    }

    [Fact]
    public void A_version_that_is_none_is_not_judged()
    {
        Assert.True(Read("x>=2").Accepts("unknown"));
        Assert.False(Read("x>=2").Accepts("1.9"));
        Assert.True(Read("x>=2,<3").Accepts("2.5"));
    }

    private static PackageRequirement Read(string text)
    {
        var requirement = PackageRequirement.TryParse(text, out var problem);
        Assert.True(requirement is not null, problem);
        return requirement;
    }
}
