using Oxidizer.Cache;
using Oxidizer.Packager.Archives;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Tests.Distributions;

namespace Oxidizer.Packager.Tests.Archives;

/// <summary>Archives from a server that breaks off, lies, is slow or is gone.</summary>
public sealed partial class DownloadTests : IDisposable
{
    private const string Name = "d-full.tar.zst";
    private static readonly DownloadPatience s_patience = DownloadPatience.Default with
    {
        FirstDelay = TimeSpan.FromMilliseconds(1),
        LongestDelay = TimeSpan.FromMilliseconds(5),
    };
    private static readonly byte[] s_archive = SmallDistribution.TarZstd();

    private readonly DistributionBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void An_archive_is_downloaded_once_and_unpacked()
    {
        using var server = new FlakyServer(request => Reply.Serve(request, s_archive));
        var table = Table(server);

        var first = _bench.Obtain(table);
        Assert.Equal(
            (new ActionCount(1, 0), new ActionCount(1, 0)),
            (_bench.Count(ActionKinds.Download), _bench.Count(ActionKinds.Unpack))
        );
        Assert.Equal((Name, "3.11.2"), (first.Name, first.Version));
        Assert.Contains(_bench.Log.Reports, report => report.Stage == $"download {Name}" && report.Share == 1);

        _bench.NewBuild();
        _bench.Obtain(table);
        Assert.Equal(
            (new ActionCount(0, 1), new ActionCount(0, 1)),
            (_bench.Count(ActionKinds.Download), _bench.Count(ActionKinds.Unpack))
        );
        Assert.Single(server.Requests);
    }

    [Fact]
    public void A_damaged_tree_is_mended_without_another_download()
    {
        using var server = new FlakyServer(request => Reply.Serve(request, s_archive));
        var first = _bench.Obtain(Table(server));
        File.Delete(first.PathOf("build/lib/libz.a"));

        _bench.NewBuild();
        Assert.Equal("!<arch>\n", File.ReadAllText(_bench.Obtain(Table(server)).PathOf("build/lib/libz.a")));

        Assert.Equal(
            (new ActionCount(0, 1), new ActionCount(1, 0)),
            (_bench.Count(ActionKinds.Download), _bench.Count(ActionKinds.Unpack))
        );
        Assert.Single(server.Requests);
    }

    [Fact]
    public void The_same_archive_from_another_mirror_is_not_downloaded_again()
    {
        using var server = new FlakyServer(request => Reply.Serve(request, s_archive));
        _bench.Obtain(Table(server));

        _bench.NewBuild();
        _bench.Obtain(Table(server) with { Url = server.Url("mirror/other-name.tar.zst") });

        Assert.Single(server.Requests);
    }

    [Fact]
    public void A_connection_that_breaks_is_taken_up_where_it_broke()
    {
        using var server = new FlakyServer(request =>
            Reply.Serve(request, s_archive) with
            {
                BreakAfter = request.Number < 4 ? 300 : null,
            }
        );

        Assert.Equal(s_archive, Fetch(server));

        Assert.Equal([0, 300, 600, 900], server.Requests.Select(request => request.Start));
        Assert.All(server.Requests.Skip(1), request => Assert.Equal("\"v1\"", request.Headers["If-Range"]));
    }

    [Fact]
    public void A_server_that_keeps_breaking_is_not_given_up_while_it_makes_progress()
    {
        using var server = new FlakyServer(request =>
            Reply.Serve(request, s_archive) with
            {
                BreakAfter = Math.Min(100, s_archive.Length - request.Start),
            }
        );

        Assert.Equal(s_archive, Fetch(server));

        Assert.True(server.Requests.Count > s_patience.Attempts);
    }

    [Fact]
    public void A_server_that_ignores_ranges_is_read_from_the_start_again()
    {
        using var server = new FlakyServer(request => Reply.Whole(s_archive) with { BreakAfter = request.Number == 1 ? 300 : null });

        Assert.Equal(s_archive, Fetch(server));

        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public void A_file_that_changed_on_the_server_is_read_from_the_start_again()
    {
        using var server = new FlakyServer(request =>
            request.Number == 1
                ? Reply.Whole(new byte[5000], "\"old\"") with
                {
                    BreakAfter = 300,
                }
                : Reply.Serve(request, s_archive, "\"new\"")
        );

        Assert.Equal(s_archive, Fetch(server));

        Assert.Equal("\"old\"", server.Requests.Last().Headers["If-Range"]);
    }

    [Fact]
    public void A_file_that_changed_without_a_word_is_read_once_more_from_the_start()
    {
        using var server = new FlakyServer(request =>
            request.Number == 1 ? Reply.Whole(new byte[s_archive.Length]) with { BreakAfter = 300 } : Reply.Serve(request, s_archive)
        );

        Assert.Equal(s_archive, Fetch(server));

        Assert.Equal([0, 300, 0], server.Requests.Select(request => request.Start));
    }

    [Fact]
    public void Without_a_validator_the_rest_is_not_asked_for()
    {
        using var server = new FlakyServer(request => new Reply(
            "200 OK",
            s_archive,
            $"Content-Length: {s_archive.Length}",
            "ETag: W/\"weak\""
        )
        {
            BreakAfter = request.Number == 1 ? 300 : null,
        });

        Assert.Equal(s_archive, Fetch(server));

        Assert.DoesNotContain(server.Requests, request => request.Headers.ContainsKey("Range"));
    }

    [Fact]
    public void A_date_is_a_validator_too()
    {
        const string date = "Mon, 06 Jan 2025 10:00:00 GMT";
        using var server = new FlakyServer(request =>
            request.Number == 1
                ? new Reply("200 OK", s_archive, $"Content-Length: {s_archive.Length}", $"Last-Modified: {date}") { BreakAfter = 300 }
                : Reply.Part(s_archive, request.Start)
        );

        Assert.Equal(s_archive, Fetch(server));

        Assert.Equal((300, date), (server.Requests.Last().Start, server.Requests.Last().Headers["If-Range"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void A_part_that_was_not_asked_for_is_not_taken(int start)
    {
        using var server = new FlakyServer(request =>
            request.Number switch
            {
                1 => Reply.Whole(s_archive) with { BreakAfter = 300 },
                2 => Reply.Part(s_archive, start),
                _ => Reply.Serve(request, s_archive),
            }
        );

        Assert.Equal(s_archive, Fetch(server));
    }

    [Fact]
    public void A_range_that_cannot_be_satisfied_starts_anew()
    {
        using var server = new FlakyServer(request =>
            request.Number switch
            {
                1 => Reply.Whole(s_archive) with { BreakAfter = 300 },
                2 => new Reply("416 Range Not Satisfiable", [], "Content-Length: 0"),
                _ => Reply.Serve(request, s_archive),
            }
        );

        Assert.Equal(s_archive, Fetch(server));
        Assert.Equal([0, 300, 0], server.Requests.Select(request => request.Start));
    }

    [Fact]
    public void A_redirect_is_followed()
    {
        using var server = new FlakyServer(request =>
            request.Path.EndsWith("moved")
                ? Reply.Serve(request, s_archive)
                : new Reply("302 Found", [], "Content-Length: 0", "Location: /moved")
        );

        Assert.Equal(s_archive, Fetch(server));
    }

    [Fact]
    public void A_slow_server_is_waited_for_as_long_as_it_sends()
    {
        var clock = new TestClock();
        var pieces = 0;
        // The next piece is sent when the one before it has come, three quarters of the patience later.
        using var taken = new SemaphoreSlim(1);
        using var server = new FlakyServer(request =>
            Reply.Serve(request, s_archive) with
            {
                Piece = s_archive.Length / 10,
                MayGoOn = taken,
            }
        );
        _bench.Log.Progressed = () =>
        {
            pieces++;
            clock.Advance(s_patience.Silence * 0.75);
            taken.Release();
        };

        Assert.Equal(s_archive, Fetch(server, s_patience with { Clock = clock }));

        Assert.Single(server.Requests);
        Assert.True(pieces >= 10, $"{pieces} pieces came");
    }

    [Fact]
    public void A_silent_server_is_left_and_asked_for_the_rest()
    {
        var clock = new TestClock();
        using var server = new FlakyServer(request =>
            Reply.Serve(request, s_archive) with
            {
                BreakAfter = request.Number == 1 ? 300 : null,
                Hang = request.Number == 1,
            }
        );
        // What came first has come; the next wait is for nothing.
        _bench.Log.Progressed = () =>
        {
            if (server.Requests.Count == 1)
                clock.NextWait = () => Task.Run(() => clock.Advance(s_patience.Silence));
        };

        Assert.Equal(s_archive, Fetch(server, s_patience with { Clock = clock }));

        Assert.Equal([0, 300], server.Requests.Select(request => request.Start));
    }

    [Fact]
    public void A_cancelled_download_ends_at_once_and_leaves_nothing()
    {
        using var source = new CancellationTokenSource();
        using var server = new FlakyServer(request => Reply.Serve(request, s_archive) with { BreakAfter = 300, Hang = true });
        _bench.Log.Progressed = source.Cancel;
        _bench.NewBuild(source.Token);

        Assert.ThrowsAny<OperationCanceledException>(() => _bench.Obtain(Table(server)));

        AssertNothingLeft();
        _bench.AssertNoTree();
    }

    [Fact]
    public void A_file_address_is_read_where_it_is()
    {
        var path = _bench.Write("with space-full.tar.zst", s_archive);

        var distribution = _bench.Obtain(
            new DistributionTable { Url = new Uri(path).AbsoluteUri, Sha256 = Sha256Digest.Of(s_archive).ToString() }
        );

        Assert.Equal("with space-full.tar.zst", distribution.Name);
        Assert.Equal(new ActionCount(0, 0), _bench.Count(ActionKinds.Download));
    }

    private static DistributionTable Table(FlakyServer server) =>
        new() { Url = server.Url(Name), Sha256 = Sha256Digest.Of(s_archive).ToString() };

    private byte[] Fetch(FlakyServer server, DownloadPatience? patience = null) =>
        File.ReadAllBytes(
            Download.Fetch(new Uri(server.Url(Name)), Name, Sha256Digest.Of(s_archive), null, _bench.Build, patience ?? s_patience)
        );

    private void AssertNothingLeft() => Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Build.WorkDirectory));
}
