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
