using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.Tests.Configuration;

/// <summary>docs/configuration.md against the reader: neither may know a key that the other does not.</summary>
public sealed class ReferenceTests
{
    private static readonly string[] s_lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "configuration.md"));

    [Fact]
    public void Every_key_of_the_reader_stands_in_the_reference_and_the_other_way_round()
    {
        var read = ReaderKeys().Select(key => key.Key).Order(StringComparer.Ordinal).ToList();
        var documented = DocumentedRows().Select(row => row.Key).Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(read);
        Assert.Empty(read.Except(documented).Select(key => $"not in the reference: {key}"));
        Assert.Empty(documented.Except(read).Select(key => $"unknown to the reader: {key}"));
        Assert.Equal(documented.Distinct(), documented);
    }

    [Fact]
    public void Every_word_that_a_key_takes_stands_in_its_row()
    {
        var rows = DocumentedRows().ToDictionary(row => row.Key, row => row.Line, StringComparer.Ordinal);
        var missing = ReaderKeys().SelectMany(key => key.Choices.Where(choice => !rows[key.Key].Contains($"`\"{choice}\"`")).Select(choice => $"{key.Key} = {choice}"));
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_type_of_rule_stands_in_the_reference_and_the_other_way_round()
    {
        var read = RuleTypes.All.SelectMany(type => type.Names).Order(StringComparer.Ordinal);
        var documented = s_lines.Where(line => line.StartsWith("### `", StringComparison.Ordinal)).SelectMany(Quoted).Order(StringComparer.Ordinal);
        Assert.Equal(read, documented);
    }

    [Fact]
    public void What_is_not_supported_yet_is_marked_so_and_nothing_else_is()
    {
        var marked = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var row in DocumentedRows().Where(row => row.Line.Contains("*not yet*")))
            marked.Add(row.Key.StartsWith("rule", StringComparison.Ordinal) ? row.Key.Split('.')[^1] : row.Key);
        for (var i = 0; i < s_lines.Length; i++)
            if (s_lines[i].EndsWith("*Not yet.*", StringComparison.Ordinal))
                marked.Add(Quoted(s_lines.Take(i).Last(line => line.StartsWith("### ", StringComparison.Ordinal))).First());
        var known = NotYet.Keys.Select(entry => entry.Key).Concat(NotYet.Rules.Select(entry => entry.Name));
        Assert.Equal(known.Order(StringComparer.Ordinal), marked);
    }

    [Fact]
    public void The_references_own_examples_are_read()
    {
        var text = string.Join('\n', s_lines);
        var samples = text.Split("```toml\n").Skip(1).Select(part => part.Split("```")[0]).ToList();
        Assert.Equal(2, samples.Count);
        Assert.Equal("hello", ConfigurationReader.Parse(samples[0], "oxidizer.toml", "/project").For(TargetTriple.Host).Build.ApplicationName);
        var withRule = samples[1] + "\n[[python_packages]]\ntype = \"stdlib\"\n";
        Assert.Equal("mold", ConfigurationReader.Parse(withRule, "oxidizer.toml", "/project").For(new TargetTriple("x86_64-unknown-linux-gnu")).Toolchain.Linker);
    }

    private static IEnumerable<(string Key, IReadOnlyList<string> Choices)> ReaderKeys()
    {
        var tables = ConfigurationTables.Names.SelectMany(table => ConfigurationTables.KeysOf(table).Select(key => ($"[{table}].{key.Name}", key.Choices)));
        var common = RuleKeys.Common<StdlibRule>([]).Select(key => ("rule.common." + key.Name, key.Choices)).ToList();
        var commonNames = common.Select(key => key.Item1.Split('.')[^1]).ToHashSet(StringComparer.Ordinal);
        // A rule either brings resources, and then has all common keys, or has none of them.
        var rules = RuleTypes.All.SelectMany(type => type.Known.Where(key => !commonNames.Contains(key.Name) || type.Known.Count() == 1)
            .Select(key => ($"rule.{type.Names[0]}.{key.Name}", key.Choices)));
        return tables.Select(key => (key.Item1.Replace("[", "").Replace("]", ""), key.Choices)).Concat(common).Concat(rules)
            .SelectMany(key => key.Item1.StartsWith("rule.filter-include.", StringComparison.Ordinal) ? [] : new[] { key });
    }

    // The first column of every table, under the heading above it.
    private static IEnumerable<(string Key, string Line)> DocumentedRows()
    {
        var heading = "";
        foreach (var line in s_lines)
        {
            if (line.StartsWith("## [", StringComparison.Ordinal))
                heading = line[3..].Trim('[', ']');
            else if (line.StartsWith("### Keys of every rule", StringComparison.Ordinal))
                heading = "rule.common";
            else if (line.StartsWith("### `", StringComparison.Ordinal))
                heading = "rule." + Quoted(line).Last(name => name is not ("pip-install-simple" or "requirements" or "project"));
            else if (line.StartsWith("| `", StringComparison.Ordinal))
                yield return ($"{heading}.{Quoted(line).First()}", line);
        }
    }

    private static IEnumerable<string> Quoted(string line) => line.Split('`').Where((_, index) => index % 2 == 1);
}
