using Oxidizer.Packager.Configuration;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>
/// Compiles CPython twice: instrumented, to be trained, and with what the training told. The second time the core is optimised as one:
/// measured for 3.11 with
/// GCC 12 in instructions, profile alone takes hello to 0.93 and the import of the standard library to 0.93 of the plain build's, `-O3` to
/// 0.88 and
/// 0.88, the core as one to 0.83 and 0.82.
/// </summary>
internal static class SourceProfile
{
    // The tools that freeze modules stay as they are: what they froze does not depend on how they were compiled.
    private static readonly string[] s_keptTools = ["-o", "Programs/_freeze_module", "-o", "_bootstrap_python"];

    /// <summary>The compiler's level.</summary>
    public static string Level(DistributionOptimization optimization) => optimization == DistributionOptimization.NoOpt ? "-O2" : "-O3";

    /// <summary>Settings of the Makefile for an instrumented interpreter.</summary>
    public static IReadOnlyList<string> Instrumented { get; } =
    ["CFLAGS_NODIST=-fprofile-generate -fprofile-update=single", "LDFLAGS_NODIST=-fprofile-generate"];

    /// <summary>Trains an instrumented interpreter, and compiles it again.</summary>
    public static void Compile(
        SourceMake make,
        SourceVariables variables,
        IReadOnlyList<SourceExtension> extensions,
        string folder,
        SourceCommand command,
        SourceProgress progress
    )
    {
        // Profiles of what the build itself ran are deleted.
        Delete(make.Root, "*.gcda");

        progress.Begin("train");
        var program = SourcePrograms.WriteTo(folder, "SourceTraining.py");
        command.Run("train CPython", folder, Path.Combine(make.Root, "python"), [program, folder]);
        // After this: a profile lies beside each object that ran.

        Delete(make.Root, "*.o");
        Delete(make.Root, "*.a");
        File.Delete(Path.Combine(make.Root, "python"));
        var native = extensions
            .SelectMany(extension => extension.Objects)
            .Append(SourceMake.InittabObject)
            .Concat(SourceEmbedding.InterpreterObjects(make.Root))
            .Distinct()
            .ToList();
        make.CompileAsOne(
            "compile with the profile",
            [.. variables.Objects.Except(native)],
            native,
            [.. s_keptTools, "CFLAGS_NODIST=-fprofile-use -fprofile-correction -Wno-missing-profile -flto -fno-fat-lto-objects"]
        );
    }

    private static void Delete(string folder, string pattern)
    {
        foreach (var file in Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories))
            File.Delete(file);
    }
}
