using Oxidizer.Cache;
using Oxidizer.Packager.Archives;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Tests.Distributions;

namespace Oxidizer.Packager.Tests.Archives;

/// <summary>What a download and the unpacking of an archive depend on: its digest, and nothing else that they are given. Each is changed
/// alone.</summary>
public sealed class StaleArchiveTests : IDisposable
{
    private static readonly byte[] s_archive = SmallDistribution.TarZstd();
    private static readonly byte[] s_other = SmallDistribution.Zip();

    private static readonly Dictionary<string, (bool Runs, Func<Fetching, Fetching> Change)> s_downloads = new(StringComparer.Ordinal)
    {
        ["Fetch.address"] = (false, fetching => fetching with { File = "mirror/d.tar.zst" }),
        ["Fetch.name"] = (false, fetching => fetching with { Name = "another-full.tar.zst" }),
        ["Fetch.digest"] = (true, fetching => fetching with { File = "other", Digest = Sha256Digest.Of(s_other) }),
        ["Fetch.location"] = (false, fetching => fetching with { Location = new SourceLocation("other.toml", 7) }),
        ["Fetch.patience"] = (false, fetching => fetching with { Patience = DownloadPatience.Default with { Attempts = 2 } }),
        // The build: a new one at each fetch.
        ["Fetch.context"] = (false, fetching => fetching),
    };

    private static readonly Dictionary<string, (bool Runs, Func<ArchiveOrigin, ArchiveOrigin> Change)> s_trees = new(StringComparer.Ordinal)
    {
        ["ArchiveOrigin.Name"] = (false, origin => origin with { Name = "another.tar.zst" }),
        ["ArchiveOrigin.Digest"] = (true, origin => origin with { Name = "d.zip", Digest = Sha256Digest.Of(s_other) }),
        ["ArchiveOrigin.Fetch"] = (false, origin => origin with { Fetch = () => throw new InvalidOperationException("it was fetched") }),
        ["ArchiveOrigin.Location"] = (false, origin => origin with { Location = new SourceLocation("other.toml", 7) }),
        ["ArchiveOrigin.IsDownload"] = (false, origin => origin with { IsDownload = true }),
    };

    private readonly DistributionBench _bench = new();

    public static TheoryData<string> Downloads => [.. s_downloads.Keys];

    public static TheoryData<string> Trees => [.. s_trees.Keys];

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(Downloads))]
    public void An_archive_is_downloaded_again_for_another_digest_alone(string what)
    {
        using var server = new FlakyServer(request =>
            Reply.Serve(request, request.Path.EndsWith("other", StringComparison.Ordinal) ? s_other : s_archive)
        );
        var first = new Fetching("d.tar.zst", "d-full.tar.zst", Sha256Digest.Of(s_archive), null, DownloadPatience.Default);
        Assert.Equal((1, 0), (Run(first), Run(first)));
        var (runs, change) = s_downloads[what];
        Assert.Equal((what, runs ? 1 : 0, 0), (what, Run(change(first)), Run(change(first))));
        Assert.Equal(runs ? 2 : 1, server.Requests.Count);

        int Run(Fetching fetching)
        {
            var context = _bench.NewBuild();
            var path = Download.Fetch(
                new Uri(server.Url(fetching.File)),
                fetching.Name,
                fetching.Digest,
                fetching.Location,
                context,
                fetching.Patience
            );
            Assert.Equal(fetching.Digest, Sha256Digest.OfFile(path));
            return context.Actions.Counts[ActionKinds.Download].Executed;
        }
    }

    [Fact]
    public void Everything_that_a_download_is_given_has_a_row() =>
        Assert.Empty(Fields.OfParameters(typeof(Download), nameof(Download.Fetch)).Except(s_downloads.Keys));

    [Theory]
    [MemberData(nameof(Trees))]
    public void An_archive_is_unpacked_again_for_another_digest_alone(string what)
    {
        var (archive, other) = (_bench.Write("d-full.tar.zst", s_archive), _bench.Write("d.zip", s_other));
        var first = new ArchiveOrigin("d-full.tar.zst", Sha256Digest.Of(s_archive), () => archive, null);
        Assert.Equal((1, 0), (Run(first), Run(first)));
        var (runs, change) = s_trees[what];
        var second = change(first);
        if (runs)
            second = second with { Fetch = () => other };
        Assert.Equal((what, runs ? 1 : 0, 0), (what, Run(second), Run(second)));

        int Run(ArchiveOrigin origin)
        {
            var context = _bench.NewBuild();
            Assert.True(File.Exists(Path.Combine(UnpackedTree.Open(origin, context).Root, "python/PYTHON.json")));
            return context.Actions.Counts[ActionKinds.Unpack].Executed;
        }
    }

    [Fact]
    public void Every_field_of_an_archive_s_origin_has_a_row() => Assert.Empty(Fields.Of(typeof(ArchiveOrigin)).Except(s_trees.Keys));

    private sealed record Fetching(string File, string Name, Sha256Digest Digest, SourceLocation? Location, DownloadPatience Patience);
}
