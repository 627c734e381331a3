using Oxidizer.Cache;
using Oxidizer.Packager.Archives;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Tests.Archives;

/// <summary>What ends a download, and what is said then.</summary>
public sealed partial class DownloadTests
{
    [Theory]
    [InlineData("500 Internal Server Error")]
    [InlineData("503 Service Unavailable")]
    [InlineData("429 Too Many Requests")]
    [InlineData("408 Request Timeout")]
    public void A_server_that_is_in_trouble_is_asked_again(string status)
    {
        using var server = new FlakyServer(request =>
            request.Number < 3 ? new Reply(status, [], "Content-Length: 0", "Retry-After: 3600") : Reply.Serve(request, s_archive)
        );

        Assert.Equal(s_archive, Fetch(server));
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public void A_server_that_stays_in_trouble_is_given_up_with_the_way_out()
    {
        using var server = new FlakyServer(_ => new Reply("502 Bad Gateway", [], "Content-Length: 0"));

        var failure = Assert.Throws<EnvironmentFailureException>(() => Fetch(server));

        Assert.Equal("OXI0204", failure.Kind.Id);
        Assert.Contains("502", failure.Reason);
        Assert.Contains("`local_path`", failure.Reason);
        Assert.Equal(s_patience.Attempts, server.Requests.Count);
        AssertNothingLeft();
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("403 Forbidden")]
    [InlineData("410 Gone")]
    public void A_server_that_has_nothing_is_not_asked_again(string status)
    {
        using var server = new FlakyServer(_ => new Reply(status, [], "Content-Length: 0"));

        var refusal = Assert.Single(Assert.Throws<BuildFailedException>(() => Fetch(server)).Diagnostics);

        Assert.Equal("OXI0204", refusal.Kind.Id);
        Assert.Contains(status[..3], refusal.Message);
        Assert.Single(server.Requests);
        AssertNothingLeft();
    }

    [Fact]
    public void Redirects_in_a_circle_end()
    {
        using var server = new FlakyServer(request => new Reply("302 Found", [], "Content-Length: 0", $"Location: {request.Path}x"));

        var refusal = Assert.Single(Assert.Throws<BuildFailedException>(() => Fetch(server)).Diagnostics);

        Assert.Contains("redirects", refusal.Message);
        Assert.InRange(server.Requests.Count, 2, 12);
    }

    [Fact]
    public void Other_bytes_than_promised_are_refused_and_nothing_is_kept()
    {
        var other = new byte[s_archive.Length];
        using var server = new FlakyServer(request => Reply.Serve(request, other));

        var refusal = _bench.Refusal(Table(server));

        Assert.Equal("OXI0202", refusal.Kind.Id);
        Assert.Contains(Sha256Digest.Of(other).ToString(), refusal.Message);
        Assert.Contains(Sha256Digest.Of(s_archive).ToString(), refusal.Message);
        Assert.Single(server.Requests);
        Assert.False(_bench.Build.Cache.Contains(Sha256Digest.Of(other)));
        AssertNothingLeft();
        _bench.AssertNoTree();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_that_is_longer_than_any_archive_is_not_read_to_its_end(bool saysSo)
    {
        var reply = saysSo ? Reply.Whole(s_archive) : new Reply("200 OK", s_archive);
        using var server = new FlakyServer(_ => reply);

        var refusal = Assert.Single(
            Assert.Throws<BuildFailedException>(() => Fetch(server, s_patience with { LongestArchive = 500 })).Diagnostics
        );

        Assert.Contains("longer than", refusal.Message);
    }

    [Fact]
    public void A_server_that_is_not_there_is_said()
    {
        string url;
        using (var server = new FlakyServer(_ => throw new InvalidOperationException("not asked")))
            url = server.Url(Name);

        var failure = Assert.Throws<EnvironmentFailureException>(() =>
            Download.Fetch(new Uri(url), Name, Sha256Digest.Of(s_archive), null, _bench.Build, s_patience)
        );

        Assert.Equal(("OXI0204", url), (failure.Kind.Id, failure.Place));
    }

    [Theory]
    [InlineData("ftp://example.org/d.tar.zst")]
    [InlineData("d.tar.zst")]
    [InlineData("")]
    public void An_address_that_cannot_be_fetched_is_said(string url) =>
        Assert.Equal("OXI0204", _bench.Refusal(new DistributionTable { Url = url, Sha256 = Sha256Digest.Of("x").ToString() }).Kind.Id);

    [Fact]
    public void An_install_only_archive_is_refused_before_it_is_downloaded()
    {
        using var server = new FlakyServer(request => Reply.Serve(request, s_archive));

        var refusal = _bench.Refusal(
            Table(server) with
            {
                Url = server.Url("cpython-3.13.1%2B20250101-x86_64-unknown-linux-gnu-install_only.tar.gz"),
            }
        );

        Assert.Equal("OXI0211", refusal.Kind.Id);
        Assert.Contains("`cpython-3.13.1+20250101-x86_64-unknown-linux-gnu-pgo+lto-full.tar.zst`", refusal.Message);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void A_download_that_cannot_be_written_names_the_file_and_where_there_may_be_room()
    {
        using var server = new FlakyServer(request => Reply.Serve(request, s_archive));
        // As a folder that a cleaner of temporary files removed.
        Directory.Delete(_bench.Build.WorkDirectory);

        var failure = Assert.Throws<EnvironmentFailureException>(() => _bench.Obtain(Table(server)));

        Assert.Equal("OXI0217", failure.Kind.Id);
        Assert.StartsWith(Path.Combine(_bench.Build.WorkDirectory, "download-"), failure.Place, StringComparison.Ordinal);
        Assert.EndsWith("make room in the temporary folder (`TMPDIR`)", failure.Message, StringComparison.Ordinal);
    }
}
