using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.Linking;

/// <summary>Links the distribution's objects and the runtime into an executable or a shared library that has no resources yet, as one action.</summary>
public static class LinkRuntime
{
    private const int Version = 5;
    private const string Name = "runtime";

    // CPython's API stays visible, because ctypes.pythonapi and shared extension modules look it up in the executable. Nothing else
    // does: a symbol of our OpenSSL that is visible would be taken by another OpenSSL that a shared extension brings.
    private static readonly string[] s_exports = ["-Wl,--export-dynamic-symbol=Py*", "-Wl,--export-dynamic-symbol=_Py*"];

    // Functions are bound to the library's own, data not: executables may hold copies of it.
    private static readonly string[] s_library = ["-shared", "-static-libgcc", "-Wl,-Bsymbolic-functions"];

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
        .Concat(plan.Output == ProductOutput.SharedLibrary ? [.. s_library, "-Wl,-soname," + plan.FileName, "-Wl,--build-id=sha1"]
            : toolchain.Static ? ["-static-pie"] : ["-pie", .. s_exports, "-static-libgcc"])
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
            .Concat(plan.RuntimeObjects.Select(runtimeObject => LinkerCommand.FileOf(runtimeObject, context)))
            .Concat(["-Wl,--start-group", .. plan.StaticLibraries.Select(plan.Distribution.PathOf), "-Wl,--end-group"])
            .Concat(plan.SystemLibraries.Select(library => "-l" + library))
            .Concat(["-o", output]);
        LinkerCommand.Run(arguments, output + ".rsp", toolchain, context);
        var bytes = File.ReadAllBytes(output);
        if (DeferRelocations.Apply(bytes) > 0)
            File.WriteAllBytes(output, bytes);
        var needs = RuntimeNeeds.Of(new ElfImage(bytes)).Write();
        var size = bytes.Length;
        return
        [
            new ActionOutput(Name, context.Cache.StoreFile(output, BlobTransfer.Move, durable: true), size, ActionOutput.Executable),
            new ActionOutput("needs", context.Cache.Store(needs), needs.Length),
        ];
    }
}
