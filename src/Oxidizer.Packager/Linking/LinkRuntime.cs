using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.Linking;

/// <summary>Links the distribution's objects and the runtime into an executable that has no resources yet, as one action.</summary>
public static class LinkRuntime
{
    private const int Version = 3;
    private const string Name = "runtime";

    // CPython's API stays visible, because ctypes.pythonapi and shared extension modules look it up in the executable. Nothing else
    // does: a symbol of our OpenSSL that is visible would be taken by another OpenSSL that a shared extension brings.
    private static readonly string[] s_exports = ["-Wl,--export-dynamic-symbol=Py*", "-Wl,--export-dynamic-symbol=_Py*"];

    private static readonly string[] s_hardening =
        ["-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack", "-Wl,-z,separate-code", "-Wl,--gc-sections", "-Wl,-O1", "-Wl,--build-id=none", "-Wl,--as-needed"];

    /// <summary>Finds the runtime in the cache, or links it.</summary>
    /// <returns>The executable, in the cache.</returns>
    /// <exception cref="BuildFailedException">The linker refused; its words are in the message.</exception>
    public static ActionOutput Link(LinkPlan plan, BuildConfiguration configuration, Toolchain toolchain, BuildContext context)
    {
        var outputs = context.Run(Key(plan, toolchain), Name, () => Execute(plan, toolchain, context)).Outputs;
        if (context.Cache.TryRead(outputs[1].Digest) is { } needs)
            RuntimeNeeds.Read(needs).Check(configuration, context.Diagnostics);
        return outputs[0];
    }

    private static ActionKey Key(LinkPlan plan, Toolchain toolchain)
    {
        var builder = new ActionKeyBuilder(ActionKinds.Link, Version)
            .Add("distribution", plan.Distribution.ArchiveDigest)
            .Add("core objects", plan.CoreObjects)
            .Add("static libraries", plan.StaticLibraries)
            .Add("system libraries", plan.SystemLibraries)
            .Add("strip", plan.Strip)
            .Add("flags", Flags(plan, toolchain))
            .Add("linker", toolchain.Linker.Digest)
            .Add("linker version", toolchain.Linker.Version)
            .Add("compiler", toolchain.Compiler.Digest)
            .Add("compiler version", toolchain.Compiler.Version);
        foreach (var runtimeObject in plan.RuntimeObjects)
            builder.Add(runtimeObject.Name, runtimeObject.Digest);
        return builder.Build();
    }

    private static IEnumerable<string> Flags(LinkPlan plan, Toolchain toolchain) => s_hardening
        .Concat(toolchain.Static ? ["-static-pie"] : ["-pie", .. s_exports, "-static-libgcc"])
        .Concat(toolchain.LinkerFlag.Length > 0 ? [toolchain.LinkerFlag] : [])
        .Concat(toolchain.PacksRelocations ? ["-Wl,-z,pack-relative-relocs"] : [])
        .Concat(toolchain.Sysroot is { } sysroot ? ["--sysroot=" + sysroot] : [])
        .Concat(plan.Strip ? ["-Wl,-s"] : [])
        .Concat(toolchain.LdFlags);

    private static IReadOnlyList<ActionOutput> Execute(LinkPlan plan, Toolchain toolchain, BuildContext context)
    {
        var output = Path.Combine(context.WorkDirectory, Name + ".linked");
        var arguments = Flags(plan, toolchain)
            .Concat(plan.CoreObjects.Select(plan.Distribution.PathOf))
            .Concat(plan.RuntimeObjects.Select(runtimeObject => FileOf(runtimeObject, context)))
            .Concat(["-Wl,--start-group", .. plan.StaticLibraries.Select(plan.Distribution.PathOf), "-Wl,--end-group"])
            .Concat(plan.SystemLibraries.Select(library => "-l" + library))
            .Concat(["-o", output]);
        // Hundreds of objects do not fit the command line of every system; the compiler hands the file on.
        var responseFile = output + ".rsp";
        File.WriteAllText(responseFile, string.Join('\n', arguments.Select(QuoteForResponseFile)));

        var result = Processes.ChildProcess.Run(toolchain.CompilerCommand(["@" + responseFile], launched: false), context.Cancellation);
        if (result.ExitCode != 0)
            throw new BuildFailedException(DiagnosticKinds.LinkFailed,
                $"`{toolchain.Linker.Path}` could not link the runtime (exit code {result.ExitCode}):\n{Shorten(result.Error)}\n"
                + "check [toolchain] and [python_extensions]; with another linker (`linker = \"ld\"`) the words may be clearer");
        var needs = RuntimeNeeds.Of(new ElfImage(File.ReadAllBytes(output))).Write();
        var size = new FileInfo(output).Length;
        return
        [
            new ActionOutput(Name, context.Cache.StoreFile(output, BlobTransfer.Move, durable: true), size, ActionOutput.Executable),
            new ActionOutput("needs", context.Cache.Store(needs), needs.Length),
        ];
    }

    private static string FileOf(ObjectFile runtimeObject, BuildContext context) => context.Cache.TryGetFile(runtimeObject.Digest)
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
