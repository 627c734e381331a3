using Oxidizer.Cache;
using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>PyOxidizer's first quick start builds as it stands, and so does a script without any configuration.</summary>
public sealed class QuickStartTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void The_quick_start_builds_with_a_local_archive_and_a_virtual_environment()
    {
        var environment = _workspace["venv-myprog"];
        Assert.Equal(0, Workspace.Run(new Command("/usr/bin/python3", ["-m", "venv", "--without-pip", environment])).ExitCode);
        _workspace.Write("venv-myprog/lib/python3.11/site-packages/mylib/__init__.py", "ANSWER = 42\n");
        _workspace.Write(
            "pyoxidizer.toml",
            $"""
            [python_distribution]
            url = "file://{DistributionArchive.Path311}"
            sha256 = "{Sha256Digest.OfFile(DistributionArchive.Path311)}"
            [python_config]
            program_name = "myprog"
            [python_extensions]
            policy = "all"
            [[python_packages]]
            type = "stdlib"
            [[python_packages]]
            type = "virtualenv"
            path = "{environment}"
            [python_run]
            mode = "repl"
            """
        );
        var result = _workspace.Build("pyoxidizer.toml");
        Assert.Equal("myprog", result.Name);
        using var process = ChildProcess.Start(
            new Command(result.ProductPath, []) { ClearEnvironment = true, WorkingDirectory = _workspace.EmptyFolder() }
        );
        process.StandardInput.Write("import mylib, mylib as m\nprint(mylib.ANSWER, m.__loader__.__class__.__name__)\n");
        process.StandardInput.Close();
        Assert.Equal("42 OxidizedFinder\n", process.StandardOutput.ReadToEnd());
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void A_script_needs_no_configuration()
    {
        _workspace.Write("tool.py", "import sys, json\nprint(__name__, json.dumps(sys.argv[1:]))\n");
        // The default distribution is profile-guided and takes minutes; this one is what the other tests build too.
        _workspace.Write(
            "oxidizer.toml",
            $"{Workspace.Distribution311}[build]\napplication_name = \"tool\"\n[[python_packages]]\ntype = \"stdlib\"\n[[python_packages]]\ntype = \"script\"\npath = \"tool.py\"\n[python_run]\nmode = \"module\"\nmodule = \"__main__\"\n"
        );
        Assert.Equal("__main__ [\"x\"]\n", _workspace.Run(_workspace.Build().ProductPath, "x").Output);
    }
}
