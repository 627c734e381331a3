using System.Text.RegularExpressions;

namespace Oxidizer.Packager.Tests;

/// <summary>docs/decisions: one form of names, numbers and headings, an index, and no reference into nothing.</summary>
public sealed partial class DecisionTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "docs", "decisions");

    private static readonly string[] s_names =
    [
        .. Directory
            .EnumerateFiles(s_folder)
            .Select(path => Path.GetFileName(path))
            .Where(name => name != "README.md")
            .Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void A_decision_is_named_by_a_number_of_four_digits_and_a_title()
    {
        Assert.NotEmpty(s_names);
        Assert.All(s_names, name => Assert.Matches("^[0-9]{4}(-[a-z0-9]+)+[.]md$", name));
    }

    [Fact]
    public void A_number_is_given_to_one_decision() =>
        Assert.Empty(s_names.GroupBy(name => name[..4]).Where(group => group.Count() > 1).Select(group => string.Join(", ", group)));

    [Fact]
    public void The_heading_of_a_decision_is_its_number_and_its_title() =>
        Assert.Empty(
            s_names
                .Where(name => !Regex.IsMatch(HeadingOf(name), $"^# {name[..4]}[.] [^ ].*[^.]$"))
                .Select(name => $"{name}: {HeadingOf(name)}")
        );

    [Fact]
    public void The_index_lists_every_decision_in_order()
    {
        var index = File.ReadLines(Path.Combine(s_folder, "README.md")).Where(line => line.StartsWith("| [", StringComparison.Ordinal));
        Assert.Equal(s_names.Select(name => $"| [{name[..4]}]({name}) | {HeadingOf(name)[8..]} |"), index);
    }

    [Fact]
    public void Every_decision_that_is_named_is_there_and_is_named_in_one_form()
    {
        var numbers = s_names.Select(name => name[..4]).ToHashSet(StringComparer.Ordinal);
        var offenders = Texts()
            .SelectMany(path =>
                Numbered()
                    .Matches(File.ReadAllText(path))
                    .Select(match => match.Groups["number"].Value)
                    .Where(number => !numbers.Contains(number))
                    .Select(number => $"{Path.GetRelativePath(Repository.Root, path)}: decision {number}")
            );
        var paths = Texts()
            .SelectMany(path =>
                Linked()
                    .Matches(File.ReadAllText(path))
                    .Select(match => match.Groups["name"].Value)
                    .Where(name => !s_names.Contains(name))
                    .Select(name => $"{Path.GetRelativePath(Repository.Root, path)}: {name}")
            );
        Assert.Empty(offenders.Concat(paths));
    }

    private static string HeadingOf(string name) => File.ReadLines(Path.Combine(s_folder, name)).First();

    private static IEnumerable<string> Texts()
    {
        string[] suffixes = [".md", ".cs", ".c", ".h", ".py"];
        var folders = new[] { "docs", "src", "tests", "benchmarks", "compatibility", "examples" }
            .Select(folder => Path.Combine(Repository.Root, folder))
            .Where(Directory.Exists);
        return folders
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Append(Path.Combine(Repository.Root, "README.md"))
            .Append(Path.Combine(Repository.Root, "CHANGELOG.md"))
            .Where(path =>
                suffixes.Contains(Path.GetExtension(path))
                && !path.Contains("/bin/", StringComparison.Ordinal)
                && !path.Contains("/obj/", StringComparison.Ordinal)
            );
    }

    // Also over the end of a line.
    [GeneratedRegex(@"\b[Dd]ecision\s+(?<number>[0-9]+)")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"decisions/(?<name>[0-9][^)\]\s<>`;,]*[.]md)")]
    private static partial Regex Linked();
}
