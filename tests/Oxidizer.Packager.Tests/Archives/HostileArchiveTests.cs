using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Archives;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Tests.Distributions;

namespace Oxidizer.Packager.Tests.Archives;

/// <summary>Archives that were made to write, read or replace what is not theirs. Each is refused by its own reason, and leaves
/// nothing.</summary>
public sealed class HostileArchiveTests : IDisposable
{
    private readonly DistributionBench _bench = new();
    private int _trees;

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("../escaped", "climbs")]
    [InlineData("python/../../escaped", "climbs")]
    [InlineData("python/a/../b", "climbs")]
    [InlineData("..", "climbs")]
    [InlineData("/etc/escaped", "absolute")]
    [InlineData("//etc/escaped", "absolute")]
    [InlineData("..\\escaped", "backslash")]
    [InlineData("C:/escaped", "drive")]
    [InlineData("python/new\nline", "control character")]
    [InlineData("python/\u001b[2Jescape", "control character")]
    [InlineData("./", "no name")]
    public void A_path_that_could_leave_the_folder_is_refused(string path, string reason) => AssertRefused(new RawTar().File(path), reason);

    [Theory]
    [InlineData("../escaped")]
    [InlineData("/etc/escaped")]
    [InlineData("..\\escaped")]
    public void A_path_in_a_zip_that_could_leave_the_folder_is_refused(string path)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal) { [path] = "hostile" };

        Assert.Equal("OXI0208", _bench.RefusalOf(SmallDistribution.Zip(files), "hostile.zip").Kind.Id);
        AssertNothingEscaped();
    }

    [Fact]
    public void A_name_that_is_too_long_is_refused()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["python/" + new string('n', 256)] = "" };
        var deep = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["python/" + string.Concat(Enumerable.Repeat("d/", 600)) + "f"] = "",
        };

        Assert.Contains("too long", _bench.RefusalOf(Compress.Zstd(SmallDistribution.Tar(files)), "a.tar.zst").Message);
        Assert.Contains("too long", _bench.RefusalOf(Compress.Zstd(SmallDistribution.Tar(deep)), "b.tar.zst").Message);
        _bench.AssertNoTree();
    }

    [Theory]
    [InlineData("python/link", "/etc/passwd", "absolute path")]
    [InlineData("python/link", "../../outside", "leads out")]
    [InlineData("link", "..", "leads out")]
    [InlineData("python/a/b/link", "../../../../etc/passwd", "leads out")]
    [InlineData("python/link", "inside/../../../outside", "leads out")]
    [InlineData("python/link", "link", "circle")]
    [InlineData("python/link", "", "empty")]
    [InlineData("python/link", "a\\b", "backslash")]
    public void A_link_that_leads_out_or_nowhere_is_refused(string path, string target, string reason) =>
        AssertRefused(new RawTar().SymbolicLink(path, target), reason);

    [Fact]
    public void A_link_in_a_zip_that_leads_out_is_refused()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["python/link"] = "-> ../../outside" };

        Assert.Contains("leads out", _bench.RefusalOf(SmallDistribution.Zip(files), "hostile.zip").Message);
    }

    // As a text `a/b/up/../x` is inside; but `up` leads to the root, and `..` from there leads out.
    [Fact]
    public void A_link_that_leads_out_only_through_another_link_is_refused() =>
        AssertRefused(
            new RawTar().Directory("python/a/b").SymbolicLink("python/a/b/up", "../../..").SymbolicLink("python/link", "a/b/up/../outside"),
            "leads out"
        );

    [Fact]
    public void Links_that_lead_round_in_a_circle_are_refused() =>
        AssertRefused(new RawTar().SymbolicLink("python/a", "b").SymbolicLink("python/b", "c").SymbolicLink("python/c", "a"), "circle");

    [Fact]
    public void A_file_through_a_link_is_refused() =>
        AssertRefused(new RawTar().SymbolicLink("python/link", "../..").File("python/link/escaped"), "lies below the link `python/link`");

    [Fact]
    public void A_folder_through_a_link_is_refused() =>
        AssertRefused(
            new RawTar().SymbolicLink("python/link", "/tmp").Directory("python/link/escaped"),
            "lies below the link `python/link`"
        );

    [Fact]
    public void A_file_below_a_file_is_refused() =>
        AssertRefused(new RawTar().File("python/f").File("python/f/g"), "lies below the file `python/f`");

    [Fact]
    public void A_link_in_the_place_of_a_folder_is_refused() =>
        AssertRefused(new RawTar().Directory("python/d").SymbolicLink("python/d", "../.."), "is there twice");

    [Fact]
    public void A_file_in_the_place_of_a_link_is_refused() =>
        AssertRefused(new RawTar().SymbolicLink("python/l", "f").File("python/l"), "is there twice");

    [Fact]
    public void A_file_that_is_there_twice_is_refused() =>
        AssertRefused(new RawTar().File("python/f").File("./python//f"), "is there twice");

    [Theory]
    [InlineData("/etc/passwd", "absolute")]
    [InlineData("../../etc/passwd", "climbs")]
    [InlineData("python/absent", "not a file that came before it")]
    [InlineData("python/link", "not a file that came before it")]
    [InlineData("python", "not a file that came before it")]
    public void A_hard_link_to_anything_but_a_file_of_the_archive_is_refused(string target, string reason) =>
        AssertRefused(new RawTar().SymbolicLink("python/link", "f").HardLink("python/hard", target), reason);

    [Theory]
    [InlineData('3')]
    [InlineData('4')]
    [InlineData('6')]
    public void Devices_and_pipes_are_refused(char type) =>
        AssertRefused(new RawTar().Entry("python/device", type), "neither file, folder nor link");

    [Fact]
    public void A_hard_link_to_a_file_of_the_archive_is_a_copy_of_it()
    {
        var tree = Unpack(new RawTar().File("python/f", "text").HardLink("python/hard", "python/f"));

        Assert.Equal(tree["python/f"].Digest, tree["python/hard"].Digest);
        Assert.Equal("text", File.ReadAllText(Path.Combine(_bench.Folder, "tree0", "python/hard")));
    }

    [Fact]
    public void Names_that_differ_by_case_are_two_files_where_the_disk_tells_them_apart()
    {
        var tree = Unpack(new RawTar().File("terminfo/E/eterm", "upper").File("terminfo/e/eterm", "lower"));

        Assert.NotEqual(tree["terminfo/E/eterm"].Digest, tree["terminfo/e/eterm"].Digest);
    }

    [Fact]
    public void A_link_to_nothing_inside_of_the_tree_is_kept()
    {
        var tree = Unpack(new RawTar().SymbolicLink("python/dangling", "absent/../there"));

        Assert.Equal((TreeEntryKind.Link, -1L), (tree["python/dangling"].Kind, tree["python/dangling"].Size));
    }

    [Theory]
    [InlineData(9L << 30)]
    [InlineData(long.MaxValue)]
    public void An_entry_that_says_that_it_is_huge_is_refused_before_it_is_written(long size)
    {
        var refusal = _bench.RefusalOf(Compress.Zstd(new RawTar().Entry("python/huge", '0', size: size).ToArray()), "huge.tar.zst");

        Assert.Equal("OXI0209", refusal.Kind.Id);
        _bench.AssertNoTree();
    }

    [Fact]
    public void A_bomb_is_refused_by_the_sum_of_its_files()
    {
        var tar = new RawTar().File("a", new string('0', 600)).File("b", new string('0', 600));

        Assert.Equal("OXI0209", Assert.Throws<BadArchiveException>(() => Unpack(tar, new UnpackLimits(Bytes: 1000))).Kind.Id);
    }

    [Fact]
    public void Hard_links_cannot_multiply_a_file_beyond_the_limit()
    {
        var tar = new RawTar().File("a", new string('0', 600)).HardLink("b", "a");

        Assert.Equal("OXI0209", Assert.Throws<BadArchiveException>(() => Unpack(tar, new UnpackLimits(Bytes: 1000))).Kind.Id);
    }

    [Fact]
    public void Too_many_entries_are_refused_also_when_one_path_implies_them()
    {
        var many = new RawTar().File("a").File("b").File("c");
        var deep = new RawTar().File("a/b/c/d");

        Assert.Equal("OXI0209", Assert.Throws<BadArchiveException>(() => Unpack(many, new UnpackLimits(Entries: 2))).Kind.Id);
        Assert.Equal("OXI0209", Assert.Throws<BadArchiveException>(() => Unpack(deep, new UnpackLimits(Entries: 2))).Kind.Id);
    }

    [Fact]
    public void A_zip_whose_entry_is_longer_than_it_says_is_refused()
    {
        var zip = SmallDistribution.Zip();
        // The size in the directory at the zip's end: the field at 24 of the first central header (APPNOTE 4.3.12).
        var central = zip.AsSpan().IndexOf("PK\u0001\u0002"u8);
        BitConverter.GetBytes(5).CopyTo(zip, central + 24);

        Assert.Equal("OXI0207", _bench.RefusalOf(zip, "lying.zip").Kind.Id);
        _bench.AssertNoTree();
    }

    private Dictionary<string, TreeEntry> Unpack(RawTar tar, UnpackLimits? limits = null)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_bench.Folder, $"tree{_trees++}")).FullName;
        using var content = new MemoryStream(Compress.Zstd(tar.ToArray()));
        return UnpackArchive
            .Unpack(ArchiveFormats.Open(ArchiveFormat.TarZstd, content), folder, limits ?? new UnpackLimits(), null, default)
            .ToDictionary(entry => entry.Path);
    }

    private void AssertRefused(RawTar hostile, string reason)
    {
        var refusal = _bench.RefusalOf(Compress.Zstd(hostile.ToArray()), "hostile.tar.zst");

        Assert.Equal("OXI0208", refusal.Kind.Id);
        Assert.Contains(reason, refusal.Message);
        Assert.DoesNotContain('\u001b', refusal.Message);
        AssertNothingEscaped();
    }

    private void AssertNothingEscaped()
    {
        _bench.AssertNoTree();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder, "*escaped*", SearchOption.AllDirectories));
        Assert.False(Path.Exists("/etc/escaped") || Path.Exists("/tmp/escaped"));
    }
}
