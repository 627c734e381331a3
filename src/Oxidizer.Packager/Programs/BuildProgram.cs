using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.Programs;

/// <summary>
/// A program of the machine's that a stage starts by its name. It is asked for before any work (<see cref="Prerequisites"/>) and started by
/// the same entry; a test builds with nothing else on PATH. Compiler, linker, archiver and launcher, which the configuration names, are the
/// <c>Toolchain</c>'s.
/// </summary>
/// <param name="Name">As on PATH.</param>
/// <param name="Package">The Debian package that brings it.</param>
internal sealed record BuildProgram(string Name, string Package)
{
    // GCC starts the assembler, and CPython's Makefile the archiver.
    public static readonly BuildProgram As = new("as", "binutils"),
        Ar = new("ar", "binutils");
    public static readonly BuildProgram ObjCopy = new("objcopy", "binutils"),
        ReadElf = new("readelf", "binutils"),
        Strip = new("strip", "binutils");
    public static readonly BuildProgram Make = new("make", "make"),
        Patch = new("patch", "patch"),
        Shell = new("sh", "dash");
    public static readonly BuildProgram AptGet = new("apt-get", "apt"),
        AptCache = new("apt-cache", "apt"),
        DpkgDeb = new("dpkg-deb", "dpkg");

    // `dpkg-deb -x` starts it.
    private static readonly BuildProgram s_tar = new("tar", "tar");

    /// <summary>What building CPython starts, beside a compiler.</summary>
    public static IReadOnlyList<BuildProgram> ForSourceBuild { get; } =
    [Shell, Make, As, Ar, Strip, Patch, s_tar, DpkgDeb, AptGet, AptCache];

    /// <summary>That it must be there.</summary>
    public Requirement Requirement => new($"`{Name}`", Package, Name);

    /// <summary>Finds it on PATH.</summary>
    /// <exception cref="Diagnostics.BuildFailedException">It went away after the build had asked for it.</exception>
    public Tool Find(BuildContext context) =>
        Tool.Identify(
            Machine.FindProgram(Name)
                ?? throw new Diagnostics.BuildFailedException(
                    Diagnostics.DiagnosticKinds.PrerequisitesMissing,
                    $"missing on this machine: `{Name}`; install it (Debian's package is `{Package}`)"
                ),
            context
        );
}
