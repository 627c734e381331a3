using System.Text;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Packager.Linking;

/// <summary>Runs the linker through the compiler.</summary>
internal static class LinkerCommand
{
    /// <summary>Links with the given arguments.</summary>
    /// <param name="arguments">All but the output.</param>
    /// <param name="output">What is written.</param>
    /// <param name="others">Files among the arguments that the caller's key names already.</param>
    /// <param name="toolchain">Its compiler drives the link.</param>
    /// <param name="context">The build.</param>
    /// <returns>What else the linker read.</returns>
    /// <exception cref="BuildFailedException">The linker refused, and its words are in the message; or it wrote nothing.</exception>
    public static LinkInputs Run(
        IEnumerable<string> arguments,
        string output,
        IEnumerable<string> others,
        Toolchain toolchain,
        BuildContext context
    )
    {
        // Hundreds of objects do not fit the command line of every system; the compiler hands the file on.
        var (response, dependencies) = (output + ".rsp", output + ".d");
        string[] last = ["-o", output, toolchain.WritesDependencies ? "-Wl,--dependency-file=" + dependencies : "-Wl,--trace"];
        File.WriteAllText(response, string.Join('\n', arguments.Concat(last).Select(QuoteForResponseFile)));
        var result = ChildProcess.Run(toolchain.CompilerCommand(["@" + response], launched: false), context.Cancellation);
        if (result.ExitCode != 0)
            throw new BuildFailedException(
                DiagnosticKinds.LinkFailed,
                $"`{toolchain.Linker.Path}` could not link the runtime (exit code {result.ExitCode}):\n{Shorten(result.Error)}\n"
                    + "check [toolchain] and [python_extensions]; with another linker (`linker = \"ld\"`) the words may be clearer"
            );
        Require(output, "no file", result, toolchain);
        if (toolchain.WritesDependencies)
            Require(dependencies, "no list of what it read (`--dependency-file`)", result, toolchain);
        var known = others.ToHashSet(StringComparer.Ordinal);
        return toolchain.WritesDependencies
            ? LinkInputs.FromDependencyFile(File.ReadAllText(dependencies), known)
            : LinkInputs.FromTrace(result.Output, known);
    }

    /// <summary>Where an object of this build is.</summary>
    public static string FileOf(ObjectFile runtimeObject, BuildContext context) =>
        context.Cache.TryGetFile(runtimeObject.Digest)
        ?? throw new InvalidOperationException(
            $"the object of {runtimeObject.Name} was stored by this build and is gone; please report this"
        );

    // With a flag such as `-Wl,--version` a linker prints something and links nothing; a program that is not a compiler prints nothing.
    private static void Require(string file, string what, CommandResult result, Toolchain toolchain)
    {
        if (!File.Exists(file))
            throw new BuildFailedException(
                DiagnosticKinds.LinkFailed,
                $"`{toolchain.Compiler.Path}` ended well and wrote {what} for the runtime{(result.Output.Length + result.Error.Length > 0 ? $":\n{Shorten(result.Output + result.Error)}\n" : "; ")}"
                    + "check [toolchain] cc, and take flags that make it do something else than a link out of ldflags"
            );
    }

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
