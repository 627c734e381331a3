using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Packager.Tests.SourceBuilds;

public class SourceTreeTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    [Fact]
    public void The_version_is_read_out_of_an_archive()
    {
        var archive = _folder.WriteSourceArchive(
            "p.tar.gz",
            ("README", "x"),
            ("Include/patchlevel.h", "#define PY_MAJOR_VERSION 3\n#define PY_VERSION      \t\"3.11.9\"\n")
        );
        Assert.Equal("3.11.9", SourceTree.VersionOf(archive, null));
    }

    [Fact]
    public void An_archive_of_something_else_is_refused()
    {
        var archive = _folder.WriteSourceArchive(
            "p.tar.gz",
            ("README", "x"),
            ("src/Include/patchlevel.h", "#define PY_VERSION \"3.11.9\"\n")
        );
        var failure = Assert.Throws<BuildFailedException>(() => SourceTree.VersionOf(archive, null));
        Assert.Equal("OXI0251", failure.Diagnostics.Single().Kind.Id);
    }

    [Fact]
    public void An_archive_cut_at_any_length_is_refused_or_has_the_true_version()
    {
        var bytes = File.ReadAllBytes(_folder.WriteSourceArchive("p.tar.gz", ("Include/patchlevel.h", "#define PY_VERSION \"3.11.9\"\n")));
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(_folder["cut.tar.gz"], bytes[..length]);
            try
            {
                Assert.Equal("3.11.9", SourceTree.VersionOf(_folder["cut.tar.gz"], null));
            }
            catch (BuildFailedException failure)
            {
                Assert.Equal("OXI0251", failure.Diagnostics.Single().Kind.Id);
            }
        }
    }

    [Fact]
    public void A_file_that_is_no_archive_at_all_is_refused_in_both_forms()
    {
        foreach (var name in new[] { "p.tar.gz", "p.tar.xz" })
        {
            File.WriteAllText(_folder[name], new string('x', 5000));
            Assert.Throws<BuildFailedException>(() => SourceTree.VersionOf(_folder[name], null));
        }
    }

    public void Dispose() => _folder.Dispose();
}
