using FsCheck.Xunit;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Tests.Resources;

public sealed class GlobPatternTests
{
    [Theory]
    [InlineData("json", "json", true)]
    [InlineData("json", "jsonx", false)]
    [InlineData("json.*", "json.decoder", true)]
    [InlineData("json.*", "json", false)]
    [InlineData("*.tests", "a.b.tests", true)]
    [InlineData("*a*b*", "xaxxbx", true)]
    [InlineData("*a*b", "xbxa", false)]
    [InlineData("?son", "json", true)]
    [InlineData("[jk]son", "kson", true)]
    [InlineData("[!jk]son", "kson", false)]
    [InlineData("[a-m]son", "json", true)]
    [InlineData("[a-c]son", "json", false)]
    [InlineData("[json", "[json", true)]
    [InlineData("", "", true)]
    [InlineData("", "x", false)]
    [InlineData("**", "", true)]
    public void A_pattern_matches_as_fnmatch_does(string pattern, string name, bool expected)
    {
        Assert.Equal(expected, new GlobPattern(pattern).Matches(name));
        Assert.Equal(
            expected ? "True\n" : "False\n",
            MachinePython.Run("import fnmatch, sys; print(fnmatch.fnmatchcase(sys.argv[1], sys.argv[2]))", name, pattern)
        );
    }

    [Property]
    public bool Any_pattern_and_name_have_an_answer(string? pattern, string? name)
    {
        new GlobPattern(pattern ?? "").Matches(name ?? "");
        return true;
    }

    [Fact]
    public void Many_stars_take_no_exponential_time() =>
        Assert.False(new GlobPattern(string.Concat(Enumerable.Repeat("*a", 60))).Matches(new string('a', 59) + new string('b', 5000)));
}
