using Oxidizer.Packager.Requirements;

namespace Oxidizer.Packager.Tests.Requirements;

/// <summary>Versions and conditions on them. What is expected is what the library <c>packaging</c> 23.0 answers.</summary>
public sealed class PackageVersionTests
{
    // Each stands before the next.
    private static readonly string[] s_ascending =
    [
        "0.9",
        "1.0.dev0",
        "1.0a1.dev2",
        "1.0a1",
        "1.0a1.post2.dev3",
        "1.0b2",
        "1.0rc1",
        "1",
        "1.0+a",
        "1.0+ubuntu.1",
        "1.0+1.a",
        "1.0+1.2",
        "1.0.post1.dev1",
        "1.0-1",
        "1.0.post4",
        "1.0.0.0.1",
        "01.002",
        "2023.1.1",
        "9999999999999999999999.1",
        "1!1.0",
    ];

    [Fact]
    public void Versions_have_the_order_of_PEP_440()
    {
        for (var left = 0; left < s_ascending.Length; left++)
        for (var right = 0; right < s_ascending.Length; right++)
            Assert.True(
                Math.Sign(Version(s_ascending[left]).CompareTo(Version(s_ascending[right]))) == Math.Sign(left - right),
                $"{s_ascending[left]} and {s_ascending[right]}"
            );
    }

    [Theory]
    [InlineData("1.0", "v1.0.0 ")]
    [InlineData("1.0a1", "1.0-ALPHA.1")]
    [InlineData("1.0rc1", "1.0c1")]
    [InlineData("1.0rc3", "1.0preview_3")]
    [InlineData("1.0.post4", "1.0-r4")]
    [InlineData("1.0.post0", "1.0.post")]
    [InlineData("1.0+ubuntu.1", "1.0+Ubuntu_1")]
    public void A_version_may_be_written_in_several_ways(string one, string other) =>
        Assert.Equal(0, Version(one).CompareTo(Version(other)));

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("1.")]
    [InlineData("1..0")]
    [InlineData("1.0.x")]
    [InlineData("1.0-")]
    [InlineData("1.0+")]
    [InlineData("1.0+a..b")]
    [InlineData("1!")]
    [InlineData("!1")]
    [InlineData("1_0")]
    public void What_is_no_version_is_not_read(string text) => Assert.Null(PackageVersion.TryParse(text));

    [Fact]
    public void A_version_of_endless_digits_is_none()
    {
        Assert.Null(PackageVersion.TryParse(new string('9', 1 << 20)));
        Assert.Null(PackageVersion.TryParse(string.Concat(Enumerable.Repeat("1.", 1000)) + "1"));
    }

    [Theory]
    [InlineData("==1.0", "1.0+local", true)]
    [InlineData("==1.0+local", "1.0", false)]
    [InlineData("==1.0.*", "1.0a1", true)]
    [InlineData("==1.0.*", "1.0.5.post1", true)]
    [InlineData("==1.0.*", "1.1", false)]
    [InlineData("==1.0.0.*", "1", true)]
    [InlineData("!=1.0.*", "1.1", true)]
    [InlineData("~=1.4.2", "1.4.9", true)]
    [InlineData("~=1.4.2", "1.5", false)]
    [InlineData("~=1.4", "1.9", true)]
    [InlineData("~=1.4", "2.0", false)]
    [InlineData("<1.0", "1.0a1", false)]
    [InlineData("<1.0rc1", "1.0a1", true)]
    [InlineData("<1.0", "0.9.dev1", true)]
    [InlineData(">1.0", "1.0.post1", false)]
    [InlineData(">1.0", "1.0+local", false)]
    [InlineData(">1.0.post1", "1.0.post2", true)]
    [InlineData("<=1.0", "1.0+local", true)]
    [InlineData(">=1.0", "1.0.dev1", false)]
    [InlineData("===1.0-Weird", "1.0-weird", true)]
    [InlineData("===1.0", "1.0.0", false)]
    public void A_condition_accepts_what_PEP_440_says(string specifier, string version, bool accepts) =>
        Assert.Equal(accepts, Specifier(specifier).Accepts(version));

    [Theory]
    [InlineData("==")]
    [InlineData("~=1")]
    [InlineData("<=1.0.*")]
    [InlineData(">=1.0+local")]
    [InlineData("==1.0a1.*")]
    [InlineData("==*")]
    [InlineData(">=abc")]
    public void A_condition_that_says_nothing_accepts_nothing(string text)
    {
        Assert.False(Specifier(text).IsValid);
        Assert.False(Specifier(text).Accepts("1.0"));
    }

    private static PackageVersion Version(string text) => PackageVersion.TryParse(text)!;

    private static VersionSpecifier Specifier(string text)
    {
        var operation = VersionSpecifier.Operators.First(operation => text.StartsWith(operation, StringComparison.Ordinal));
        return new VersionSpecifier(operation, text[operation.Length..]);
    }
}
