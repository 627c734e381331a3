using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Pip;

namespace Oxidizer.Packager.Tests.Pip;

/// <summary><c>oxidizer.lock</c>, as it is written and as it is read.</summary>
public sealed class LockTests : IDisposable
{
    private const string Target = "x86_64-unknown-linux-gnu";
    private static readonly Sha256Digest s_asked = Sha256Digest.Of("asked"),
        s_other = Sha256Digest.Of("other");

    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-lock-").FullName;

    private static LockFile Sample { get; } =
        new([
            new LockedSet(
                Target,
                "3.11",
                s_asked,
                [
                    new LockedPackage("Alpha", "1.0") { File = "alpha-1.0-py3-none-any.whl", Digest = Sha256Digest.Of("a") },
                    new LockedPackage("beta.part", "2")
                    {
                        File = "beta.part-2.tar.gz",
                        Digest = Sha256Digest.Of("b"),
                        Url = "https://host.example/beta.part-2.tar.gz",
                    },
                    new LockedPackage("local", "0") { Path = "../a \"quoted\" \\ folder\t" },
                    new LockedPackage("repository", "3") { Url = "git+https://host.example/r@0123" },
                ]
            ),
        ]);

    private LockPlace Place => new(_folder, "oxidizer.toml");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_written_is_read()
    {
        var text = WriteLock.ToText(Sample, "oxidizer.toml");
        var read = ReadLock.Read(text, "oxidizer.lock");
        Assert.Equal(Sample.Sets[0].Packages, Assert.Single(read.Sets).Packages);
        Assert.Equal((Target, "3.11", s_asked), (read.Sets[0].Target, read.Sets[0].Python, read.Sets[0].Asked));
        Assert.Equal(text, WriteLock.ToText(read, "oxidizer.toml"));
    }

    [Fact]
    public void The_same_content_is_not_written_twice_and_another_is_written_whole()
    {
        Assert.True(WriteLock.Write(Sample, Place));
        var written = File.GetLastWriteTimeUtc(Place.Path);
        Assert.False(WriteLock.Write(Sample, Place));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Place.Path));
        Assert.True(WriteLock.Write(LockFile.Empty, Place));
        Assert.Empty(ReadLock.Load(Place).Sets);
        Assert.Equal(["oxidizer.lock"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_configuration_without_a_lock_has_an_empty_one() => Assert.Empty(ReadLock.Load(Place).Sets);

    [Fact]
    public void The_sets_of_other_targets_and_versions_stay()
    {
        var old = new LockedSet(Target, "3.11", s_other, []);
        var (cross, newer) = (old with { Target = "aarch64-unknown-linux-gnu" }, old with { Python = "3.13" });
        var changed = new LockFile([old, cross, newer]).With(Target, "3.11", Sample.Sets);
        Assert.Equal([cross, Sample.Sets[0], newer], changed.Sets);
        Assert.Same(Sample.Sets[0], changed.Find(Target, s_asked));
        Assert.Null(changed.Find(cross.Target, s_asked));
    }

    [Theory]
    [InlineData("version = 1", "version = 2", 3, "`version` is not 1")]
    [InlineData("version = 1", "", 1, "`version` is not 1")]
    [InlineData("python = \"3.11\"", "", 5, "lacks `python`")]
    [InlineData("python = \"3.11\"", "python = 3", 7, "`python` is the number `3`")]
    [InlineData("python = \"3.11\"", "pyhton = \"3.11\"", 7, "no key `pyhton`")]
    [InlineData("asked = \"", "asked = \"x", 8, "`asked` is not the digest")]
    [InlineData("name = \"Alpha\"", "", 10, "lacks `name`")]
    [InlineData("file = \"alpha", "file = \"../alpha", 13, "without a folder")]
    [InlineData("name = \"local\"", "name = \"alpha\"", 5, "`alpha` twice")]
    [InlineData("# Written", "<<<<<<< HEAD\n# Written", 1, "not TOML")]
    public void A_damaged_lock_is_refused_with_its_line(string what, string by, int line, string message)
    {
        var text = WriteLock.ToText(Sample, "oxidizer.toml");
        Assert.Contains(what, text);
        var damaged = text.Replace(what, by, StringComparison.Ordinal);
        var mistakes = Assert.Throws<BuildFailedException>(() => ReadLock.Read(damaged, "oxidizer.lock")).Diagnostics;
        var found = mistakes.First(mistake => mistake.Message.Contains(message, StringComparison.Ordinal));
        Assert.Equal(("OXI0388", "oxidizer.lock", line), (found.Kind.Id, found.Location!.File, found.Location.Line));
        Assert.EndsWith("resolves the requirements anew", found.Message);
    }

    [Fact]
    public void A_lock_that_was_cut_off_anywhere_is_refused_or_holds_less()
    {
        var text = WriteLock.ToText(Sample, "oxidizer.toml");
        for (var length = 0; length < text.Length - 1; length++)
            try
            {
                var read = ReadLock.Read(text[..length], "oxidizer.lock");
                Assert.True(
                    read.Sets.Count == 0 || read.Sets[0].Packages.Count < 4 || length > text.LastIndexOf("url", StringComparison.Ordinal)
                );
            }
            catch (BuildFailedException failure)
            {
                Assert.All(failure.Diagnostics, mistake => Assert.Equal("OXI0388", mistake.Kind.Id));
            }
    }
}
