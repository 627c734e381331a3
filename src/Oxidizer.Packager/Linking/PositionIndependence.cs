using System.Text.RegularExpressions;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.Linking;

/// <summary>
/// Looks for static libraries that cannot be part of a shared library. Debian compiles static libraries for executables (<c>-fPIE</c>),
/// which suits all but thread-local variables: their distance from the thread's own memory is fixed in the code, and only an executable may
/// do that.
/// </summary>
internal static partial class PositionIndependence
{
    /// <summary>Names all such libraries at once, with the extension modules that bring them.</summary>
    /// <exception cref="BuildFailedException">There is one, or one that cannot be read.</exception>
    public static void Check(LinkPlan plan, BuildContext context)
    {
        var bad = plan
            .StaticLibraries.Where(library => LocalExec().IsMatch(Relocations.Of(plan.Distribution.PathOf(library), context)))
            .ToList();
        if (bad.Count == 0)
            return;
        var extensions = plan
            .Distribution.Extensions.Where(extension =>
                extension.Value.Any(variant => variant.Links.Any(link => link.StaticPath is { } path && bad.Contains(path)))
            )
            .Select(extension => $"\"{extension.Key}\"")
            .ToList();
        throw new BuildFailedException(
            DiagnosticKinds.LinkFailed,
            $"{string.Join(", ", bad.Select(library => $"`{Path.GetFileName(library)}`"))} {(bad.Count == 1 ? "was" : "were")} compiled for executables, and cannot be part of a shared library; "
                + (
                    extensions.Count > 0
                        ? $"leave out what links it (`excludes = [{string.Join(", ", extensions)}]` in [python_extensions])"
                        : "take another [python_distribution]"
                )
                + ", or say `output = \"static-library\"`"
        );
    }

    [GeneratedRegex("R_X86_64_TPOFF32|R_AARCH64_TLSLE_")]
    private static partial Regex LocalExec();
}
