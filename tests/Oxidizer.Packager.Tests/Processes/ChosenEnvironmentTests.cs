using System.Runtime.Versioning;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Tests.Configuration;

namespace Oxidizer.Packager.Tests.Processes;

/// <summary>What a program that the engine starts sees of its parent's environment.</summary>
[SupportedOSPlatform("linux")]
[Collection(nameof(ProcessEnvironment))]
public sealed class ChosenEnvironmentTests : IDisposable
{
    private static readonly string[] s_hostile =
    [
        "LD_RUN_PATH",
        "LD_LIBRARY_PATH",
        "LD_PRELOAD",
        "LIBRARY_PATH",
        "CPATH",
        "C_INCLUDE_PATH",
        "COMPILER_PATH",
        "GCC_EXEC_PREFIX",
        "GCC_COMPARE_DEBUG",
        "DEPENDENCIES_OUTPUT",
        "SOURCE_DATE_EPOCH",
        "LANG",
        "LANGUAGE",
        "LC_MESSAGES",
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONOPTIMIZE",
        "MAKEFLAGS",
        "CFLAGS",
        "CPPFLAGS",
        "LDFLAGS",
        "CC",
        "CONFIG_SITE",
        "LDEMULATION",
        "GNUTARGET",
        "REALGCC",
    ];
    private static readonly string[] s_own = ["CCACHE_DIR", "SCCACHE_DIR", "DISTCC_HOSTS", "ICECC_VERSION"],
        s_network = ["https_proxy", "NO_PROXY", "APT_CONFIG"];
    private readonly Dictionary<string, string?> _before = [];

    public ChosenEnvironmentTests()
    {
        foreach (var name in s_hostile.Concat(s_own).Concat(s_network))
        {
            _before[name] = Environment.GetEnvironmentVariable(name);
            // An absolute path to nothing: what would be preloaded is only complained of.
            Environment.SetEnvironmentVariable(name, "/nowhere/evil");
        }
    }

    public void Dispose()
    {
        foreach (var (name, value) in _before)
            Environment.SetEnvironmentVariable(name, value);
    }

    [Fact]
    public void LD_RUN_PATH_and_CPATH_and_their_like_reach_no_compiler_and_no_linker()
    {
        var seen = Seen(new Command("env", []));
        Assert.Empty(seen.Keys.Except(["PATH", "HOME", "TMPDIR", "LC_ALL"]));
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), seen["PATH"]);
        Assert.Equal("C", seen["LC_ALL"]);
    }

    [Fact]
    public void A_launcher_sees_its_own_configuration_which_keys_hold()
    {
        var seen = Seen(new Command("env", []) { Sees = ChosenEnvironment.Launcher });
        Assert.Empty(s_own.Except(seen.Keys));
        Assert.Empty(s_hostile.Concat(s_network).Intersect(seen.Keys));
        Assert.Empty(s_own.Select(name => name + "=/nowhere/evil").Except(ChosenEnvironment.Launcher.Fields()));
        Assert.Empty(ChosenEnvironment.Tools.Fields());
    }

    [Fact]
    public void Apt_sees_proxies_and_its_configuration()
    {
        var seen = Seen(
            new Command("env", [])
            {
                Sees = ChosenEnvironment.Network,
                Environment = new Dictionary<string, string?> { ["DEBIAN_FRONTEND"] = "noninteractive", ["HOME"] = null },
            }
        );
        Assert.Empty(s_network.Append("DEBIAN_FRONTEND").Except(seen.Keys));
        Assert.Empty(s_hostile.Concat(s_own).Append("HOME").Intersect(seen.Keys));
    }

    [Fact]
    public void A_command_that_clears_sees_its_own_variables_alone() =>
        Assert.Equal(
            new Dictionary<string, string> { ["A"] = "b" },
            Seen(
                new Command("/usr/bin/env", [])
                {
                    ClearEnvironment = true,
                    Environment = new Dictionary<string, string?> { ["A"] = "b" },
                }
            )
        );

    private static Dictionary<string, string> Seen(Command command) =>
        ChildProcess
            .Run(command)
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
}
