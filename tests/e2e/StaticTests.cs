using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary><c>[toolchain] static = true</c>: no dynamic libc.</summary>
public sealed class StaticTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_static_product_needs_no_shared_library_and_runs_in_an_empty_chroot()
    {
        var product = _workspace.WriteApplication("import sqlite3, ssl, sys; print(sqlite3.sqlite_version_info > (3,), ssl.HAS_TLSv1_3, sys.argv[1])", more: "[toolchain]\nstatic = true").Build().ProductPath;
        Assert.Contains("statically linked", Workspace.Run(new Command("ldd", [product])).Output);
        Assert.DoesNotContain("INTERP", Workspace.Run(new Command("readelf", ["-lW", product])).Output);
        var root = _workspace.EmptyFolder();
        File.Copy(product, Path.Combine(root, "app"));
        var result = Workspace.Run(new Command("chroot", [root, "/app", "alone"]));
        Assert.Equal(("True True alone\n", 0), (result.Output, result.ExitCode));
    }
}
