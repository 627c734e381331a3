using System.Reflection;
using System.Text.RegularExpressions;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Tests;

/// <summary>The table of diagnostics, against its reference.</summary>
public sealed partial class DiagnosticTests
{
    private static readonly IReadOnlyList<DiagnosticKind> s_declared =
    [
        .. typeof(DiagnosticKinds)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(DiagnosticKind))
            .Select(field => (DiagnosticKind)field.GetValue(null)!),
    ];

    [Fact]
    public void An_id_is_used_once()
    {
        Assert.NotEmpty(s_declared);
        Assert.Empty(s_declared.GroupBy(kind => kind.Id).Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.Equal(s_declared.Count, DiagnosticKinds.All.Count);
    }

    [Fact]
    public void An_id_is_OXI_and_four_digits_and_its_title_is_in_lower_case_without_a_full_stop()
    {
        Assert.All(s_declared, kind => Assert.Matches("^OXI[0-9]{4}$", kind.Id));
        Assert.Empty(s_declared.Where(kind => kind.Title.Length == 0 || kind.Title.EndsWith('.')).Select(kind => kind.Id));
    }

    [Fact]
    public void Every_diagnostic_stands_in_the_reference_with_its_severity_and_title()
    {
        var rows = Rows();
        var offenders = s_declared
            .Where(kind =>
                !rows.TryGetValue(kind.Id, out var row) || row[1] != kind.Severity.ToString().ToLowerInvariant() || row[2] != kind.Title
            )
            .Select(kind => $"| {kind.Id} | {kind.Severity.ToString().ToLowerInvariant()} | {kind.Title} | ... | ... |");
        Assert.Empty(offenders);
    }

    [Fact]
    public void Every_diagnostic_of_the_reference_exists_and_says_what_it_means_and_the_way_out()
    {
        // 09 is the cache's room, which declares its ids itself; 10 the runtime's.
        var ours = Rows()
            .Where(row => !row.Key.StartsWith("OXI09", StringComparison.Ordinal) && !row.Key.StartsWith("OXI10", StringComparison.Ordinal));
        Assert.Empty(ours.Where(row => !DiagnosticKinds.All.ContainsKey(row.Key)).Select(row => row.Key));
        Assert.Empty(Rows().Where(row => row.Value.Length != 5 || row.Value.Any(cell => cell.Length == 0)).Select(row => row.Key));
    }

    [Fact]
    public void Every_diagnostic_is_raised_somewhere()
    {
        var sources = Path.Combine(Repository.Root, "src");
        var raised = Directory
            .EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(path => Raised().Matches(File.ReadAllText(path)).Select(match => match.Groups["name"].Value))
            .ToHashSet(StringComparer.Ordinal);
        Assert.Empty(
            typeof(DiagnosticKinds).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.Name).Except(raised)
        );
    }

    [Fact]
    public void Every_diagnostic_is_named_by_a_test_that_provokes_it()
    {
        string[] patterns = ["*.cs", "*.py", "*.c"];
        var named = patterns
            .SelectMany(pattern => Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), pattern, SearchOption.AllDirectories))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(path => Id().Matches(File.ReadAllText(path)).Select(match => match.Value))
            .ToHashSet(StringComparer.Ordinal);
        // Those of the cache and of the runtime are in the reference alone.
        Assert.Empty(Rows().Keys.Concat(DiagnosticKinds.All.Keys).Distinct().Except(named));
    }

    [Fact]
    public void An_id_that_was_given_up_is_not_given_again()
    {
        var line = File.ReadLines(Path.Combine(Repository.Root, "docs", "diagnostics.md"))
            .Single(line => line.StartsWith("Given up", StringComparison.Ordinal));
        var given = line.Split(':')[1].Trim(' ', '.').Split(", ").Select(number => "OXI" + number).ToList();
        Assert.Contains("OXI0203", given);
        Assert.Empty(given.Intersect(s_declared.Select(kind => kind.Id)));
    }

    [Fact]
    public void Every_warning_of_the_cache_stands_in_the_reference()
    {
        // The cache knows nothing of this assembly, so its ids are read off the warnings themselves.
        var warnings = typeof(Cache.CacheWarning)
            .Assembly.GetType("Oxidizer.Cache.CacheWarnings", throwOnError: true)!
            .GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => method.ReturnType == typeof(Cache.CacheWarning))
            .Select(method =>
                (
                    (Cache.CacheWarning)
                        method.Invoke(
                            null,
                            [
                                .. method
                                    .GetParameters()
                                    .Select(parameter =>
                                        parameter.ParameterType == typeof(string)
                                            ? "text"
                                            : Activator.CreateInstance(parameter.ParameterType)
                                    ),
                            ]
                        )!
                ).Id
            )
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.NotEmpty(warnings);
        Assert.Equal(warnings, Rows().Keys.Where(id => id.StartsWith("OXI09", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\bDiagnosticKinds[.](?<name>\w+)")]
    private static partial Regex Raised();

    [GeneratedRegex("OXI[0-9]{4}")]
    private static partial Regex Id();

    private static Dictionary<string, string[]> Rows() =>
        File.ReadLines(Path.Combine(Repository.Root, "docs", "diagnostics.md"))
            .Where(line => line.StartsWith("| OXI", StringComparison.Ordinal))
            .Select(line => line.Trim('|', ' ').Split(" | ").Select(cell => cell.Trim()).ToArray())
            .ToDictionary(cells => cells[0], StringComparer.Ordinal);
}
