using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.Linking;

/// <summary>
/// Joins the distribution's objects, the members of its libraries that they need, and the runtime into one relocatable object, as one
/// action. In it only
/// CPython's API and pyembed's stay global: a host may have an OpenSSL or a zlib of its own, and a library must not bring it a second one
/// by the same names.
/// </summary>
internal static class JoinRuntime
{
    // 2: what stands behind the compiler's name, and the programs of binutils, are in the key.
    // 3: the functions for files are the runtime's.
    private const int Version = 3;
    private const string Name = "runtime";
    private static readonly string[] s_flags = ["-r", "-nostdlib", "-Wl,--build-id=none"];

    // The last is where the resources are: the other member of the library has it.
    private static readonly string[] s_globals =
    [
        "Py*",
        "_Py*",
        "pyembed_main",
        "pyembed_initialize",
        "pyembed_run_module",
        "pyembed_run_source",
        "pyembed_call",
        "pyembed_add_function",
        "pyembed_gil_acquire",
        "pyembed_gil_release",
        "pyembed_finalize",
        "pyembed_error",
        "pyembed_free",
        "pyembed_location",
    ];

    /// <summary>Finds the object in the cache, or makes it.</summary>
    /// <exception cref="BuildFailedException">The linker or <c>objcopy</c> refused.</exception>
    public static ActionOutput Join(LinkPlan plan, Toolchain toolchain, BuildContext context) =>
        context.Run(Key(plan, toolchain, context), Name, () => Execute(plan, toolchain, context)).Outputs[0];

    private static ActionKey Key(LinkPlan plan, Toolchain toolchain, BuildContext context)
    {
        var builder = new ActionKeyBuilder(ActionKinds.Link, Version)
            .Add("joined for", plan.Output.ToString())
            .Add("distribution", plan.Distribution.ArchiveDigest)
            .Add("core objects", plan.CoreObjects)
            .Add("static libraries", plan.StaticLibraries)
            .Add("strip", plan.Strip)
            .Add("flags", Flags(plan, toolchain))
            .Add("globals", s_globals)
            .Add(
                "position independence",
                plan.Output == ProductOutput.SharedLibrary ? BuildProgram.ReadElf.Find(context).Digest.ToString() : null
            );
        BuildProgram.ObjCopy.Find(context).AddTo(toolchain.AddCompilerTo(toolchain.Linker.AddTo(builder, "linker")), "objcopy");
        foreach (var runtimeObject in plan.RuntimeObjects)
            builder.Add(runtimeObject.Name, runtimeObject.Digest);
        return builder.Build();
    }

    // GNU ld gives common symbols (OpenSSL's assembly has one) no place unless it is told to. Without a place they cannot be made local.
    private static IEnumerable<string> Flags(LinkPlan plan, Toolchain toolchain) =>
        s_flags
            .Concat(FileFunctions.FlagsOf(plan.FileFunctions, plan.Output, toolchain))
            .Concat(toolchain.Linker.Version.StartsWith("GNU ld", StringComparison.Ordinal) ? ["-Wl,-d"] : [])
            .Concat(toolchain.LinkerFlag.Length > 0 ? [toolchain.LinkerFlag] : []);

    private static IReadOnlyList<ActionOutput> Execute(LinkPlan plan, Toolchain toolchain, BuildContext context)
    {
        if (plan.Output == ProductOutput.SharedLibrary)
            PositionIndependence.Check(plan, context);
        var output = Path.Combine(context.WorkDirectory, Name + ".joined.o");
        string[] objects =
        [
            .. plan.CoreObjects.Select(plan.Distribution.PathOf),
            .. plan.RuntimeObjects.Select(runtimeObject => LinkerCommand.FileOf(runtimeObject, context)),
        ];
        string[] libraries = [.. plan.StaticLibraries.Select(plan.Distribution.PathOf)];
        var more = LinkerCommand.Run(
            Flags(plan, toolchain).Concat(objects).Concat(["-Wl,--start-group", .. libraries, "-Wl,--end-group"]),
            output,
            objects.Concat(libraries),
            toolchain,
            context
        );
        if (more.Files.Count > 0)
            throw new InvalidOperationException($"joining read `{more.Files[0]}`, which its key does not name; please report this");
        var result = ChildProcess.Run(
            new Command(
                BuildProgram.ObjCopy.Find(context).Path,
                [
                    "--wildcard",
                    .. s_globals.Select(name => "--keep-global-symbol=" + name),
                    .. plan.Strip ? new[] { "--strip-debug" } : [],
                    output,
                ]
            ),
            context.Cancellation
        );
        if (result.ExitCode != 0)
            throw new BuildFailedException(
                DiagnosticKinds.LinkFailed,
                $"`objcopy` refused the joined objects (exit code {result.ExitCode}):\n{result.Error.TrimEnd()}\ninstall GNU binutils"
            );
        var size = new FileInfo(output).Length;
        return [new ActionOutput(Name, context.Cache.StoreFile(output, BlobTransfer.Move, durable: true), size)];
    }
}
