using System.IO.Compression;
using System.Text;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Tests.Archives;

namespace Oxidizer.Packager.Tests;

/// <summary>A project with our own build settings, a package, and a registry that knows something about it or not.</summary>
public sealed class AuditTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-audit-").FullName;

    public AuditTests()
    {
        File.Copy(Path.Combine(Repository.Root, "Directory.Build.props"), this["Directory.Build.props"]);
        File.WriteAllText(
            this["project.csproj"],
            """
            <Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Audited.Package" Version="1.0.0" /></ItemGroup></Project>
            """
        );
        Directory.CreateDirectory(this["feed"]);
        using var package = ZipFile.Open(this["feed/audited.package.1.0.0.nupkg"], ZipArchiveMode.Create);
        using var description = package.CreateEntry("audited.package.nuspec").Open();
        description.Write(
            """
            <package><metadata><id>Audited.Package</id><version>1.0.0</version><authors>a</authors><description>d</description></metadata></package>
            """u8
        );
    }

    private string this[string name] => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_package_with_a_known_vulnerability_stops_the_build()
    {
        using FlakyServer server = new(request =>
            request.Path switch
            {
                "/releases/index.json" => Json(
                    $$"""{"version": "3.0.0", "resources": [{"@type": "VulnerabilityInfo/6.7.0", "@id": "http://{{request.Headers["Host"]}}/releases/known.json"}]}"""
                ),
                "/releases/known.json" => Json(
                    $$"""[{"@name": "base", "@id": "http://{{request.Headers["Host"]}}/releases/base.json", "@updated": "2025-01-01T00:00:00Z"}]"""
                ),
                "/releases/base.json" => Json(
                    """{"audited.package": [{"url": "https://example.org/advisory", "severity": 0, "versions": "(, 2.0.0)"}]}"""
                ),
                _ => new Reply("404 Not Found", [], "Content-Length: 0"),
            }
        );
        var result = Restore(server);
        Assert.Contains("error NU1901", result.Output);
        Assert.Contains("https://example.org/advisory", result.Output);
        Assert.NotEqual(0, result.ExitCode);
    }

    [Theory]
    [InlineData("404 Not Found", "", "NU1900")]
    [InlineData("200 OK", """{"version": "3.0.0", "resources": []}""", "NU1905")]
    public void A_registry_without_such_data_is_said_and_stops_nothing(string status, string index, string warning)
    {
        using var server = new FlakyServer(_ => new Reply(status, Encoding.UTF8.GetBytes(index), $"Content-Length: {index.Length}"));
        var result = Restore(server);
        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains($"warning {warning}", result.Output);
    }

    private static Reply Json(string text) =>
        new("200 OK", Encoding.UTF8.GetBytes(text), $"Content-Length: {text.Length}", "Content-Type: application/json");

    private CommandResult Restore(FlakyServer server)
    {
        File.WriteAllText(
            this["nuget.config"],
            $"""
            <configuration>
              <packageSources><clear /><add key="feed" value="feed" /></packageSources>
              <auditSources><clear /><add key="audit" value="{server.Url("index.json")}" allowInsecureConnections="true" /></auditSources>
            </configuration>
            """
        );
        var environment = new Dictionary<string, string?>
        {
            ["NUGET_PACKAGES"] = this["packages"],
            ["NUGET_HTTP_CACHE_PATH"] = this["http"],
        };
        return ChildProcess.Run(
            new Command("dotnet", ["restore", "project.csproj", "-m:1", "-nodeReuse:false"])
            {
                WorkingDirectory = _folder,
                Environment = environment,
            }
        );
    }
}
