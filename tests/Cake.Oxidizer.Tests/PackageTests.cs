using System.Diagnostics;

namespace Cake.Oxidizer.Tests;

public sealed class PackageTests : IDisposable
{
    private readonly Script _script = new();

    public void Dispose() => _script.Dispose();

    [Fact]
    public void A_plain_addin_directive_loads_the_package()
    {
        var feed = _script["feed"];
        using (
            var pack = Process.Start(
                new ProcessStartInfo(
                    "dotnet",
                    [
                        "pack",
                        Script.AddinProject,
                        "--configuration",
                        "Release",
                        "--output",
                        feed,
                        "--nologo",
                        "--verbosity",
                        "quiet",
                        $"-p:Version=0.0.{Environment.ProcessId}",
                        $"-p:ArtifactsPath={_script["obj"]}",
                    ]
                )
                {
                    RedirectStandardOutput = true,
                }
            )!
        )
        {
            var output = pack.StandardOutput.ReadToEnd();
            Assert.True(pack.WaitForExit(TimeSpan.FromMinutes(3)) && pack.ExitCode == 0, output);
        }
        var (code, text) = _script
            .Write(
                "nuget.config",
                "<configuration><packageSources><clear /><add key=\"feed\" value=\"feed\" /></packageSources></configuration>"
            )
            .Write(
                "build.cake",
                $"#addin nuget:?package=Cake.Oxidizer&version=0.0.{Environment.ProcessId}\nOxidizerBuild(\"missing.toml\");\n"
            )
            .Run();
        Assert.Equal(1, code);
        Assert.Matches(@"error OXI01\d\d: .*missing\.toml", text);
    }
}
