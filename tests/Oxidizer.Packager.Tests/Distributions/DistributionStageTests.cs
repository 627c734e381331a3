using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Tests.Distributions;

public sealed class DistributionStageTests : IDisposable
{
    private readonly DistributionBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("d-full.tar.zst")]
    [InlineData("d-full.tar.gz")]
    [InlineData("d-full.tar.xz")]
    [InlineData("d-full.zip")]
    [InlineData("a name without a suffix")]
    public void An_archive_of_each_form_gives_the_same_files(string name)
    {
        var distribution = _bench.Obtain(new DistributionTable { LocalPath = _bench.Write(name, Pack(name)) });

        Assert.Equal(name, distribution.Name);
        Assert.Equal(SmallDistribution.Files().Keys, distribution.Files.Keys.Select(path => "python/" + path));
        foreach (var (path, text) in SmallDistribution.Files().Where(file => !file.Value.StartsWith("-> ")))
        {
            var file = distribution.Files[path["python/".Length..]];
            Assert.Equal(text, File.ReadAllText(distribution.PathOf(file.Path)));
            Assert.Equal((Sha256Digest.Of(text), Encoding.UTF8.GetByteCount(text)), (file.Digest, file.Size));
            Assert.Equal(path.Contains("/bin/") ? ActionOutput.Executable : ActionOutput.PlainFile, file.Mode);
            Assert.Equal(
                path.Contains("/bin/"),
                new FileInfo(distribution.PathOf(file.Path)).UnixFileMode.HasFlag(UnixFileMode.OtherExecute)
            );
        }
    }

    [Fact]
    public void A_link_has_the_digest_of_the_file_that_it_leads_to()
    {
        var distribution = _bench.Obtain(Table());

        var link = distribution.Files["install/bin/python3"];
        Assert.Equal("python3.11", link.LinkTarget);
        Assert.Equal(distribution.Files["install/bin/python3.11"].Digest, link.Digest);
        Assert.Equal("an interpreter", File.ReadAllText(distribution.PathOf("install/bin/python3")));
    }

    [Fact]
    public void The_description_becomes_the_record()
    {
        var distribution = _bench.Obtain(Table());

        Assert.Equal(
            ("3.11.2", "3.11", "cpython-311", "a70d0d0a", "elf"),
            (
                distribution.Version,
                distribution.MajorMinor,
                distribution.CacheTag,
                distribution.BytecodeMagic,
                distribution.ObjectFileFormat
            )
        );
        Assert.Equal([".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so"], distribution.ExtensionSuffixes.AsEnumerable());
        Assert.Equal(["build/Python/import.o"], distribution.CoreObjects.AsEnumerable());
        Assert.Equal([new LibraryLink("m", null, null, false, true)], distribution.CoreLinks.AsEnumerable());
        Assert.Equal(["_signal", "zlib"], distribution.Extensions.Keys);
        var zlib = Assert.Single(distribution.Extensions["zlib"]);
        Assert.Equal(
            ("zlib", "default", false, false, "PyInit_zlib"),
            (zlib.Name, zlib.Variant, zlib.InCore, zlib.Required, zlib.InitFunction)
        );
        Assert.Equal("build/lib/libz.a", Assert.Single(zlib.Links).StaticPath);
        Assert.Equal(["Zlib"], zlib.Licenses!.Value.AsEnumerable());
        var signal = Assert.Single(distribution.Extensions["_signal"]);
        Assert.Equal((true, true, (string?)null), (signal.InCore, signal.Required, signal.InitFunction));
        Assert.Null(signal.Licenses);
        Assert.Equal("licenses/LICENSE.cpython.txt", distribution.LicensePath);
        Assert.Equal(SmallDistribution.Target, distribution.Target.Value);
    }

    [Fact]
    public void An_unchanged_build_unpacks_nothing()
    {
        var table = Table();
        var first = _bench.Obtain(table);
        Assert.Equal(new ActionCount(1, 0), _bench.Count(ActionKinds.Unpack));

        _bench.NewBuild();
        var second = _bench.Obtain(table);

        Assert.Equal(new ActionCount(0, 1), _bench.Count(ActionKinds.Unpack));
        Assert.Equal((first.Root, first.ArchiveDigest), (second.Root, second.ArchiveDigest));
    }

    [Fact]
    public void The_same_archive_at_another_path_is_not_unpacked_again()
    {
        var first = _bench.Obtain(Table());
        _bench.NewBuild();

        var second = _bench.Obtain(new DistributionTable { LocalPath = _bench.Write("renamed.tar.zst", SmallDistribution.TarZstd()) });

        Assert.Equal(new ActionCount(0, 1), _bench.Count(ActionKinds.Unpack));
        Assert.Equal(first.Root, second.Root);
    }

    [Fact]
    public void A_right_digest_beside_a_local_path_is_accepted_in_either_case()
    {
        var archive = SmallDistribution.TarZstd();
        var table = new DistributionTable
        {
            LocalPath = _bench.Write("d.tar.zst", archive),
            Sha256 = Sha256Digest.Of(archive).ToString().ToUpperInvariant(),
        };

        Assert.Equal(Sha256Digest.Of(archive), _bench.Obtain(table).ArchiveDigest);
    }

    [Fact]
    public void A_wrong_digest_is_said_and_nothing_is_unpacked()
    {
        var wrong = Sha256Digest.Of("something else");

        var refusal = _bench.Refusal(Table() with { Sha256 = wrong.ToString() });

        Assert.Equal("OXI0202", refusal.Kind.Id);
        Assert.Contains(wrong.ToString(), refusal.Message);
        Assert.Contains(Sha256Digest.Of(SmallDistribution.TarZstd()).ToString(), refusal.Message);
        _bench.AssertNoTree();
    }

    [Fact]
    public void A_missing_archive_is_said_with_the_tables_place()
    {
        var refusal = _bench.Refusal(new DistributionTable { LocalPath = "/nowhere/d.tar.zst", Location = new("oxidizer.toml", 3, 1) });

        Assert.Equal("OXI0201", refusal.Kind.Id);
        Assert.Contains("`/nowhere/d.tar.zst`", refusal.Message);
        Assert.StartsWith("oxidizer.toml:3:1: error OXI0201", refusal.ToString());
    }

    [Fact]
    public void A_folder_in_the_archives_place_is_said() =>
        Assert.Contains("is a folder", _bench.Refusal(new DistributionTable { LocalPath = _bench.Folder }).Message);

    [Theory]
    [InlineData("aarch64-unknown-linux-gnu")]
    [InlineData("x86_64-unknown-linux-musl")]
    public void A_distribution_for_another_target_is_refused(string target)
    {
        var refusal = _bench.Refusal(Table(), target);

        Assert.Equal("OXI0215", refusal.Kind.Id);
        Assert.Contains($"is for `{SmallDistribution.Target}`, and the build is for `{target}`", refusal.Message);
    }

    [Fact]
    public void A_distribution_for_a_level_of_the_targets_processor_is_accepted()
    {
        var description = SmallDistribution.Description();
        description["target_triple"] = "x86_64_v3-unknown-linux-gnu";

        Assert.Equal("x86_64_v3-unknown-linux-gnu", _bench.Obtain(Table(description)).Target.Value);
    }

    [Theory]
    [InlineData("3.10")]
    [InlineData("2.7")]
    [InlineData("three")]
    public void A_Python_that_is_too_old_is_refused(string version)
    {
        var description = SmallDistribution.Description();
        description["python_major_minor_version"] = version;

        Assert.Equal("OXI0216", _bench.Refusal(Table(description)).Kind.Id);
    }

    [Theory]
    [InlineData(
        "cpython-3.13.1+20250101-x86_64-unknown-linux-gnu-install_only.tar.gz",
        "cpython-3.13.1+20250101-x86_64-unknown-linux-gnu-pgo+lto-full.tar.zst"
    )]
    [InlineData(
        "cpython-3.13.1+20250101-x86_64-unknown-linux-musl-install_only_stripped.tar.gz",
        "cpython-3.13.1+20250101-x86_64-unknown-linux-musl-lto-full.tar.zst"
    )]
    [InlineData("renamed.tar.gz", "-full.tar.zst")]
    public void An_install_only_archive_is_recognised_and_the_full_one_named(string name, string full)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["python/bin/python3.13"] = "x",
            ["python/lib/libpython3.so"] = "x",
        };

        var refusal = _bench.RefusalOf(Compress.Gzip(SmallDistribution.Tar(files)), name);

        Assert.Equal("OXI0211", refusal.Kind.Id);
        Assert.Contains(full, refusal.Message);
    }

    [Fact]
    public void An_archive_of_something_else_is_refused()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["README"] = "x" };

        Assert.Equal("OXI0210", _bench.RefusalOf(Compress.Zstd(SmallDistribution.Tar(files)), "d.tar.zst").Kind.Id);
    }

    private DistributionTable Table(System.Text.Json.Nodes.JsonObject? description = null) =>
        new() { LocalPath = _bench.Write("d-full.tar.zst", SmallDistribution.TarZstd(SmallDistribution.Files(description))) };

    private static byte[] Pack(string name) =>
        Path.GetExtension(name) switch
        {
            ".gz" => Compress.Gzip(SmallDistribution.Tar()),
            ".xz" => Compress.Xz(SmallDistribution.Tar()),
            ".zip" => SmallDistribution.Zip(),
            _ => SmallDistribution.TarZstd(),
        };
}
