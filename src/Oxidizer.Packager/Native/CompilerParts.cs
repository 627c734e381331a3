using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.Native;

/// <summary>
/// What stands behind the compiler's name: the programs that it starts, the files that configure it, and the folders that it searches. A
/// compiler is a driver, often a script: another assembler changes objects, and the driver's own file does not say so. It is asked once,
/// and again when one of the files has changed.
/// </summary>
/// <param name="Files">The programs and files with their digests.</param>
/// <param name="HeaderFolders">Where headers are looked for, in order; those that are not there yet stand first.</param>
/// <param name="LibraryFolders">Where the link looks for libraries, in order, after those of <c>-L</c>.</param>
internal sealed record CompilerParts(
    IReadOnlyList<(string Path, Sha256Digest Digest)> Files,
    IReadOnlyList<string> HeaderFolders,
    IReadOnlyList<string> LibraryFolders
)
{
    // What drivers of GCC start. Clang names itself or nothing, and that is right: it assembles by itself.
    private static readonly string[] s_programs = ["cc1", "as", "collect2", "lto1", "lto-wrapper"];

    /// <summary>Finds them in the cache, or asks the compiler.</summary>
    /// <param name="compiler">The driver.</param>
    /// <param name="linker">The name of the linker's program, as the driver looks for it.</param>
    /// <param name="flags">What changes its answers: flags of the user's, the sysroot.</param>
    /// <param name="context">The build.</param>
    internal static CompilerParts Find(Tool compiler, string linker, IReadOnlyList<string> flags, BuildContext context)
    {
        // Only this key holds paths of this machine, because it stands for what a program of this machine said.
        var key = FlagFiles
            .AddTo(
                new ActionKeyBuilder("compiler_parts", 1)
                    .Add("compiler", compiler.Digest)
                    .Add("path", compiler.Path)
                    .Add("linker", linker)
                    .Add("flags", flags)
                    .Add("search path", Environment.GetEnvironmentVariable("PATH")),
                flags,
                context.Cache
            )
            .Build();
        if (
            context.Cache.Find(key) is { Outputs: [var note] }
            && context.Cache.TryRead(note.Digest) is { } bytes
            && Read(bytes) is { } known
            && known.IsAsItWas(context.Cache)
        )
            return known;
        var parts = Ask(compiler.Path, linker, flags, context);
        // If the compiler refused, it is asked again by the next build, because what it lacks may be there then.
        if (parts.HeaderFolders.Count == 0)
            return parts;
        var text = parts.Write();
        context.Cache.Add(
            new ActionRecord(key, Path.GetFileName(compiler.Path), [new ActionOutput("parts", context.Cache.Store(text), text.Length)], 0)
        );
        return parts;
    }

    /// <summary>Adds the programs and files to a key, by their names and not their places.</summary>
    internal ActionKeyBuilder AddTo(ActionKeyBuilder key)
    {
        foreach (var (path, digest) in Files)
            key.Add($"the compiler's `{Path.GetFileName(path)}`", digest);
        return key;
    }

    private static CompilerParts Ask(string compiler, string linker, IReadOnlyList<string> flags, BuildContext context)
    {
        string Say(params string[] questions)
        {
            var result = ChildProcess.Run(new Command(compiler, [.. flags, .. questions]), context.Cancellation);
            return result.Output + result.Error;
        }

        var preprocessor = Say("-E", "-v", "-x", "c", "/dev/null").Split('\n');
        var programs = s_programs.Append(linker).Select(name => Machine.FindProgram(Say("-print-prog-name=" + name).Split('\n')[0].Trim()));
        var files = programs
            .Concat(Named(preprocessor, "COLLECT_GCC=").Select(Machine.FindProgram))
            .Concat(Named(preprocessor, "Reading specs from "))
            .Concat(Named(preprocessor, "Configuration file: "))
            .OfType<string>()
            .Where(File.Exists)
            .Distinct(StringComparer.Ordinal);
        var libraries = Named(Say("-print-search-dirs").Split('\n'), "libraries: =")
            .SelectMany(line => line.Split(':', StringSplitOptions.RemoveEmptyEntries));
        return new CompilerParts(
            [.. files.Select(path => (path, context.Cache.DigestFile(path)))],
            [.. HeaderFoldersIn(preprocessor)],
            [.. libraries]
        );
    }

    private static IEnumerable<string> Named(string[] lines, string beginning) =>
        lines
            .Where(line => line.StartsWith(beginning, StringComparison.Ordinal))
            .Select(line => line[beginning.Length..].Trim())
            .Where(text => text.Length > 0);

    // The compiler may search folders first that are made later. It does not say where.
    private static IEnumerable<string> HeaderFoldersIn(string[] lines) =>
        Named(lines, "ignoring nonexistent directory ")
            .Select(name => name.Trim('"'))
            .Concat(
                lines
                    .SkipWhile(line => !line.StartsWith("#include", StringComparison.Ordinal))
                    .TakeWhile(line => line != "End of search list.")
                    .Where(line => line.StartsWith(' '))
                    .Select(line => line.Trim())
            )
            .Select(Path.GetFullPath);

    private bool IsAsItWas(IActionCache cache) => Files.All(file => File.Exists(file.Path) && cache.DigestFile(file.Path) == file.Digest);

    private byte[] Write() =>
        Encoding.UTF8.GetBytes(
            string.Join(
                '\n',
                [
                    .. Files.Select(file => $"file {file.Digest} {file.Path}"),
                    .. HeaderFolders.Select(folder => "headers " + folder),
                    .. LibraryFolders.Select(folder => "libraries " + folder),
                ]
            )
        );

    private static CompilerParts? Read(byte[] bytes)
    {
        var lines = Encoding
            .UTF8.GetString(bytes)
            .Split('\n')
            .Select(line => line.Split(' ', 2))
            .ToLookup(words => words[0], words => words[^1]);
        var files = new List<(string, Sha256Digest)>();
        foreach (var line in lines["file"])
        {
            if (line.Split(' ', 2) is not [var digest, var path] || !Sha256Digest.TryParse(digest, out var parsed))
                return null;
            files.Add((path, parsed));
        }
        return new CompilerParts(files, [.. lines["headers"]], [.. lines["libraries"]]);
    }
}
