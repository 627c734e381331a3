using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.Configuration;

internal static class BuildKeys
{
    public static readonly TableSchema<BuildTable> Table = new("build",
    [
        Key.Text<BuildTable>("application_name", ProductName.ProblemOf, static (table, value) => table with { ApplicationName = value }),
        Key.Path<BuildTable>("build_path", static (table, value) => table with { BuildPath = value }),
        Key.Texts<BuildTable>("targets", TargetPattern.ProblemOfTriple, static (table, value) => table with { Targets = Triples(value) }),
        Key.Choice<BuildTable>("output", ["executable", "static-library", "shared-library"], static (table, value) => table with { Output = Output(value) }),
        Key.Flag<BuildTable>("strip", static (table, value) => table with { Strip = value }),
        Key.Text<BuildTable>("minimum_glibc", TextForms.GlibcVersion, static (table, value) => table with { MinimumGlibc = value }),
    ]);

    private static ProductOutput Output(string value) => value switch
    {
        "executable" => ProductOutput.Executable,
        "static-library" => ProductOutput.StaticLibrary,
        _ => ProductOutput.SharedLibrary,
    };

    private static TargetTriple[] Triples(IReadOnlyList<string> values)
    {
        var triples = new List<TargetTriple>(values.Count);
        foreach (var value in values)
            if (new TargetTriple(value) is var triple && !triples.Contains(triple))
                triples.Add(triple);
        return [.. triples];
    }
}
