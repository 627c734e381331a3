using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Packager.Tests.SourceBuilds;

/// <summary>
/// What a build of CPython reads. It takes minutes, so its two keys are compared, and not the archives: that of the request, which is
/// answered without network, and that of the build.
/// </summary>
public sealed class StaleDistributionTests
{
    private static readonly SourceFile s_file = new("a.tar.xz", "/a.tar.xz", Sha256Digest.Of("a"));
    private static readonly SourceFile s_other = s_file with { Digest = Sha256Digest.Of("b") };

    private static readonly Build s_build = new(
        new SourceRequest("apt:python3.11", "python3.11", null, null, DistributionOptimization.NoOpt, null),
        new SourceMaterials("3.11.2", "6+deb12u8", "python3.11", s_file, s_file, s_file) { Libraries = [s_file] },
        TargetTriple.Host,
        new SourceCompiler("/usr/bin/gcc", Sha256Digest.Of("gcc"), Sha256Digest.Of("libc"), IsGcc: true)
    );

    private static readonly Dictionary<string, Row> s_rows = new(StringComparer.Ordinal)
    {
        ["SourceRequest.Text"] = Request(request => request with { Text = "apt:python3.13" }),
        ["SourceRequest.Optimization"] = Request(request => request with { Optimization = DistributionOptimization.Pgo }, ofBuild: true),
        // The text says these, and the digest of an archive is in it.
        ["SourceRequest.Package"] = Idle(Request(request => request with { Package = "python3" })),
        ["SourceRequest.PackageVersion"] = Idle(Request(request => request with { PackageVersion = "3.11.2-6" })),
        ["SourceRequest.ArchivePath"] = Idle(Request(request => request with { ArchivePath = "/elsewhere/a.tar.xz" })),
        ["SourceRequest.Location"] = Idle(Request(request => request with { Location = new SourceLocation("other.toml", 7) })),

        ["SourceMaterials.Version"] = Materials(materials => materials with { Version = "3.11.3" }),
        ["SourceMaterials.Revision"] = Materials(materials => materials with { Revision = "7" }),
        ["SourceMaterials.Archive"] = Materials(materials => materials with { Archive = s_other }),
        ["SourceMaterials.DebianArchive"] = Materials(materials => materials with { DebianArchive = s_other }),
        ["SourceMaterials.Description"] = Materials(materials => materials with { Description = s_other }),
        ["SourceMaterials.Libraries"] = Materials(materials => materials with { Libraries = [s_other] }),
        // The description names its package, and the system's root is the libraries unpacked.
        ["SourceMaterials.Package"] = Idle(Materials(materials => materials with { Package = "python3.11-other" })),
        ["SourceMaterials.Sysroot"] = Idle(Materials(materials => materials with { Sysroot = new SourceSysroot("/elsewhere") })),

        ["SourceCompiler.Digest"] = Compiler(compiler => compiler with { Digest = Sha256Digest.Of("another gcc") }),
        ["SourceCompiler.LibC"] = Compiler(compiler => compiler with { LibC = null }),
        // Where it is, and whether it may be asked for a profile: that is refused, and nothing is built.
        ["SourceCompiler.Path"] = Idle(Compiler(compiler => compiler with { Path = "/opt/bin/gcc" })),
        ["SourceCompiler.IsGcc"] = Idle(Compiler(compiler => compiler with { IsGcc = false })),

        ["Build.Target"] = new(true, true, build => build with { Target = new TargetTriple("aarch64-unknown-linux-gnu") }),
    };

    public static TheoryData<string> Rows => [.. s_rows.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public void CPython_is_built_again_for_each_field_that_its_build_reads_and_for_no_other(string field)
    {
        var (ofRequest, ofBuild, change) = s_rows[field];
        var changed = change(s_build);
        Assert.Equal((field, ofRequest), (field, s_build.RequestKey != changed.RequestKey));
        Assert.Equal((field, ofBuild), (field, s_build.ActionKey != changed.ActionKey));
    }

    [Fact]
    public void Every_field_has_a_row() =>
        Assert.Empty(Fields.Of(typeof(SourceRequest), typeof(SourceMaterials), typeof(SourceCompiler)).Except(s_rows.Keys));

    [Fact]
    public void The_programs_that_a_build_runs_are_in_both_keys()
    {
        var programs = new KeyField("programs", SourcePrograms.Digest.ToString());
        Assert.Contains(programs, s_build.RequestKey.Fields);
        Assert.Contains(programs, s_build.ActionKey.Fields);
    }

    [Fact]
    public void CPython_was_not_built_again_when_only_an_option_of_configure_changed()
    {
        Assert.NotEmpty(SourceConfigure.Options);
        foreach (var key in new[] { s_build.RequestKey, s_build.ActionKey })
            Assert.All(SourceConfigure.Options, option => Assert.Contains(key.Fields, field => field.Value == option));
    }

    private static Row Request(Func<SourceRequest, SourceRequest> change, bool ofBuild = false) =>
        new(true, ofBuild, build => build with { Request = change(build.Request) });

    private static Row Materials(Func<SourceMaterials, SourceMaterials> change) =>
        new(false, true, build => build with { Materials = change(build.Materials) });

    private static Row Compiler(Func<SourceCompiler, SourceCompiler> change) =>
        new(true, true, build => build with { Compiler = change(build.Compiler) });

    private static Row Idle(Row row) => row with { OfRequest = false, OfBuild = false };

    private sealed record Row(bool OfRequest, bool OfBuild, Func<Build, Build> Change);

    private sealed record Build(SourceRequest Request, SourceMaterials Materials, TargetTriple Target, SourceCompiler Compiler)
    {
        public ActionKey RequestKey => SourceDistribution.RequestKey(Request, Target, Compiler);

        public ActionKey ActionKey => SourceDistribution.ActionKey(Request, Materials, Target, Compiler);
    }
}
