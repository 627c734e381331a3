using System.Runtime.InteropServices;
using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Packager.Native;

/// <summary>A program of the toolchain.</summary>
/// <param name="Path">Where it is, absolute.</param>
/// <param name="Digest">Of its file: what keys depend on.</param>
/// <param name="Version">The first line that it says of itself: what explanations name.</param>
public sealed record Tool(string Path, Sha256Digest Digest, string Version);

/// <summary>The C compiler and the linker that a build uses.</summary>
/// <param name="Compiler">It compiles, and drives the link.</param>
/// <param name="Linker">What it links with.</param>
/// <param name="LinkerFlag">How the compiler is told: <c>-fuse-ld=mold</c>.</param>
/// <param name="Launcher">Put in front of the compiler, or <c>null</c>.</param>
/// <param name="CFlags">The user's flags for the compiler.</param>
/// <param name="LdFlags">The user's flags for the link.</param>
/// <param name="Sysroot">The target's root folder, or <c>null</c>.</param>
/// <param name="Static">No dynamic libc.</param>
/// <param name="PacksRelocations">Whether the linker can write relative relocations as a bitmap that the target's loader reads.</param>
public sealed partial record Toolchain(
    Tool Compiler,
    Tool Linker,
    string LinkerFlag,
    string? Launcher,
    IReadOnlyList<string> CFlags,
    IReadOnlyList<string> LdFlags,
    string? Sysroot,
    bool Static,
    bool PacksRelocations)
{
    // GNU ld first, though mold takes 0.2 s where it takes 0.9: the runtime is linked once and kept, and a start of every product saves 7 % of
    // its instructions when 60,000 relative relocations are packed, which of the linkers that were tried only GNU ld marks as glibc demands.
    private static readonly (string Setting, string Program, string Flag)[] s_linkers =
        [("ld", "ld.bfd", "-fuse-ld=bfd"), ("ld", "ld", ""), ("mold", "mold", "-fuse-ld=mold"), ("lld", "ld.lld", "-fuse-ld=lld")];

    /// <summary>Finds the tools on PATH. When nothing changed since the last build, no program is started.</summary>
    /// <exception cref="BuildFailedException">A tool is missing.</exception>
    public static Toolchain Find(ToolchainTable table, BuildContext context)
    {
        var compiler = FindCompiler(table, context);
        var linker = FindLinker(table, context, out var flag);
        context.Diagnostics.ThrowIfErrors();
        var identified = Identify(linker!, context);
        return new Toolchain(Identify(compiler!, context), identified, flag, table.Launcher, table.CFlags, table.LdFlags, table.Sysroot, table.Static,
            table.Sysroot is null && PacksRelativeRelocations(identified.Version) && HostLibc() >= new Version(2, 36));
    }

    /// <summary>The command that compiles or links: the launcher, if there is one, then the compiler.</summary>
    public Command CompilerCommand(IEnumerable<string> arguments, bool launched) => launched && Launcher is not null
        ? new Command(Launcher, [Compiler.Path, .. arguments])
        : new Command(Compiler.Path, [.. arguments]);

    /// <summary>Where a program is: the path itself when it has a slash, else the first on PATH; <c>null</c> if there is none.</summary>
    public static string? FindProgram(string name)
    {
        if (name.Contains('/'))
            return File.Exists(name) ? Path.GetFullPath(name) : null;
        var path = Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    // Since binutils 2.38; the loader's side came with glibc 2.36, and a product never runs with an older glibc than that of the machine that made it.
    private static bool PacksRelativeRelocations(string linkerVersion) =>
        linkerVersion.StartsWith("GNU ld", StringComparison.Ordinal) && Version.TryParse(linkerVersion.Split(' ')[^1], out var version) && version >= new Version(2, 38);

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

    private static string? FindCompiler(ToolchainTable table, BuildContext context)
    {
        var names = table.Cc is { } named ? [named] : new[] { "cc", "gcc", "clang" };
        var found = names.Select(FindProgram).FirstOrDefault(path => path is not null);
        if (found is null)
            context.Diagnostics.Add(DiagnosticKinds.CompilerNotFound, table.Cc is null
                ? "no C compiler on PATH (looked for `cc`, `gcc`, `clang`); install one, for instance with `apt-get install gcc libc6-dev`"
                : $"the compiler `{table.Cc}` of [toolchain] cc is not there; name one that is, or drop the key to have it found");
        return found;
    }

    private static string? FindLinker(ToolchainTable table, BuildContext context, out string flag)
    {
        foreach (var (setting, program, itsFlag) in s_linkers)
        {
            flag = itsFlag;
            if ((table.Linker == "auto" || table.Linker == setting) && FindProgram(program) is { } path)
                return path;
        }
        flag = "";
        context.Diagnostics.Add(DiagnosticKinds.LinkerNotFound, table.Linker == "auto"
            ? "no linker on PATH (looked for `ld`, `mold`, `ld.lld`); install one, for instance with `apt-get install binutils`"
            : $"the linker `{table.Linker}` of [toolchain] linker is not there; install it, or say `linker = \"auto\"`");
        return null;
    }

    private static Tool Identify(string path, BuildContext context)
    {
        var digest = context.Cache.DigestFile(path);
        var key = new ActionKeyBuilder("tool_version", 1).Add("program", digest).Build();
        var record = context.Cache.GetOrAdd(key, Path.GetFileName(path), () =>
        {
            var result = ChildProcess.Run(new Command(path, ["--version"]), context.Cancellation);
            var line = Encoding.UTF8.GetBytes(result.Output.Split('\n')[0].Trim());
            return [new ActionOutput("version", context.Cache.Store(line), line.Length)];
        }, context.Cancellation).Record;
        var version = context.Cache.TryRead(record.Outputs[0].Digest);
        return new Tool(path, digest, version is null ? Path.GetFileName(path) : Encoding.UTF8.GetString(version));
    }
}
