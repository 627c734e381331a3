using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.Configuration;

internal static class BuildKeys
{
    public static readonly TableSchema<BuildTable> Table = new(
        "build",
        [
            Key.Text<BuildTable>("application_name", ProductName.ProblemOf, static (table, value) => table with { ApplicationName = value })
                .Says(
                    "the product's file name",
                    "`program_name`, or the name of the file's folder",
                    "letters, digits, `_`, `-`, `.`, `+`; begins with a letter, a digit or `_`; at most 200 bytes"
                ),
            Key.Path<BuildTable>("build_path", static (table, value) => table with { BuildPath = value })
                .Says("products go to `<build_path>/<triple>/<application_name>`", "the caller's, or `build`"),
            Key.Texts<BuildTable>(
                    "targets",
                    TargetPattern.ProblemOfTriple,
                    static (table, value) => table with { Targets = Triples(value) }
                )
                .Says("what to build for", "the host's", "list of triples"),
            Key.Choice<BuildTable>(
                    "output",
                    ["executable", "static-library", "shared-library"],
                    static (table, value) => table with { Output = Output(value) }
                )
                .Says("what to make; see below", """`"executable"`"""),
            Key.Flag<BuildTable>("strip", static (table, value) => table with { Strip = value })
                .Says("drops symbols from the product", "`true`"),
            Key.Text<BuildTable>("minimum_glibc", TextForms.GlibcVersion, static (table, value) => table with { MinimumGlibc = value })
                .Says(
                    "the newest glibc that the product may ask for; checked against the product",
                    "not checked",
                    """string, such as `"2.17"`"""
                ),
        ]
    );

    private static ProductOutput Output(string value) =>
        value switch
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
