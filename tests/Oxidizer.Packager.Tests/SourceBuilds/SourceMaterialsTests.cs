using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Packager.Tests.SourceBuilds;

/// <summary>These speak with the machine's real apt and its mirrors; what they fetch are lists.</summary>
public class SourceMaterialsTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    [Fact]
    public void A_package_that_no_release_has_is_said()
    {
        var failure = Assert.Throws<BuildFailedException>(() => Apt().SourceVersions("python3.99"));
        Assert.Equal("OXI0250", failure.Diagnostics.Single().Kind.Id);
        Assert.Contains("`python3.99`", failure.Message);
    }

    [Fact]
    public void The_machines_own_Python_is_found_and_its_versions_come_newest_first()
    {
        var apt = Apt();
        var package = apt.DefaultPython();
        Assert.Matches(@"\Apython3\.\d+\z", package);
        var versions = apt.SourceVersions(package);
        Assert.NotEmpty(versions);
        Assert.Equal(versions.OrderDescending(), versions);
        Assert.All(versions, version => Assert.StartsWith(package["python".Length..], version.Upstream));
    }

    [Fact]
    public void A_network_that_is_down_is_told_as_such()
    {
        var command = new SourceCommand(_folder.Context());
        // Nobody listens on port 9 of this machine.
        command.Variables["http_proxy"] = "http://127.0.0.1:9";
        command.Variables["https_proxy"] = "http://127.0.0.1:9";
        var failure = Assert.Throws<EnvironmentFailureException>(() => Apt(command).Update());
        Assert.Equal("OXI0257", failure.Kind.Id);
        Assert.Contains("127.0.0.1", failure.Message);
    }

    [Fact]
    public void A_version_that_is_listed_and_gone_from_the_server_is_passed_over_with_a_warning()
    {
        var mirror = new AptMirror(_folder["mirror"]);
        mirror.Add("python3.99", "3.99.1-1");
        mirror.Add("python3.99", "3.99.1-2", isGone: true);
        var command = new SourceCommand(_folder.Context());
        command.Variables["APT_CONFIG"] = mirror.Publish();
        var location = new SourceLocation("oxidizer.toml", 3, 1);
        var apt = new SourceApt(_folder["apt"], command, new SourceProgress(_folder.Context().Log, "CPython"), location);
        apt.Update();

        var materials = SourceMaterials.FetchPackage(
            new SourceRequest("apt:python3.99", "python3.99", null, null, DistributionOptimization.NoOpt, location),
            apt,
            _folder["sources"],
            _folder.Context()
        );

        Assert.Equal(("3.99.1", "1"), (materials.Version, materials.Revision));
        Assert.Equal(
            "oxidizer.toml:3:1: warning OXI0253: `python3.99 3.99.1-2` is listed, but its files are not on the server, and an earlier version is taken; for this one build later with `source = \"apt:python3.99=3.99.1-2\"`",
            Assert.Single(_folder.Diagnostics.All).ToString()
        );
    }

    public void Dispose() => _folder.Dispose();

    private SourceApt Apt()
    {
        var apt = Apt(new SourceCommand(_folder.Context()));
        apt.Update();
        return apt;
    }

    private SourceApt Apt(SourceCommand command) =>
        new(_folder["apt"], command, new SourceProgress(_folder.Context().Log, "CPython"), null);
}
