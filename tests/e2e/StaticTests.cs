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
        var product = _workspace
            .WriteApplication(
                "import sqlite3, ssl, sys; print(sqlite3.sqlite_version_info > (3,), ssl.HAS_TLSv1_3, sys.argv[1])",
                more: "[toolchain]\nstatic = true"
            )
            .Build()
            .ProductPath;
        Assert.Contains("statically linked", Workspace.Run(new Command("ldd", [product])).Output);
        Assert.DoesNotContain("INTERP", Workspace.Run(new Command("readelf", ["-lW", product])).Output);
        var root = _workspace.EmptyFolder();
        File.Copy(product, Path.Combine(root, "app"));
        var result = Workspace.Run(new Command("chroot", [root, "/app", "alone"]));
        Assert.Equal(("True True alone\n", 0), (result.Output, result.ExitCode));
    }
}

/// <summary><c>minimum_glibc</c> is compared with what the product asks for.</summary>
public sealed class MinimumGlibcTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_product_that_needs_a_newer_glibc_is_refused_with_the_line_and_the_version()
    {
        _workspace.WriteApplication("print('hi')");
        var configuration = File.ReadAllText(_workspace["oxidizer.toml"]);
        _workspace.Write("oxidizer.toml", configuration.Replace("[build]", "[build]\nminimum_glibc = \"2.17\"", StringComparison.Ordinal));
        var failure = Assert.Throws<Packager.Diagnostics.BuildFailedException>(() => _workspace.Build());
        Assert.Matches(
            @"oxidizer\.toml:\d+:\d+: error OXI0702: the product needs glibc 2\.\d+, and `minimum_glibc` allows 2\.17",
            failure.Message
        );

        _workspace.Write("oxidizer.toml", configuration.Replace("[build]", "[build]\nminimum_glibc = \"2.99\"", StringComparison.Ordinal));
        Assert.Equal("hi\n", _workspace.Run(_workspace.Build().ProductPath).Output);
    }
}
