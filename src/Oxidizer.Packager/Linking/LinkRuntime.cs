using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Elf;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.Linking;

/// <summary>Links the distribution's objects and the runtime into an executable or a shared library that has no resources yet, as one
/// action.</summary>
internal static class LinkRuntime
{
    // 5: what the linker reads beside the distribution, and what stands behind the compiler's name, are in the key.
    // 6: the program relocates its read-only data itself.
    // 7: the program's own functions for files are exported.
    private const int Version = 7;
    private const string Name = "runtime";

    // CPython's API stays visible, because ctypes.pythonapi and shared extension modules look it up in the executable. Nothing else does: a
    // symbol of our OpenSSL that is visible would be taken by another OpenSSL that a shared extension brings.
    private static readonly string[] s_exports = ["-Wl,--export-dynamic-symbol=Py*", "-Wl,--export-dynamic-symbol=_Py*"];

    // Functions are bound to the library's own, data not: executables may hold copies of it.
    private static readonly string[] s_library = ["-shared", "-static-libgcc", "-Wl,-Bsymbolic-functions"];

    private static readonly string[] s_hardening =
    [
        "-Wl,-z,relro",
        "-Wl,-z,now",
        "-Wl,-z,noexecstack",
        "-Wl,-z,separate-code",
        "-Wl,--gc-sections",
        "-Wl,-O1",
        "-Wl,--build-id=none",
        "-Wl,--as-needed",
    ];

    /// <summary>Finds the runtime in the cache, or links it.</summary>
    /// <returns>The executable, in the cache.</returns>
    /// <exception cref="BuildFailedException">The linker refused; its words are in the message.</exception>
    public static ActionOutput Link(LinkPlan plan, Toolchain toolchain, BuildContext context)
    {
        var outputs = new LinkAction(Name, Version, builder => Describe(builder, plan, toolchain, context), toolchain, context).Run(() =>
            Execute(plan, toolchain, context)
        );
        if (context.Cache.TryRead(outputs[1].Digest) is { } needs)
            RuntimeNeeds.Read(needs).Check(plan.GlibcLimit, context.Diagnostics);
        return outputs[0];
    }

    private static ActionKeyBuilder Describe(ActionKeyBuilder builder, LinkPlan plan, Toolchain toolchain, BuildContext context)
    {
        toolchain.AddCompilerTo(
            toolchain.Linker.AddTo(
                builder
                    .Add("distribution", plan.Distribution.ArchiveDigest)
                    .Add("core objects", plan.CoreObjects)
                    .Add("static libraries", plan.StaticLibraries)
                    .Add("system libraries", plan.SystemLibraries)
                    .Add("strip", plan.Strip)
                    .Add("flags", Flags(plan, toolchain)),
                "linker"
            )
        );
        foreach (var runtimeObject in plan.RuntimeObjects)
            builder.Add(runtimeObject.Name, runtimeObject.Digest);
        return FlagFiles.AddTo(builder, toolchain.LdFlags, context.Cache);
    }

    private static IEnumerable<string> Flags(LinkPlan plan, Toolchain toolchain) =>
        s_hardening
            .Concat(
                plan.Output == ProductOutput.SharedLibrary ? [.. s_library, "-Wl,-soname," + plan.FileName, "-Wl,--build-id=sha1"]
                : toolchain.Static ? ["-static-pie"]
                : ["-pie", .. s_exports, "-static-libgcc"]
            )
            .Concat(toolchain.LinkerFlag.Length > 0 ? [toolchain.LinkerFlag] : [])
            .Concat(toolchain.PacksRelocations ? ["-Wl,-z,pack-relative-relocs"] : [])
            .Concat(toolchain.Sysroot is { } sysroot ? ["--sysroot=" + sysroot] : [])
            .Concat(plan.Output == ProductOutput.Executable ? FileFunctions.FlagsOf(plan.FileFunctions, plan.Output, toolchain) : [])
            .Concat(plan.Strip ? ["-Wl,-s"] : [])
            .Concat(toolchain.LdFlags);

    private static (IReadOnlyList<ActionOutput>, LinkInputs) Execute(LinkPlan plan, Toolchain toolchain, BuildContext context)
    {
        var output = Path.Combine(context.WorkDirectory, Name + ".linked");
        string[] objects =
        [
            .. plan.CoreObjects.Select(plan.Distribution.PathOf),
            .. plan.RuntimeObjects.Select(runtimeObject => LinkerCommand.FileOf(runtimeObject, context)),
        ];
        string[] libraries = [.. plan.StaticLibraries.Select(plan.Distribution.PathOf)];
        var arguments = Flags(plan, toolchain)
            .Concat(objects)
            .Concat(["-Wl,--start-group", .. libraries, "-Wl,--end-group"])
            .Concat(plan.SystemLibraries.Select(library => "-l" + library));
        var inputs = LinkerCommand.Run(arguments, output, objects.Concat(libraries), toolchain, context);
        var bytes = File.ReadAllBytes(output);
        var needs = ReadNeeds(bytes, output, toolchain).Write();
        var size = bytes.Length;
        return (
            [
                new ActionOutput(Name, context.Cache.StoreFile(output, BlobTransfer.Move, durable: true), size, ActionOutput.Executable),
                new ActionOutput("needs", context.Cache.Store(needs), needs.Length),
            ],
            inputs
        );
    }

    private static RuntimeNeeds ReadNeeds(byte[] bytes, string output, Toolchain toolchain)
    {
        try
        {
            if (DeferRelocations.Apply(bytes) > 0)
                File.WriteAllBytes(output, bytes);
            return RuntimeNeeds.Of(new ElfImage(bytes));
        }
        catch (InvalidDataException exception)
        {
            throw new BuildFailedException(
                DiagnosticKinds.LinkFailed,
                $"`{toolchain.Linker.Path}` made nothing that can be a product: {exception.Message}; check [toolchain] ldflags",
                cause: exception
            );
        }
    }
}
