namespace Oxidizer.Packager.SourceBuilds;

/// <summary>
/// The objects of CPython that the interpreter of the archive keeps and products replace, because each start pays for them: the table of
/// frozen modules, which is smaller in products, and the search for paths, which products need not make. See
/// <c>docs/decisions/0004-objects-for-embedding.md</c>.
/// </summary>
internal static class SourceEmbedding
{
    private const string Folder = "Python/embedding",
        Generator = "SourceFrozen.py",
        Paths = "SourceGetpath.c",
        PathsObject = $"{Folder}/getpath.o";

    private static readonly string[] s_frozen = ["Python/deepfreeze/deepfreeze.o", "Python/frozen.o"];
    private static readonly string[] s_smallerFrozen = [$"{Folder}/deepfreeze.o", $"{Folder}/frozen.o"];

    /// <summary>CPython's own objects. They stay out of the core that is optimised as one, so that others can take their place.</summary>
    /// <param name="root">CPython's sources.</param>
    public static IReadOnlyList<string> InterpreterObjects(string root) => ["Modules/getpath.o", .. HasFrozenObjects(root) ? s_frozen : []];

    /// <summary>The objects that products link instead, which define the same symbols.</summary>
    /// <param name="root">CPython's sources.</param>
    public static IReadOnlyList<string> Objects(string root) => [PathsObject, .. HasFrozenObjects(root) ? s_smallerFrozen : []];

    /// <summary>The Makefile's rule for what its own patterns do not make.</summary>
    public static string Rule { get; } =
        $"""
            {PathsObject}: {Folder}/{Paths}
            	$(CC) -c $(PY_CORE_CFLAGS) -DPLATLIBDIR='"$(PLATLIBDIR)"' -o $@ {Folder}/{Paths}
            """;

    // 3.13 no longer freezes modules as objects. 3.12 has the generator elsewhere, and keeps its own table, because its strings belong to
    // interpreters that may run beside each other.
    private static bool HasFrozenObjects(string root) => File.Exists(Path.Combine(root, "Tools/scripts/deepfreeze.py"));

    /// <summary>Writes and compiles the objects with the interpreter that was built.</summary>
    /// <param name="make">The build, whose interpreter stands.</param>
    /// <param name="folder">Where programs that it runs go.</param>
    /// <param name="command">Runs them.</param>
    public static void Compile(SourceMake make, string folder, SourceCommand command)
    {
        var sources = Path.Combine(make.Root, Folder);
        SourcePrograms.WriteTo(sources, Paths);
        if (HasFrozenObjects(make.Root))
        {
            var program = SourcePrograms.WriteTo(folder, Generator);
            command.Run(
                "write the smaller table of frozen modules",
                make.Root,
                Path.Combine(make.Root, "python"),
                ["-I", "-B", program, make.Root, sources]
            );
        }
        make.CompileObjects("compile what products link instead", Objects(make.Root));
    }
}
