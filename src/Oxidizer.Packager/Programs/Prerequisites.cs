using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Programs;

/// <summary>
/// Checks, before any work and all at once, that the programs which a build starts are there. What every build needs is checked first of
/// all; what building CPython needs is checked by <see cref="EnsureForSourceBuild"/> only when it is really built, because a cached
/// distribution needs none of it. The checks look at files alone: an unchanged build starts no process for them.
/// </summary>
internal static class Prerequisites
{
    private static readonly Requirement s_compiler = new("a C compiler (`cc`, `gcc` or `clang`)", "gcc", "cc", "gcc", "clang");
    private static readonly Requirement s_headers = new("the C library's headers (`stdio.h`)", "libc6-dev")
    {
        Files = ["usr/include/stdio.h"],
    };

    private static readonly Requirement s_zstandard = new("Zstandard's static library (`libzstd.a`)", "libzstd-dev")
    {
        Files = [$"usr/lib/{TargetTriple.Host.Multiarch}/libzstd.a", "usr/lib64/libzstd.a", "usr/lib/libzstd.a", "usr/local/lib/libzstd.a"],
    };

    private static readonly Requirement[] s_linkers =
    [
        new("`mold`", "mold", "mold"),
        new("`ld.lld`", "lld", "ld.lld"),
        new("`ld`", "binutils", "ld.bfd", "ld"),
    ];

    /// <summary>A process of root installs with apt what is missing. For others one message gives the exact command.</summary>
    /// <param name="toolchain">Which compiler, linker and launcher.</param>
    /// <param name="output">What is linked.</param>
    /// <param name="packing">What the product unpacks with.</param>
    /// <param name="target">What the product runs on.</param>
    /// <param name="context">Takes the log's lines.</param>
    /// <exception cref="BuildFailedException">Something is missing.</exception>
    /// <exception cref="OperationCanceledException">The build was cancelled.</exception>
    public static void Ensure(
        ToolchainTable toolchain,
        ProductOutput output,
        PackingTable packing,
        TargetTriple target,
        BuildContext context
    ) =>
        Ensure(
            [.. ForEveryBuild(toolchain), .. ForOutput(output, toolchain, packing), .. ForPacking(packing, toolchain, target)],
            Machine.This(),
            context.Log,
            context.Cancellation
        );

    /// <summary>The same for what building a CPython from source needs. Called when there is no cached one, before the work.</summary>
    /// <param name="context">Takes the log's lines.</param>
    /// <exception cref="BuildFailedException">Something is missing.</exception>
    /// <exception cref="OperationCanceledException">The build was cancelled.</exception>
    public static void EnsureForSourceBuild(BuildContext context) =>
        Ensure(
            ForSourceBuild,
            Machine.This(),
            context.Log,
            context.Cancellation,
            " (or name a prebuilt archive by `url` or `local_path` in [python_distribution])"
        );

    /// <summary>What building a CPython starts, beside its own scripts and the usual tools of a POSIX system.</summary>
    internal static IReadOnlyList<Requirement> ForSourceBuild =>
        [s_compiler, s_headers, .. BuildProgram.ForSourceBuild.Select(program => program.Requirement)];

    /// <summary>What compiling and linking start with these settings. The toolchain itself looks for programs that are named by a path, or
    /// by a name whose package is unknown.</summary>
    internal static IReadOnlyList<Requirement> ForEveryBuild(ToolchainTable toolchain)
    {
        var requirements = new List<Requirement>(4);
        if (toolchain.Cc is null)
            requirements.Add(s_compiler);
        else if (PackageOfCompiler(toolchain.Cc) is { } package)
            requirements.Add(new Requirement($"the C compiler `{toolchain.Cc}`", package, toolchain.Cc));
        // A compiler of its own place, and one with a sysroot, bring their own.
        if (toolchain.Sysroot is null && (toolchain.Cc is null || PackageOfCompiler(toolchain.Cc) is not (null or "musl-tools")))
            requirements.Add(s_headers);
        // Clang assembles by itself; of a compiler of its own place nothing is known.
        if (toolchain.Cc is null || PackageOfCompiler(toolchain.Cc)?.StartsWith("gcc", StringComparison.Ordinal) == true)
            requirements.Add(BuildProgram.As.Requirement);
        requirements.Add(
            toolchain.Linker switch
            {
                "mold" => s_linkers[0],
                "lld" => s_linkers[1],
                "ld" => s_linkers[2],
                _ => new Requirement("a linker (`mold`, `ld.lld` or `ld`)", "binutils", "mold", "ld.lld", "ld.bfd", "ld"),
            }
        );
        if (toolchain.Launcher is "ccache" or "sccache" or "distcc" or "icecc")
            requirements.Add(new Requirement($"the launcher `{toolchain.Launcher}`", toolchain.Launcher, toolchain.Launcher));
        return requirements;
    }

    /// <summary>What is started for a library, or to look into an archive that a product unpacks with. The toolchain itself looks for an
    /// archiver that is named.</summary>
    internal static IReadOnlyList<Requirement> ForOutput(ProductOutput output, ToolchainTable toolchain, PackingTable packing)
    {
        var programs = new List<BuildProgram>(3);
        if (output == ProductOutput.StaticLibrary && toolchain.Ar is null)
            programs.Add(BuildProgram.Ar);
        if (output != ProductOutput.Executable)
            programs.Add(BuildProgram.ObjCopy);
        if (output == ProductOutput.SharedLibrary || packing.Compress != "none")
            programs.Add(BuildProgram.ReadElf);
        return [.. programs.Select(program => program.Requirement)];
    }

    /// <summary>What the product itself is made of, beside the distribution. This machine need not bring what <c>Decoder</c> looks for with
    /// <c>sysroot</c> or <c>ldflags</c>, or for another target.</summary>
    internal static IReadOnlyList<Requirement> ForPacking(PackingTable packing, ToolchainTable toolchain, TargetTriple target) =>
        packing.Compress == "zstd" && toolchain is { Sysroot: null, LdFlags.Count: 0 } && target == TargetTriple.Host ? [s_zstandard] : [];

    /// <summary>Installs what is not met, or says how.</summary>
    /// <param name="requirements">All that is needed.</param>
    /// <param name="machine">Where it is looked for.</param>
    /// <param name="log">Takes progress and lines.</param>
    /// <param name="cancellation">Ends apt.</param>
    /// <param name="otherWay">What else can be done, for the message.</param>
    internal static void Ensure(
        IReadOnlyList<Requirement> requirements,
        Machine machine,
        IBuildLog log,
        CancellationToken cancellation,
        string otherWay = ""
    )
    {
        var missing = Missing(requirements, machine);
        if (missing.Count == 0)
            return;
        var packages = missing.Select(requirement => requirement.Package).Distinct(StringComparer.Ordinal).ToList();
        var command = $"apt-get update && apt-get install -y {string.Join(' ', packages)}";
        if (!machine.CanInstall)
            throw new BuildFailedException(
                DiagnosticKinds.PrerequisitesMissing,
                $"missing on this machine: {Words(missing)}; {WayOut(machine, command, packages)}{otherWay}"
            );

        if (AptInstall.Run(packages, machine, log, cancellation) is { } error)
            throw new BuildFailedException(
                DiagnosticKinds.PrerequisitesNotInstalled,
                $"missing on this machine: {Words(missing)}; apt could not install {string.Join(", ", packages)}:\n{error}\nmend that, or run `{command}` by hand{otherWay}"
            );
        missing = Missing(requirements, machine);
        if (missing.Count > 0)
            throw new BuildFailedException(
                DiagnosticKinds.PrerequisitesNotInstalled,
                $"apt installed {string.Join(", ", packages)}, and yet missing on this machine: {Words(missing)}; look whether their folder is on `PATH`{otherWay}"
            );
    }

    private static string? PackageOfCompiler(string cc)
    {
        if (cc == "cc")
            return "gcc";
        if (cc == "musl-gcc")
            return "musl-tools";
        foreach (var family in (ReadOnlySpan<string>)["gcc", "clang"])
            if (
                cc == family
                || (
                    cc.StartsWith(family + "-", StringComparison.Ordinal)
                    && !cc.AsSpan(family.Length + 1).ContainsAnyExceptInRange('0', '9')
                )
            )
                return cc;
        return null;
    }

    private static List<Requirement> Missing(IReadOnlyList<Requirement> requirements, Machine machine)
    {
        var missing = new List<Requirement>();
        foreach (var requirement in requirements)
            if (!requirement.IsMet(machine))
                missing.Add(requirement);
        return missing;
    }

    private static string Words(List<Requirement> missing) => string.Join(", ", missing.Select(requirement => requirement.Words));

    private static string WayOut(Machine machine, string command, List<string> packages) =>
        machine.HasApt
            ? $"run `{(machine.IsRoot ? command : "sudo " + command.Replace("&& ", "&& sudo ", StringComparison.Ordinal))}`"
            : $"install them with this system's package manager (Debian's names are {string.Join(", ", packages.Select(package => $"`{package}`"))})";
}
