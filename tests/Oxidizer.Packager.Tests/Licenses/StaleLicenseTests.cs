using Oxidizer.Cache;
using Oxidizer.Packager.Licenses;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Licenses;

/// <summary>What is kept of what metadata say: each thing that it is made from is changed alone; the cache counts the misses.</summary>
public sealed class StaleLicenseTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild()
        .Write("METADATA", "Name: a\nVersion: 1\nLicense-Expression: MIT\nRequires-Dist: b; python_version >= '3'\n")
        .Write("other", "Name: a\nVersion: 1\nLicense-Expression: ISC\n")
        .Write("LICENSE", "text")
        .Write("RECORD", "");

    public void Dispose() => _build.Dispose();

    [Theory]
    [InlineData("nothing", false)]
    [InlineData("the metadata", true)]
    [InlineData("an egg's requirements", true)]
    [InlineData("the name of a file", true)]
    [InlineData("the folder", true)]
    [InlineData("the python", true)]
    [InlineData("the text of a licence", false)]
    [InlineData("the record", false)]
    [InlineData("the place", false)]
    [InlineData("what brought it", false)]
    public void Metadata_are_read_again_for_each_thing_that_decides_and_for_no_other(string what, bool runs)
    {
        Assert.Equal((1, 0), (Read(""), Read("")));
        Assert.Equal((what, runs ? 1 : 0, 0), (what, Read(what), Read(what)));
    }

    [Fact]
    public void What_is_kept_is_what_was_read()
    {
        var (first, second) = (Of(""), Of(""));
        Assert.Equal(["b"], first.Requires);
        Assert.Equal(["LICENSE"], first.Files);
        Assert.Equal(
            (first.License.ToString(), string.Join(' ', first.Requires), string.Join(' ', first.Files)),
            (second.License.ToString(), string.Join(' ', second.Requires), string.Join(' ', second.Files))
        );
        Assert.Equal("ISC", Of("the metadata").License.ToString());
    }

    private PackageMetadata Of(string what)
    {
        PackageMetadata? found = null;
        Read(what, metadata => found = metadata);
        return found!;
    }

    private long Read(string what, Action<PackageMetadata>? see = null)
    {
        var context = _build.Context();
        var files = new List<(string, ResourceFile)>
        {
            ("METADATA", File(what == "the metadata" ? "other" : "METADATA")),
            (what == "the name of a file" ? "COPYING" : "LICENSE", File(what == "the text of a licence" ? "other" : "LICENSE")),
            ("RECORD", File(what == "the record" ? "other" : "RECORD")),
        };
        if (what == "an egg's requirements")
            files.Add(("requires.txt", File("LICENSE")));
        var origin = new ResourceOrigin(1, ResourceOwner.Application, what == "what brought it" ? "another" : "a rule");
        var distribution = new PackageDistribution(
            "a",
            "1",
            what == "the folder" ? "a-2.dist-info" : "a-1.dist-info",
            files,
            origin,
            new ResourceLocation(what == "the place" ? "lib" : null)
        );
        var python = what == "the python" ? _build.Distribution with { Version = "3.99.0" } : _build.Distribution;
        see?.Invoke(PackageMetadata.Of([distribution], python, context)[0]);
        if (see is null)
            PackageMetadata.Of([distribution], python, context);
        context.Cache.Flush();
        return context.Cache.Statistics.Session["package_licenses"].Misses;
    }

    private ResourceFile File(string name) => new(_build[name], Sha256Digest.OfFile(_build[name]), new FileInfo(_build[name]).Length);
}
