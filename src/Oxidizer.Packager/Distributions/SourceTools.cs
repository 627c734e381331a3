using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.Distributions;

/// <summary>The programs that a build of CPython starts, with the Debian packages that bring them.</summary>
public static class SourceTools
{
    /// <summary>Program and package, for a check before any work.</summary>
    public static IReadOnlyList<(string Program, string Package)> Programs { get; } =
        [("make", "make"), ("patch", "patch"), ("ar", "binutils"), ("strip", "binutils"), ("sh", "dash"), ("sed", "sed"), ("dpkg-deb", "dpkg"), ("apt-get", "apt"), ("apt-cache", "apt")];

    /// <summary>Tells all that are missing at once.</summary>
    /// <exception cref="BuildFailedException">One is missing.</exception>
    internal static void Check(SourceRequest request)
    {
        var missing = Programs.Where(tool => Toolchain.FindProgram(tool.Program) is null).ToList();
        if (missing.Count == 0)
            return;
        var names = string.Join(", ", missing.Select(tool => $"`{tool.Program}`"));
        var packages = string.Join(' ', missing.Select(tool => tool.Package).Distinct());
        throw new BuildFailedException(DiagnosticKinds.SourceToolsMissing, missing.Any(tool => tool.Package == "apt")
            ? $"{names} are not on PATH: building CPython from source takes sources and libraries from Debian's apt; on another system name an archive with `url` and `sha256`"
            : $"{names} are not on PATH, and building CPython from source needs them; install them with `apt-get install {packages}`", request.Location);
    }
}
