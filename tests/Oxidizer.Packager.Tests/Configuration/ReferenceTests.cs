using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.Tests.Configuration;

/// <summary>docs/configuration.md against the reader: neither may know a key that the other does not, and the rows of the tables are made
/// from the keys.</summary>
public sealed class ReferenceTests
{
    private static readonly string s_path = Path.Combine(Repository.Root, "docs", "configuration.md");

    private static readonly string[] s_lines = File.ReadAllLines(s_path);

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
    public void The_row_of_every_key_is_what_its_declaration_says()
    {
        var lines = new List<string>();
        var heading = "";
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in s_lines)
        {
            heading = HeadingOf(line) ?? heading;
            if (!line.StartsWith("| `", StringComparison.Ordinal))
                lines.Add(line);
            else if (written.Add(heading))
                lines.AddRange(
                    Declared(heading)
                        .Select(key =>
                            Row(
                                key.Key,
                                key.IsNeeded,
                                hasDefault: !heading.StartsWith("rule.", StringComparison.Ordinal) || heading == "rule.common"
                            )
                        )
                );
        }
        GoldenFile.AssertIs(s_path, string.Join('\n', lines) + "\n");
    }

    [Theory]
    [MemberData(nameof(Defaults))]
    public void A_default_that_the_reference_names_is_the_readers(string table, string key, string value)
    {
        const string Rule = "[[python_packages]]\ntype = \"stdlib\"\n";
        var text = table == "rule.common" ? $"{Rule}{key} = {value}\n" : $"[{table}]\n{key} = {value}\n{Rule}";
        Assert.Equal(Read(Rule), Read(text));
    }

    public static TheoryData<string, string, string> Defaults()
    {
        var rows = new TheoryData<string, string, string>();
        foreach (var table in ConfigurationTables.Names.Append("rule.common").Where(table => table != "python_packages"))
        foreach (var (key, _) in Declared(table))
            // `ar` and `program_name` are words: what a build finds, not what the reader sets.
            if (key.Default.Split('`') is ["", var value, ""] && value is not ("program_name" or "ar") && !value.Contains('_'))
                rows.Add(table, key.Name, value);
        return rows;
    }

    [Fact]
    public void Every_type_of_rule_stands_in_the_reference_and_the_other_way_round()
    {
        var read = RuleTypes.All.SelectMany(type => type.Names).Order(StringComparer.Ordinal);
        var documented = s_lines
            .Where(line => line.StartsWith("### `", StringComparison.Ordinal))
            .SelectMany(Quoted)
            .Order(StringComparer.Ordinal);
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
        Assert.Equal(4, samples.Count);
        Assert.Equal(
            "hello",
            ConfigurationReader.Parse(samples[0], "oxidizer.toml", "/project").For(TargetTriple.Host).Build.ApplicationName
        );
        var withRule = samples[1] + "\n[[python_packages]]\ntype = \"stdlib\"\n";
        Assert.Equal(
            "mold",
            ConfigurationReader
                .Parse(withRule, "oxidizer.toml", "/project")
                .For(new TargetTriple("x86_64-unknown-linux-gnu"))
                .Toolchain.Linker
        );
    }

    private static IEnumerable<(string Key, IReadOnlyList<string> Choices)> ReaderKeys() =>
        ConfigurationTables
            .Names.Where(table => table != "python_packages")
            .Append("rule.common")
            .Concat(RuleTypes.All.Where(type => type.Names[0] != "filter-exclude").Select(type => "rule." + type.Names[0]))
            .SelectMany(heading => Declared(heading).Select(key => ($"{heading}.{key.Key.Name}", key.Key.Choices)));

    // The keys below a heading, in order, and whether a rule must have each.
    private static IEnumerable<(DeclaredKey Key, bool IsNeeded)> Declared(string heading)
    {
        var common = RuleKeys.Common<StdlibRule>([]);
        if (heading == "rule.common")
            return common.Select(key => ((DeclaredKey)key, false));
        if (!heading.StartsWith("rule.", StringComparison.Ordinal))
            return ConfigurationTables.KeysOf(heading).Select(key => (key, false));
        var type = RuleTypes.All.Single(type => type.Names[0] == heading["rule.".Length..]);
        // A rule either brings resources, and then has all common keys, or has none of them.
        return type
            .Known.Where(key => !common.Any(other => other.Name == key.Name) || type.Known.Count() == 1)
            .Select(key => (key, type.Required.Contains(key.Name)));
    }

    private static string Row(DeclaredKey key, bool isNeeded, bool hasDefault)
    {
        var form = key.Form + (isNeeded ? ", needed" : "");
        var cells = hasDefault ? new[] { $"`{key.Name}`", form, key.Default, key.What } : [$"`{key.Name}`", form, key.What];
        return $"|{string.Concat(cells.Select(cell => cell.Length == 0 ? " |" : $" {cell} |"))}";
    }

    private static string Read(string text)
    {
        var configuration = ConfigurationReader.Parse(text, "oxidizer.toml", "/project").For(TargetTriple.Host);
        object[] parts =
        [
            configuration.Build,
            configuration.Distribution with
            {
                Location = null,
            },
            configuration.PythonConfig,
            configuration.Extensions with
            {
                Location = null,
            },
            (StdlibRule)configuration.Packages[0] with
            {
                Location = null,
            },
            configuration.Run with
            {
                Location = null,
            },
            configuration.Packing,
            configuration.Toolchain,
            configuration.Cache,
        ];
        return string.Join('\n', parts.Select(part => System.Text.Json.JsonSerializer.Serialize(part, part.GetType())));
    }

    // The first column of every table, under the heading above it.
    private static IEnumerable<(string Key, string Line)> DocumentedRows()
    {
        var heading = "";
        foreach (var line in s_lines)
        {
            heading = HeadingOf(line) ?? heading;
            if (line.StartsWith("| `", StringComparison.Ordinal))
                yield return ($"{heading}.{Quoted(line).First()}", line);
        }
    }

    private static string? HeadingOf(string line)
    {
        if (line.StartsWith("## [[", StringComparison.Ordinal))
            return "";
        if (line.StartsWith("## [", StringComparison.Ordinal))
            return line[3..].Trim('[', ']');
        if (line.StartsWith("### Keys of every rule", StringComparison.Ordinal))
            return "rule.common";
        return line.StartsWith("### `", StringComparison.Ordinal) ? "rule." + Quoted(line).First() : null;
    }

    private static IEnumerable<string> Quoted(string line) => line.Split('`').Where((_, index) => index % 2 == 1);
}
