using Oxidizer.Packager.Packages;
using Oxidizer.Packager.Programs;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packages;

/// <summary>Which folders of installed packages are those of the machine's Python.</summary>
public sealed class SiteFoldersTests : IDisposable
{
    private readonly TestBuild _build = new();

    public void Dispose() => _build.Dispose();

    private IReadOnlyList<string> Find(params string[] path) =>
        SiteFolders.Of("3.11", new Machine(string.Join(':', path.Select(folder => _build[folder])), _build.Folder, IsRoot: false));

    [Fact]
    public void They_are_debians_if_no_other_python_is_on_the_path()
    {
        _build
            .Write("usr/bin/python3.11", "")
            .Write("usr/lib/python3/dist-packages/x.py", "")
            .Write("usr/local/lib/python3.11/dist-packages/y.py", "");
        _build.Write("usr/lib/python3.12/dist-packages/z.py", "");
        Assert.Equal([_build["usr/local/lib/python3.11/dist-packages"], _build["usr/lib/python3/dist-packages"]], Find("usr/bin"));
        Assert.Equal(Find("usr/bin"), Find());
    }

    [Fact]
    public void They_are_a_virtual_environments_if_its_python_stands_first()
    {
        _build
            .Write("usr/bin/python3.11", "")
            .Write("usr/lib/python3/dist-packages/x.py", "")
            .Write("venv/lib/python3.11/site-packages/y.py", "")
            .Write("shims/python3.11", "#!/bin/sh\n");
        Directory.CreateDirectory(_build["venv/bin"]);
        Directory.CreateSymbolicLink(_build["venv/lib64"], "lib");
        File.CreateSymbolicLink(_build["venv/bin/python3.11"], _build["usr/bin/python3.11"]);
        Assert.Equal([_build["venv/lib/python3.11/site-packages"]], Find("shims", "venv/bin", "usr/bin"));
    }

    [Fact]
    public void A_link_on_the_path_leads_to_the_packages_of_its_target()
    {
        _build.Write("opt/py/bin/python3.11", "").Write("opt/py/lib/python3.11/site-packages/x.py", "");
        Directory.CreateDirectory(_build["bin"]);
        File.CreateSymbolicLink(_build["bin/python3.11"], _build["opt/py/bin/python3.11"]);
        Assert.Equal([_build["opt/py/lib/python3.11/site-packages"]], Find("bin"));
    }

    [Fact]
    public void There_are_none_for_another_version() => Assert.Empty(Find("usr/bin"));
}
