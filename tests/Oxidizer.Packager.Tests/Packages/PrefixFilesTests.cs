using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packages;

/// <summary>What is installed below the prefix, and not beside modules.</summary>
public sealed class PrefixFilesTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild().Stdlib();

    public void Dispose() => _build.Dispose();

    private string Site(string prefix) => $"{prefix}/lib/python{_build.Distribution.MajorMinor}/site-packages";

    private void Install(string prefix)
    {
        _build
            .Write($"{prefix}/share/demo/a, b.html", "template")
            .Write($"{prefix}/share/demo/read.py", "")
            .Write($"{prefix}/etc/demo.conf", "conf")
            .Write($"{prefix}/bin/demo", "#!")
            .Write($"{prefix}/include/demo.h", "")
            .Write($"{prefix}/lib/demo.so", "")
            .Write($"{prefix}/share/other.txt", "of no distribution")
            .Write("outside.txt", "out")
            .Write($"{Site(prefix)}/demo.py", "")
            .Write($"{Site(prefix)}/demo-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1\n")
            .Write(
                $"{Site(prefix)}/demo-1.dist-info/RECORD",
                "demo.py,,\n\"../../../share/demo/a, b.html\",,\n../../../share/demo/read.py,,\n../../../etc/demo.conf,,\n../../../bin/demo,,\n"
                    + "../../../include/demo.h,,\n../../demo.so,,\n../../../../outside.txt,,\n../../../share/missing,,\n../../../plain.txt,,\n"
            );
    }

    private IEnumerable<string> Plain()
    {
        var context = _build.Context();
        var resources = _build.Collect(context);
        Assert.Empty(context.Diagnostics.All);
        return resources.PlainFiles.Select(file => $"{file.RelativePath}={File.ReadAllText(file.File.Path)}");
    }

    [Theory]
    [InlineData("virtualenv")]
    [InlineData("installed")]
    public void Files_that_a_distribution_lists_below_the_prefix_keep_their_path(string rule)
    {
        Install("env");
        _build.Rule(
            rule == "virtualenv"
                ? new VirtualenvRule(_build["env"], _build.At(4))
                : new InstalledRule(["demo"], _build.At(4)) { Path = _build[Site("env")] }
        );
        Assert.Equal(["etc/demo.conf=conf", "share/demo/a, b.html=template", "share/demo/read.py="], Plain());
    }

    [Fact]
    public void An_egg_lists_them_from_its_metadata()
    {
        _build
            .Write("env/share/egg.txt", "egg")
            .Write($"{Site("env")}/egg.py", "")
            .Write($"{Site("env")}/egg-1.egg-info/PKG-INFO", "Metadata-Version: 2.1\nName: egg\nVersion: 1\n")
            .Write($"{Site("env")}/egg-1.egg-info/installed-files.txt", "../egg.py\n../../../../share/egg.txt\n")
            .Rule(new VirtualenvRule(_build["env"], _build.At(4)));
        Assert.Equal(["share/egg.txt=egg"], Plain());
    }
}
