using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>The C compiler that builds CPython.</summary>
/// <param name="Path">Where it is, absolute.</param>
/// <param name="Digest">Of its file: its identity in keys.</param>
/// <param name="LibC">Of the C library's headers: what they declare is compiled into the objects.</param>
/// <param name="IsGcc">Whether it is GCC, whose profiles the recipe knows.</param>
internal sealed record SourceCompiler(string Path, Sha256Digest Digest, Sha256Digest? LibC, bool IsGcc)
{
    // It holds the library's version.
    private const string Features = "/usr/include/features.h";

    /// <summary>Adds what identifies it to a key.</summary>
    public ActionKeyBuilder AddTo(ActionKeyBuilder key) => key.Add("compiler", Digest).Add("libc", LibC?.ToString());

    /// <summary>Finds a compiler on PATH, GCC first, and digests it. No program is started.</summary>
    /// <exception cref="BuildFailedException">There is none, or none that supports the requested optimisation.</exception>
    public static SourceCompiler Find(SourceRequest request, BuildContext context)
    {
        var found =
            new[] { "gcc", "cc", "clang" }.Select(Machine.FindProgram).FirstOrDefault(path => path is not null)
            ?? throw new BuildFailedException(
                DiagnosticKinds.SourceToolsMissing,
                "no C compiler on PATH to build CPython with; install one with `apt-get install gcc libc6-dev`",
                request.Location
            );
        // `cc` and `gcc` are links; the file behind them says whose they are: `x86_64-linux-gnu-gcc-12`, `clang-14`.
        var program = File.ResolveLinkTarget(found, returnFinalTarget: true)?.FullName ?? found;
        var isGcc = System.IO.Path.GetFileName(program).Contains("gcc", StringComparison.Ordinal);
        if (!isGcc && request.Optimization != DistributionOptimization.NoOpt)
            throw new BuildFailedException(
                DiagnosticKinds.SourceOptimizationNotSupported,
                $"`optimizations = \"{request.Options}\"` needs GCC, and only `{found}` is there; install it with `apt-get install gcc`, or say `optimizations = \"noopt\"`",
                request.Location
            );
        return new SourceCompiler(
            found,
            context.Cache.DigestFile(program),
            File.Exists(Features) ? context.Cache.DigestFile(Features) : null,
            isGcc
        );
    }
}
