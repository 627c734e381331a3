using Oxidizer.Cache;
using Oxidizer.Packager.Archives;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Tests.Distributions;

namespace Oxidizer.Packager.Tests.Archives;

/// <summary>Archives whose bytes are fewer or others than they were written.</summary>
public sealed class DamagedArchiveTests : IDisposable
{
    private readonly DistributionBench _bench = new();
    private static readonly byte[] s_tar = new RawTar()
        .Directory("python")
        .File("python/a", "some text")
        .SymbolicLink("python/l", "a")
        .File("python/b", new string('b', 600))
        .ToArray();

    public void Dispose() => _bench.Dispose();

    public static TheoryData<string> Forms => ["zst", "gz", "xz", "zip", "stored.zip"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void An_archive_that_is_truncated_at_any_length_is_refused(string form)
    {
        var archive = Pack(form);
        for (var length = 0; length < archive.Length; length++)
        {
            var thrown = Record.Exception(() => Unpack(archive[..length], form));
            Assert.True(thrown is BadArchiveException, $"{length} of {archive.Length} bytes: {thrown}");
            var refusal = (BadArchiveException)thrown;
            Assert.True(
                refusal.Kind.Id is "OXI0206" or "OXI0207",
                $"{length} of {archive.Length} bytes: {refusal.Kind.Id}: {refusal.Message}"
            );
        }
    }

    // Some bytes say nothing about the content (the time and system of a gzip header): with these flipped, the same tree must come out.
    // Never another one.
    [Theory]
    [MemberData(nameof(Forms))]
    public void An_archive_with_a_flipped_byte_is_refused_or_gives_the_same_files(string form)
    {
        var archive = Pack(form);
        var contents = Contents(Unpack(archive, form));
        for (var index = 0; index < archive.Length; index++)
        {
            var flipped = (byte[])archive.Clone();
            flipped[index] ^= 0x41;
            IReadOnlyCollection<TreeEntry>? tree = null;
            var thrown = Record.Exception(() => tree = Unpack(flipped, form));
            Assert.True(
                thrown is BadArchiveException || (thrown is null && MaySay(form, contents, Contents(tree!))),
                $"byte {index}: {thrown}"
            );
        }
    }

    // A header's checksum is corrected after the change, so that what the reader and our checks make of each field is seen.
    [Fact]
    public void A_tar_with_any_byte_of_a_header_changed_never_gives_more_than_a_refusal()
    {
        var headers = new[] { 0, 512, 1536, 2048 };
        Assert.All(headers, header => Assert.Equal("ustar"u8.ToArray(), s_tar[(header + 257)..(header + 262)]));
        foreach (var index in headers.SelectMany(header => Enumerable.Range(header, 512)))
        {
            var changed = (byte[])s_tar.Clone();
            changed[index] ^= 0xff;
            RawTar.Sign(changed, index / 512 * 512);
            var thrown = Record.Exception(() => Unpack(Compress.Zstd(changed), "zst"));
            Assert.True(thrown is null or BadArchiveException, $"byte {index}: {thrown}");
        }
    }

    [Theory]
    [InlineData('x')]
    [InlineData('g')]
    [InlineData('L')]
    [InlineData('K')]
    public void A_header_that_says_that_it_is_huge_does_not_take_the_memory(char type)
    {
        using var bomb = new MemoryStream();
        using (var zstd = new ZstdSharp.CompressionStream(bomb, leaveOpen: true))
        {
            zstd.Write(new RawTar().Entry("python/huge", type, size: 100 << 20).ToArray().AsSpan(0, 512));
            zstd.Write(new byte[100 << 20]);
        }

        Assert.Equal("OXI0207", Assert.Throws<BadArchiveException>(() => Unpack(bomb.ToArray(), "zst")).Kind.Id);
    }

    [Fact]
    public void A_tar_that_is_cut_between_two_entries_is_refused()
    {
        Assert.Equal("OXI0207", Assert.Throws<BadArchiveException>(() => Unpack(Compress.Zstd(s_tar[..^1024]), "zst")).Kind.Id);
        Assert.Equal("OXI0207", Assert.Throws<BadArchiveException>(() => Unpack(Compress.Zstd([]), "zst")).Kind.Id);
    }

    // Noise cannot be compressed, so that its bytes stand in the archive as they are, and only a checksum tells that one of them was
    // changed.
    [Theory]
    [InlineData("zst")]
    [InlineData("gz")]
    [InlineData("xz")]
    [InlineData("stored.zip")]
    public void A_flipped_byte_of_content_that_only_a_checksum_can_tell_is_refused(string form)
    {
        var noise = new byte[300_000];
        new Random(1).NextBytes(noise);
        var archive = Pack(form, new RawTar().Entry("python/noise", '0', content: noise).ToArray(), noise);
        var inside = archive.AsSpan().IndexOf(noise.AsSpan(100_000, 16));
        Assert.True(inside > 0);
        archive[inside] ^= 0x41;

        Assert.Equal("OXI0207", Assert.Throws<BadArchiveException>(() => Unpack(archive, form)).Kind.Id);
    }

    [Fact]
    public void Bytes_after_a_tars_end_are_refused()
    {
        var longer = Compress.Zstd([.. s_tar, .. "more"u8]);

        Assert.Contains("after its end", Assert.Throws<BadArchiveException>(() => Unpack(longer, "zst")).Message);
    }

    [Fact]
    public void A_truncated_archive_leaves_nothing_and_the_next_build_works()
    {
        var whole = SmallDistribution.TarZstd();

        var refusal = _bench.RefusalOf(whole[..(whole.Length / 2)], "d.tar.zst");
        Assert.Equal("OXI0207", refusal.Kind.Id);
        Assert.Contains("`d.tar.zst`", refusal.Message);
        _bench.AssertNoTree();

        _bench.NewBuild();
        Assert.Equal("3.11.2", _bench.Obtain(new DistributionTable { LocalPath = _bench.Write("d.tar.zst", whole) }).Version);
    }

    [Theory]
    [InlineData("page.tar.zst", "<!DOCTYPE html>")]
    [InlineData("empty.tar.gz", "")]
    [InlineData("short.zip", "PK")]
    public void Bytes_that_are_no_archive_are_refused(string name, string text) =>
        Assert.Equal("OXI0206", _bench.RefusalOf(System.Text.Encoding.ASCII.GetBytes(text), name).Kind.Id);

    [Fact]
    public void A_name_that_promises_another_form_is_refused()
    {
        var refusal = _bench.RefusalOf(Compress.Gzip(SmallDistribution.Tar()), "d.tar.zst");

        Assert.Equal("OXI0206", refusal.Kind.Id);
        Assert.Contains("`.tar.gz`", refusal.Message);
    }

    private IReadOnlyCollection<TreeEntry> Unpack(byte[] archive, string form)
    {
        var folder = Directory.CreateTempSubdirectory("oxidizer-damaged-").FullName;
        try
        {
            using var content = new MemoryStream(archive);
            var format = ArchiveFormats.Detect(form.Contains("zip") ? "d.zip" : "d.tar." + form, content);
            return UnpackArchive.Unpack(ArchiveFormats.Open(format, content), folder, new UnpackLimits(), null, default);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Pack(string form) => Pack(form, s_tar, null);

    private static byte[] Pack(string form, byte[] tar, byte[]? noise)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["python/a"] = "some text",
            ["python/b"] = new string('b', 600),
            ["python/l"] = "-> a",
        };
        var level = form == "zip" ? System.IO.Compression.CompressionLevel.Fastest : System.IO.Compression.CompressionLevel.NoCompression;
        return form switch
        {
            "gz" => Compress.Gzip(
                tar,
                noise is null ? System.IO.Compression.CompressionLevel.Fastest : System.IO.Compression.CompressionLevel.NoCompression
            ),
            "xz" => Compress.Xz(tar),
            "zip" or "stored.zip" => noise is null
                ? SmallDistribution.Zip(files, level)
                : SmallDistribution.ZipOf("python/noise", noise, level),
            _ => Compress.Zstd(tar),
        };
    }

    private static List<string> Contents(IReadOnlyCollection<TreeEntry> tree) =>
        [
            .. tree.OrderBy(entry => entry.Path, StringComparer.Ordinal)
                .Select(entry => $"{entry.Path} {entry.Kind} {entry.Digest} {entry.LinkTarget}"),
        ];

    // A zip's checksums are of its contents; its names and modes have none.
    private static bool MaySay(string form, List<string> expected, List<string> actual) =>
        form.Contains("zip")
            ? actual.All(line =>
                line.Split(' ')[2] is var digest && (digest.StartsWith("0000") || expected.Any(other => other.Contains(digest)))
            )
            : expected.SequenceEqual(actual);
}
