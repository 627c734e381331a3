using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Packager.Tests.SourceBuilds;

public class DebianVersionTests
{
    // The same pairs give the same answer with `dpkg --compare-versions`.
    [Theory]
    [InlineData("3.11.2-6+deb12u8", "3.11.2-6+deb12u9")]
    [InlineData("3.11.2-6+deb12u9", "3.11.2-6+deb12u10")]
    [InlineData("3.11.2-6", "3.11.2-6+deb12u1")]
    [InlineData("3.9.2-1", "3.11.2-1")]
    [InlineData("3.12.0~rc1-1", "3.12.0-1")]
    [InlineData("3.12.0-1", "3.12.0a-1")]
    [InlineData("3.12.0a-1", "3.12.0+b-1")]
    [InlineData("9.0-1", "1:1.0-1")]
    [InlineData("1.0~~", "1.0~")]
    [InlineData("1.0", "1.0-1")]
    public void Versions_are_ordered_as_dpkg_orders_them(string earlier, string later)
    {
        Assert.True(new DebianVersion(earlier).CompareTo(new DebianVersion(later)) < 0);
        Assert.True(new DebianVersion(later).CompareTo(new DebianVersion(earlier)) > 0);
        Assert.Equal(0, new DebianVersion(later).CompareTo(new DebianVersion(later)));
    }

    [Fact]
    public void Leading_zeros_of_a_number_do_not_count() =>
        Assert.Equal(0, new DebianVersion("1.07-1").CompareTo(new DebianVersion("1.7-01")));

    [Theory]
    [InlineData("3.11.2-6+deb12u8", "3.11.2", "6+deb12u8")]
    [InlineData("1:3.13.5-2", "3.13.5", "2")]
    [InlineData("1.2-rc1-3", "1.2-rc1", "3")]
    [InlineData("3.11.2", "3.11.2", "")]
    public void A_version_is_upstreams_and_debians(string text, string upstream, string revision)
    {
        Assert.Equal(upstream, new DebianVersion(text).Upstream);
        Assert.Equal(revision, new DebianVersion(text).Revision);
    }
}
