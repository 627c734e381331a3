using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.Native;

/// <summary>The relocations of an archive's members.</summary>
internal static class Relocations
{
    /// <summary>What <c>readelf</c> says of them.</summary>
    /// <exception cref="BuildFailedException">It cannot read the archive, so the archive cannot be checked.</exception>
    public static string Of(string archive, BuildContext context)
    {
        var result = ChildProcess.Run(new Command(BuildProgram.ReadElf.Find(context).Path, ["-rW", archive]), context.Cancellation);
        return result.ExitCode == 0
            ? result.Output
            : throw new BuildFailedException(
                DiagnosticKinds.LinkFailed,
                $"`{BuildProgram.ReadElf.Name}` cannot read `{archive}` (exit code {result.ExitCode}): {result.Error.TrimEnd()}; is it an archive of objects for this machine's binutils?"
            );
    }
}
