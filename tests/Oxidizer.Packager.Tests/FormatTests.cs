using Oxidizer.Packager.Processes;

namespace Oxidizer.Packager.Tests;

/// <summary>The layout of all sources is the formatters': CSharpier's (140 columns) and clang-format's (100, the layout of PEP
/// 7).</summary>
public sealed class FormatTests
{
    // What a formatter does not break: a text in quotes, and a document inside one.
    private const int MostOfAComment = 140;

    // Who has more to say has two themes.
    private const int MostLines = 400;

    private static readonly string[] s_folders = ["src", "tests", "benchmarks", "compatibility"];

    [Fact]
    public void Every_CSharp_source_is_as_CSharpier_formats_it()
    {
        Run("dotnet", "tool", "restore");
        Run("dotnet", ["csharpier", "check", .. s_folders]);
    }

    [Fact]
    public void Every_C_source_is_as_clang_format_formats_it() =>
        // The table of settings is written by a test.
        Run(
            "clang-format",
            ["--dry-run", "--Werror", .. Sources("*.c", "*.h").Where(path => Path.GetFileName(path) != "settings_table.h")]
        );

    [Fact]
    public void No_comment_is_longer_than_a_line_may_be() =>
        Assert.Empty(
            Sources("*.cs")
                .SelectMany(path => File.ReadLines(path).Select((line, index) => (path, Number: index + 1, line)))
                .Where(place => place.line.Length > MostOfAComment && IsComment(place.line))
                .Select(place => $"{place.path}:{place.Number}")
        );

    [Fact]
    public void No_CSharp_file_has_more_than_400_lines() =>
        Assert.DoesNotContain(Sources("*.cs"), path => File.ReadLines(path).Count() > MostLines);

    private static bool IsComment(string line) => line.TrimStart().StartsWith("//", StringComparison.Ordinal);

    private static IEnumerable<string> Sources(params string[] patterns) =>
        s_folders
            .SelectMany(folder =>
                patterns.SelectMany(pattern =>
                    Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), pattern, SearchOption.AllDirectories)
                )
            )
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static void Run(string program, params string[] arguments)
    {
        var result = ChildProcess.Run(new Command(program, arguments) { WorkingDirectory = Repository.Root });
        Assert.True(
            result.ExitCode == 0,
            $"`{program} {string.Join(' ', arguments.Take(3))} ...` ends with {result.ExitCode}; `./build.sh --target=Format` formats\n{result.Output}{result.Error}"
        );
    }
}
