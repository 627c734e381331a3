using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.Linking;

/// <summary>Makes a static library of the joined runtime and an object with the packed resources, as one action.</summary>
internal static class WriteArchive
{
    // 2: the archiver's and the assembler's digests are in the key.
    private const int Version = 2;

    // src/pyembed/reader/location.h: other products have this spliced into a linked file; here the assembler is told.
    private const string Assembly = """
        .section .oxidizer.location,"a",%progbits
        .balign 16
        .globl pyembed_location
        .hidden pyembed_location
        .type pyembed_location, %object
        .size pyembed_location, 16
        pyembed_location:
        .quad resources - pyembed_location
        .quad resources_end - resources
        .section .oxidizer.resources,"a",%progbits
        .balign 4096
        resources:
        .incbin "resources.bin"
        resources_end:
        .section .note.GNU-stack,"",%progbits

        """;

    // Not loaded; the program that links the library carries it too.
    private const string BillAssembly = """
        .section .sbom,"",%progbits
        .incbin "sbom.json"

        """;

    /// <summary>Finds the library in the cache, or makes it.</summary>
    /// <param name="runtime">The joined object, in the cache.</param>
    /// <param name="parts">The blob, and what is put in with it, in the cache.</param>
    /// <param name="fileName">The library's.</param>
    /// <param name="toolchain">Its compiler assembles, and its archiver archives.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="BuildFailedException">A program of the toolchain refused.</exception>
    public static ActionOutput Write(ActionOutput runtime, ProductParts parts, string fileName, Toolchain toolchain, BuildContext context)
    {
        var archiver = toolchain.Archiver is { } named ? Tool.Identify(named, context) : BuildProgram.Ar.Find(context);
        var key = archiver
            .AddTo(
                toolchain.AddCompilerTo(
                    new ActionKeyBuilder(ActionKinds.Link, Version)
                        .Add("archived runtime", runtime.Digest)
                        .Add("packed resources", parts.PackedResources)
                        .Add("assembly", AssemblyOf(parts))
                        .Add("bill of materials", parts.Bill?.ToString() ?? "")
                ),
                "archiver"
            )
            .Build();
        return context.Run(key, fileName, () => Execute(runtime, parts, fileName, archiver, toolchain, context)).Outputs[0];
    }

    private static IReadOnlyList<ActionOutput> Execute(
        ActionOutput runtime,
        ProductParts parts,
        string fileName,
        Tool archiver,
        Toolchain toolchain,
        BuildContext context
    )
    {
        var folder = Path.Combine(context.WorkDirectory, "archive");
        Directory.CreateDirectory(folder);
        var output = Path.Combine(folder, "library.a");
        var inputs = new List<(Sha256Digest, string)> { (runtime.Digest, "runtime.o"), (parts.PackedResources, "resources.bin") };
        if (parts.Bill is { } bill)
            inputs.Add((bill, "sbom.json"));
        foreach (var (digest, file) in inputs)
        {
            if (!context.Cache.TryWriteTo(digest, Path.Combine(folder, file), ActionOutput.PlainFile))
                throw new InvalidOperationException($"{digest} was found or stored by this build and is gone; please report this");
        }
        File.WriteAllText(Path.Combine(folder, "resources.s"), AssemblyOf(parts));
        Run(toolchain.CompilerCommand(["-c", "resources.s", "-o", "resources.o"], launched: false), "resources.o", folder, context);
        // No times and no users in it: equal inputs give equal bytes.
        Run(new Command(archiver.Path, ["rcsD", output, "runtime.o", "resources.o"]), output, folder, context);
        var size = new FileInfo(output).Length;
        return [new ActionOutput(fileName, context.Cache.StoreFile(output, BlobTransfer.Move, durable: true), size)];
    }

    private static string AssemblyOf(ProductParts parts) => parts.Bill is null ? Assembly : Assembly + BillAssembly;

    private static void Run(Command command, string output, string folder, BuildContext context)
    {
        var result = ChildProcess.Run(command with { WorkingDirectory = folder }, context.Cancellation);
        if (result.ExitCode != 0)
            throw new BuildFailedException(
                DiagnosticKinds.LinkFailed,
                $"`{command.FileName}` refused (exit code {result.ExitCode}):\n{result.Error.TrimEnd()}\ncheck [toolchain] cc and ar"
            );
        if (!File.Exists(Path.Combine(folder, output)))
            throw new BuildFailedException(
                DiagnosticKinds.LinkFailed,
                $"`{command.FileName}` ended well and wrote no `{Path.GetFileName(output)}`; check [toolchain] cc and ar"
            );
    }
}
