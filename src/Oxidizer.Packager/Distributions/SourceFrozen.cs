namespace Oxidizer.Packager.Distributions;

/// <summary>
/// CPython's table of frozen modules, and a smaller one that products link instead: each start pays for every module in it, imported or not. The interpreter
/// of the archive keeps its own. See <c>docs/decisions/0004-a-smaller-frozen-table.md</c>.
/// </summary>
internal static class SourceFrozen
{
    private const string Folder = "Python/embedding", Generator = "SourceFrozen.py";

    /// <summary>The objects of CPython's own table. They stay out of the core that is optimised as one, so that others can take their place.</summary>
    public static IReadOnlyList<string> Objects { get; } = ["Python/deepfreeze/deepfreeze.o", "Python/frozen.o"];

    /// <summary>The objects of the smaller table, which define the same symbols.</summary>
    public static IReadOnlyList<string> EmbeddingObjects { get; } = [$"{Folder}/deepfreeze.o", $"{Folder}/frozen.o"];

    /// <summary>
    /// Whether these sources have modules that are frozen as objects, in the form that we know. 3.13 has none any more; 3.12, which has the generator elsewhere, keeps its own
    /// table, because its strings belong to interpreters that may run beside each other.
    /// </summary>
    public static bool IsReplaceable(string root) => File.Exists(Path.Combine(root, "Tools/scripts/deepfreeze.py"));

    /// <summary>Writes and compiles the smaller table with the interpreter that was built, if there is something to replace.</summary>
    /// <param name="make">The build, whose interpreter stands.</param>
    /// <param name="folder">Where the generator's program goes.</param>
    /// <param name="command">Runs it.</param>
    public static void Compile(SourceMake make, string folder, SourceCommand command)
    {
        if (!IsReplaceable(make.Root))
            return;
        var program = SourceTraining.WriteTo(folder, Generator);
        command.Run("write the smaller table of frozen modules", make.Root, Path.Combine(make.Root, "python"), ["-I", "-B", program, make.Root, Path.Combine(make.Root, Folder)]);
        make.CompileObjects("compile the smaller table of frozen modules", EmbeddingObjects);
    }
}
