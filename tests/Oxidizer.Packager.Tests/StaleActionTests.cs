using System.Text.RegularExpressions;
using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.Tests;

/// <summary>That docs/architecture.md names, for each key that the engine makes, the test that changes what the action reads.</summary>
public sealed partial class StaleActionTests
{
    private static readonly string s_tests = Path.Combine(Repository.Root, "tests");

    [Fact]
    public void Every_key_stands_in_the_table_of_tests_and_every_row_of_it_is_a_key() =>
        Assert.Equal(Kinds().Order(StringComparer.Ordinal), Rows().Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_test_of_the_table_is_there()
    {
        var tests = Directory
            .EnumerateFiles(s_tests, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path)!)
            .ToHashSet(StringComparer.Ordinal);
        Assert.All(Rows(), row => Assert.NotEmpty(row.Value));
        Assert.All(Rows().SelectMany(row => row.Value), test => Assert.Contains(test, tests));
    }

    // Kinds are literals, constants of ActionKinds, or a constant of the same file.
    private static HashSet<string> Kinds()
    {
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        foreach (
            var file in Directory.EnumerateFiles(
                Path.Combine(Repository.Root, "src/Oxidizer.Packager"),
                "*.cs",
                SearchOption.AllDirectories
            )
        )
        {
            var text = File.ReadAllText(file);
            foreach (Match match in Key().Matches(text))
            {
                var kind = match.Groups["kind"].Value;
                kinds.Add(
                    kind.StartsWith('"') ? kind.Trim('"')
                    : kind.StartsWith("ActionKinds.", StringComparison.Ordinal)
                        ? (string)typeof(ActionKinds).GetField(kind["ActionKinds.".Length..])!.GetValue(null)!
                    : Regex.Match(text, $"const string {kind} = \"(?<value>\\w+)\"").Groups["value"].Value
                );
            }
        }
        Assert.Contains(ActionKinds.Pack, kinds);
        return kinds;
    }

    private static Dictionary<string, List<string>> Rows() =>
        File.ReadLines(Path.Combine(Repository.Root, "docs/architecture.md"))
            .SkipWhile(line => !line.StartsWith("| kind of key |", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .SelectMany(cells => Names(cells[1]).Select(kind => (kind, tests: Names(cells[2]).ToList())))
            .ToDictionary(row => row.kind, row => row.tests, StringComparer.Ordinal);

    private static IEnumerable<string> Names(string cell) => Name().Matches(cell).Select(match => match.Groups["name"].Value);

    [GeneratedRegex(@"new ActionKeyBuilder\(\s*(?<kind>[\w.""]+),\s*[\w.]+\)")]
    private static partial Regex Key();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Name();
}
