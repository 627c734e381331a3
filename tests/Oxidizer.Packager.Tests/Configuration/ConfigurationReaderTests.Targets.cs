using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Tests.Configuration;

/// <summary>One file for several targets.</summary>
public sealed partial class ConfigurationReaderTests
{
    [Fact]
    public void Later_entries_that_match_the_target_stand_above_earlier_ones_key_by_key()
    {
        var set = Parse(
            """
            [build]
            targets = ["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl", "aarch64-unknown-linux-gnu"]
            [[toolchain]]
            target = "all"
            cc = "gcc"
            linker = "ld"
            cflags = ["-O2"]
            [[toolchain]]
            target = "*-musl"
            static = true
            linker = "mold"
            [[toolchain]]
            target = "aarch64-unknown-linux-gnu"
            cc = "aarch64-linux-gnu-gcc"
            """ + Rule
        );
        Assert.Equal([s_gnu, s_musl, s_arm], set.Targets);
        var (gnu, musl, arm) = (set.For(s_gnu).Toolchain, set.For(s_musl).Toolchain, set.For(s_arm).Toolchain);
        Assert.Equal(("gcc", "ld", false), (gnu.Cc, gnu.Linker, gnu.Static));
        Assert.Equal(("gcc", "mold", true), (musl.Cc, musl.Linker, musl.Static));
        Assert.Equal(("aarch64-linux-gnu-gcc", "ld", false), (arm.Cc, arm.Linker, arm.Static));
        Assert.Equal(["-O2"], arm.CFlags);
        Assert.Equal(s_arm, set.For(s_arm).Target);
    }

    [Fact]
    public void Another_way_to_the_distribution_for_one_target_replaces_the_first_with_its_digest()
    {
        var set = Parse(
            $"""
            [[python_distribution]]
            url = "https://example.org/a.tar.zst"
            sha256 = "{Digest}"
            [[python_distribution]]
            target = "aarch64-*"
            source = "apt:python3"
            """ + Rule
        );
        Assert.Equal(
            (null, null, "apt:python3"),
            (set.For(s_arm).Distribution.Url, set.For(s_arm).Distribution.Sha256, set.For(s_arm).Distribution.Source)
        );
        Assert.Equal("https://example.org/a.tar.zst", set.For(s_gnu).Distribution.Url);
        Assert.Null(set.For(s_gnu).Distribution.Source);
    }

    [Fact]
    public void Another_mode_for_one_target_replaces_the_first_with_its_keys()
    {
        var set = Parse(
            "[[python_run]]\nmode = \"module\"\nmodule = \"app\"\n[[python_run]]\ntarget = \"*-musl\"\nmode = \"repl\"\n" + Rule
        );
        Assert.Equal(("repl", null), (set.For(s_musl).Run.Mode, set.For(s_musl).Run.Module));
        Assert.Equal("app", set.For(s_gnu).Run.Module);
    }

    [Fact]
    public void A_rule_with_a_target_applies_only_there()
    {
        var set = Parse(Rule + "[[python_packages]]\ntype = \"script\"\npath = \"x.py\"\ntarget = \"*-musl\"\n");
        Assert.Single(set.For(s_gnu).Packages);
        Assert.Equal(2, set.For(s_musl).Packages.Count);
    }

    [Fact]
    public void A_variable_of_another_target_is_asked_for_only_when_that_is_built()
    {
        var set = Parse("[[toolchain]]\ntarget = \"aarch64-*\"\nsysroot = \"${OXIDIZER_TEST_UNSET}\"\n" + Rule);
        Assert.Null(set.For(s_gnu).Toolchain.Sysroot);
        var mistake = Assert.Single(Assert.Throws<BuildFailedException>(() => set.For(s_arm)).Diagnostics);
        Assert.Equal(("OXI0113", 3), (mistake.Kind.Id, mistake.Location!.Line));
    }

    [Fact]
    public void Contradictions_of_a_target_that_is_not_listed_are_told_when_it_is_built()
    {
        var set = Parse("[[python_run]]\ntarget = \"*-musl\"\nmode = \"eval\"\n" + Rule);
        Assert.Equal("repl", set.For(s_gnu).Run.Mode);
        Assert.Equal("OXI0111", Assert.Single(Assert.Throws<BuildFailedException>(() => set.For(s_musl)).Diagnostics).Kind.Id);
    }

    [Theory]
    [InlineData("*", true)]
    [InlineData("all", true)]
    [InlineData("x86_64-*-gnu", true)]
    [InlineData("x86_64-unknown-linux-???", true)]
    [InlineData("*-musl", false)]
    [InlineData("x86_64-*x", false)]
    [InlineData("aarch64-*", false)]
    [InlineData("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*", false)]
    public void A_pattern_matches_whole_triples(string pattern, bool matches) =>
        Assert.Equal(matches, TargetPattern.Matches(pattern, s_gnu));

    [Fact]
    public void Two_targets_of_one_name_are_one() =>
        Assert.Equal([s_arm], Parse("[build]\ntargets = [\"aarch64-unknown-linux-gnu\", \"aarch64-unknown-linux-gnu\"]" + Rule).Targets);
}
