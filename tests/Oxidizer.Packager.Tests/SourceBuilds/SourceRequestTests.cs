using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Packager.Tests.SourceBuilds;

public class SourceRequestTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    [Theory]
    [InlineData("apt:python3", "python3", null)]
    [InlineData("apt:python3.13", "python3.13", null)]
    [InlineData("apt:python3.11=3.11.2-6+deb12u8", "python3.11", "3.11.2-6+deb12u8")]
    public void A_package_is_named_with_or_without_its_version(string source, string package, string? version)
    {
        var request = SourceRequest.Read(new DistributionTable { Source = source }, _folder.Context());
        Assert.Equal((package, version), (request.Package, request.PackageVersion));
    }

    [Theory]
    [InlineData("apt:")]
    [InlineData("apt:python2.7")]
    [InlineData("apt:python3.11 ")]
    [InlineData("apt:python3.11\n")]
    [InlineData("apt:python3.11=")]
    [InlineData("apt:python3.11=--download-only")]
    [InlineData("apt:-oDir=/")]
    [InlineData("apt:python3.011")]
    [InlineData("python3.11")]
    [InlineData("/tmp/Python-3.11.2.zip")]
    [InlineData("")]
    public void What_names_no_CPython_is_refused(string source)
    {
        var failure = Assert.Throws<BuildFailedException>(() =>
            SourceRequest.Read(new DistributionTable { Source = source }, _folder.Context())
        );
        Assert.Equal("OXI0250", failure.Diagnostics.Single().Kind.Id);
    }

    [Fact]
    public void A_source_archive_that_is_not_there_is_said()
    {
        var failure = Assert.Throws<BuildFailedException>(() =>
            SourceRequest.Read(new DistributionTable { Source = _folder["none.tar.xz"] }, _folder.Context())
        );
        Assert.Equal("OXI0251", failure.Diagnostics.Single().Kind.Id);
    }

    [Fact]
    public void A_source_archive_of_another_digest_is_refused_and_both_are_told()
    {
        File.WriteAllText(_folder["a.tar.gz"], "a");
        var wrong = new string('0', 64);
        var failure = Assert.Throws<BuildFailedException>(() =>
            SourceRequest.Read(new DistributionTable { Source = _folder["a.tar.gz"], Sha256 = wrong }, _folder.Context())
        );
        var diagnostic = failure.Diagnostics.Single();
        Assert.Equal("OXI0252", diagnostic.Kind.Id);
        Assert.Contains(wrong, diagnostic.Message);
        Assert.Contains("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", diagnostic.Message);
    }

    [Fact]
    public void A_source_archive_is_known_by_its_content_and_not_by_its_path()
    {
        File.WriteAllText(_folder["a.tar.gz"], "a");
        File.WriteAllText(_folder["b.tar.gz"], "a");
        var context = _folder.Context();
        Assert.Equal(
            SourceRequest.Read(new DistributionTable { Source = _folder["a.tar.gz"] }, context).Text,
            SourceRequest.Read(new DistributionTable { Source = _folder["b.tar.gz"] }, context).Text
        );
    }

    [Fact]
    public void A_digest_may_be_written_in_capitals()
    {
        File.WriteAllText(_folder["a.tar.gz"], "a");
        var digest = "CA978112CA1BBDCAFAC231B39A23DC4DA786EFF8147C4E72B9807785AFEE48BB";
        Assert.NotNull(
            SourceRequest.Read(new DistributionTable { Source = _folder["a.tar.gz"], Sha256 = digest }, _folder.Context()).ArchivePath
        );
    }

    public void Dispose() => _folder.Dispose();
}
