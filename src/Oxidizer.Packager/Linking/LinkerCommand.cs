using System.Text;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.Linking;

/// <summary>Runs the linker through the compiler.</summary>
internal static class LinkerCommand
{
    /// <summary>Links with the given arguments.</summary>
    /// <exception cref="BuildFailedException">The linker refused; its words are in the message.</exception>
    public static void Run(IEnumerable<string> arguments, string responseFile, Toolchain toolchain, BuildContext context)
    {
        // Hundreds of objects do not fit the command line of every system; the compiler hands the file on.
        File.WriteAllText(responseFile, string.Join('\n', arguments.Select(QuoteForResponseFile)));
        var result = Processes.ChildProcess.Run(toolchain.CompilerCommand(["@" + responseFile], launched: false), context.Cancellation);
        if (result.ExitCode != 0)
            throw new BuildFailedException(DiagnosticKinds.LinkFailed,
                $"`{toolchain.Linker.Path}` could not link the runtime (exit code {result.ExitCode}):\n{Shorten(result.Error)}\n"
                + "check [toolchain] and [python_extensions]; with another linker (`linker = \"ld\"`) the words may be clearer");
    }

    /// <summary>Where an object of this build is.</summary>
    public static string FileOf(ObjectFile runtimeObject, BuildContext context) => context.Cache.TryGetFile(runtimeObject.Digest)
        ?? throw new InvalidOperationException($"the object of {runtimeObject.Name} was stored by this build and is gone; please report this");

    private static string QuoteForResponseFile(string argument)
    {
        var quoted = new StringBuilder(argument.Length + 2).Append('"');
        foreach (var c in argument)
        {
            if (c is '"' or '\\')
                quoted.Append('\\');
            quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }

    // A missing library gives one line for each of thousands of uses; the first ones say what is wrong.
    private static string Shorten(string error)
    {
        var lines = error.TrimEnd().Split('\n');
        return lines.Length <= 30 ? error.TrimEnd() : string.Join('\n', lines.Take(30)) + $"\n... and {lines.Length - 30} more lines";
    }
}
