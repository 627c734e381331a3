using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.SourceBuilds;
using Oxidizer.Packager.Tests.Configuration;

namespace Oxidizer.Packager.Tests.SourceBuilds;

/// <summary>The compiler of CPython is looked for on PATH, which these tests set.</summary>
[Collection(nameof(ProcessEnvironment))]
public sealed class SourceCompilerTests : IDisposable
{
    private readonly SourceFolder _folder = new();
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");

    public SourceCompilerTests() => Environment.SetEnvironmentVariable("PATH", Directory.CreateDirectory(_folder["bin"]).FullName);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        _folder.Dispose();
    }

    [Fact]
    public void Without_a_compiler_on_PATH_the_package_is_named() =>
        Assert.Equal(
            "oxidizer.toml:3:1: error OXI0255: no C compiler on PATH to build CPython with; install one with `apt-get install gcc libc6-dev`",
            Assert.Throws<BuildFailedException>(() => Find(DistributionOptimization.NoOpt)).Message
        );

    [Fact]
    public void Clang_alone_is_refused_for_a_profile_and_taken_without_one()
    {
        File.WriteAllText(_folder["clang-99"], "");
        // As Debian's `cc` is a link to the compiler of a version.
        File.CreateSymbolicLink(_folder["bin/cc"], _folder["clang-99"]);
        Assert.Equal(
            $"oxidizer.toml:3:1: error OXI0256: `optimizations = \"pgo+lto\"` needs GCC, and only `{_folder["bin/cc"]}` is there; install it with `apt-get install gcc`, or say `optimizations = \"noopt\"`",
            Assert.Throws<BuildFailedException>(() => Find(DistributionOptimization.Pgo)).Message
        );
        Assert.Equal((_folder["bin/cc"], false), (Find(DistributionOptimization.NoOpt).Path, Find(DistributionOptimization.NoOpt).IsGcc));
    }

    private SourceCompiler Find(DistributionOptimization optimization) =>
        SourceCompiler.Find(
            new SourceRequest("apt:python3.11", "python3.11", null, null, optimization, new SourceLocation("oxidizer.toml", 3, 1)),
            _folder.Context()
        );
}
