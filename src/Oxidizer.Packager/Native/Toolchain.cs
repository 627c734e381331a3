using System.Runtime.InteropServices;
using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.Native;

/// <summary>The C compiler and the linker that a build uses.</summary>
/// <param name="Compiler">It compiles, and drives the link.</param>
/// <param name="Linker">What it links with.</param>
/// <param name="LinkerFlag">How the compiler is told: <c>-fuse-ld=mold</c>.</param>
/// <param name="Archiver">What makes static libraries.</param>
/// <param name="Launcher">Put in front of the compiler, or <c>null</c>.</param>
/// <param name="Parts">What the compiler starts and reads by itself.</param>
/// <param name="CFlags">The user's flags for the compiler.</param>
/// <param name="LdFlags">The user's flags for the link.</param>
/// <param name="Sysroot">The target's root folder, or <c>null</c>.</param>
/// <param name="Static">No dynamic libc.</param>
/// <param name="WritesDependencies">Whether the linker lists what it read in a file (<c>--dependency-file</c>).</param>
/// <param name="PacksRelocations">Whether the linker can write relative relocations as a bitmap that the target's loader reads.</param>
internal sealed partial record Toolchain(
    Tool Compiler,
    Tool Linker,
    string LinkerFlag,
    string? Archiver,
    Tool? Launcher,
    CompilerParts Parts,
    IReadOnlyList<string> CFlags,
    IReadOnlyList<string> LdFlags,
    string? Sysroot,
    bool Static,
    bool WritesDependencies,
    bool PacksRelocations
)
{
    // GNU ld comes first, although mold takes 0.2 s and GNU ld 0.9 s: the runtime is linked once and kept. With its 60,000 relative
    // relocations packed, each start of a product saves 7 % of its instructions, and of the linkers that were tried only GNU ld marks
    // packed relocations as glibc demands.
    private static readonly (string Setting, string Program, string Flag)[] s_linkers =
    [
        ("ld", "ld.bfd", "-fuse-ld=bfd"),
        ("ld", "ld", ""),
        ("mold", "mold", "-fuse-ld=mold"),
        ("lld", "ld.lld", "-fuse-ld=lld"),
    ];

    /// <summary>Finds the tools on PATH. When nothing changed since the last build, no program is started.</summary>
    /// <exception cref="BuildFailedException">A tool is missing.</exception>
    public static Toolchain Find(ToolchainTable table, BuildContext context)
    {
        var compiler = FindCompiler(table, context);
        var linker = FindLinker(table, out var flag, out var program);
        var launcher = FindNamed("launcher", table.Launcher, "drop the key to compile without one", context);
        var archiver = FindNamed("ar", table.Ar, $"drop the key to take `{BuildProgram.Ar.Name}`", context);
        context.Diagnostics.ThrowIfErrors();
        var (identifiedCompiler, identified) = (Tool.Identify(compiler!, context), Tool.Identify(linker, context));
        // What the link is told comes last, because nothing of it changes where headers are looked for.
        IReadOnlyList<string> flags =
        [
            .. table.Sysroot is { } sysroot ? ["--sysroot=" + sysroot] : (string[])[],
            .. table.CFlags,
            .. flag.Length > 0 ? [flag] : (string[])[],
            .. table.LdFlags.Where(IsForDriver),
        ];
        return new Toolchain(
            identifiedCompiler,
            identified,
            flag,
            archiver,
            launcher is null ? null : new Tool(launcher, context.Cache.DigestFile(launcher), Path.GetFileName(launcher)),
            CompilerParts.Find(identifiedCompiler, program, flags, context),
            table.CFlags,
            table.LdFlags,
            table.Sysroot,
            table.Static,
            WritesDependencyFiles(identified, context),
            table.Sysroot is null && PacksRelativeRelocations(identified.Version) && HostLibc() >= new Version(2, 36)
        );
    }

    /// <summary>The command that compiles or links: the launcher, if there is one, then the compiler.</summary>
    public Command CompilerCommand(IEnumerable<string> arguments, bool launched) =>
        launched && Launcher is not null
            ? new Command(Launcher.Path, [Compiler.Path, .. arguments]) { Sees = ChosenEnvironment.Launcher }
            : new Command(Compiler.Path, [.. arguments]);

    /// <summary>Adds what identifies the compiler to a key, down to the programs that it starts.</summary>
    internal ActionKeyBuilder AddCompilerTo(ActionKeyBuilder key) => Parts.AddTo(Compiler.AddTo(key, "compiler"));

    /// <summary>Where the link looks for libraries, in order.</summary>
    internal SearchPath LibraryPath(IActionCache cache)
    {
        var flags = FlagFiles.Expand(LdFlags);
        var named = flags.Select(
            (flag, index) =>
                flag == "-L" && index + 1 < flags.Count ? flags[index + 1]
                : flag.StartsWith("-L", StringComparison.Ordinal) ? flag[2..]
                : ""
        );
        return new SearchPath([.. named.Where(folder => folder.Length > 0), .. Parts.LibraryFolders], isLink: true, cache);
    }

    // Since binutils 2.38; the loader's side came with glibc 2.36, and a product never runs with an older glibc than that of the machine
    // that made it.
    private static bool PacksRelativeRelocations(string linkerVersion) =>
        linkerVersion.StartsWith("GNU ld", StringComparison.Ordinal)
        && Version.TryParse(linkerVersion.Split(' ')[^1], out var version)
        && version >= new Version(2, 38);

    private static Version HostLibc()
    {
        try
        {
            return Version.TryParse(Marshal.PtrToStringUTF8(GlibcVersion()), out var version) ? version : new Version();
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such function.
            return new Version();
        }
    }

    [LibraryImport("libc", EntryPoint = "gnu_get_libc_version")]
    private static partial nint GlibcVersion();

    // Words for the linker alone may end the driver before it answers.
    private static bool IsForDriver(string flag) =>
        flag.StartsWith("-B", StringComparison.Ordinal)
        || flag.StartsWith("-specs", StringComparison.Ordinal)
        || flag.StartsWith("--sysroot", StringComparison.Ordinal)
        || flag.StartsWith("-m", StringComparison.Ordinal)
        || flag.StartsWith("--target", StringComparison.Ordinal);

    /// <summary>Whether a linker says of itself that it lists what it read; one that was asked before is not started.</summary>
    internal static bool WritesDependencyFiles(Tool linker, BuildContext context)
    {
        var key = new ActionKeyBuilder("linker_dependency_file", 1).Add("linker", linker.Digest).Build();
        var record = context
            .Cache.GetOrAdd(
                key,
                Path.GetFileName(linker.Path),
                () =>
                {
                    var help = ChildProcess.Run(new Command(linker.Path, ["--help"]), context.Cancellation).Output;
                    var answer = Encoding.ASCII.GetBytes(help.Contains("--dependency-file", StringComparison.Ordinal) ? "yes" : "no");
                    return [new ActionOutput("answer", context.Cache.Store(answer), answer.Length)];
                },
                context.Cancellation
            )
            .Record;
        return record.Outputs[0].Digest == Sha256Digest.Of("yes");
    }

    private static string? FindNamed(string setting, string? program, string otherWay, BuildContext context)
    {
        var found = program is null ? null : Machine.FindProgram(program);
        if (program is not null && found is null)
            context.Diagnostics.Add(
                DiagnosticKinds.ToolNotFound,
                $"the program `{program}` of [toolchain] {setting} is not there; name one that is, or {otherWay}"
            );
        return found;
    }

    private static string? FindCompiler(ToolchainTable table, BuildContext context)
    {
        var names = table.Cc is { } named ? [named] : new[] { "cc", "gcc", "clang" };
        var found = names.Select(Machine.FindProgram).FirstOrDefault(path => path is not null);
        if (found is null)
            context.Diagnostics.Add(
                DiagnosticKinds.CompilerNotFound,
                table.Cc is null
                    ? "no C compiler on PATH (looked for `cc`, `gcc`, `clang`); install one, for instance with `apt-get install gcc libc6-dev`"
                    : $"the compiler `{table.Cc}` of [toolchain] cc is not there; name one that is, or drop the key to have it found"
            );
        return found;
    }

    // Prerequisites have seen that it is there.
    private static string FindLinker(ToolchainTable table, out string flag, out string program)
    {
        // A linker that the flags of the link choose is the one that links.
        if (table.LdFlags.LastOrDefault(word => word.StartsWith("-fuse-ld=", StringComparison.Ordinal)) is { } chosen)
        {
            (flag, program) = ("", chosen == "-fuse-ld=mold" ? "mold" : "ld." + chosen["-fuse-ld=".Length..]);
            if (Machine.FindProgram(program) is { } path)
                return path;
        }
        foreach (var (setting, itsProgram, itsFlag) in s_linkers)
        {
            (flag, program) = (itsFlag, itsProgram);
            if ((table.Linker == "auto" || table.Linker == setting) && Machine.FindProgram(program) is { } path)
                return path;
        }
        throw new InvalidOperationException(
            $"no linker is on PATH for `linker = \"{table.Linker}\"`, although what this build needs was found or installed; please report this"
        );
    }
}
