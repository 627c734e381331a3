using System.Text;
using System.Text.Json;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Projects;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Tests.Projects;

/// <summary>The schema for editors: what is checked in is what the declarations say, and these say what the reader takes.</summary>
public sealed class ConfigurationSchemaTests
{
    private static readonly string s_path = Path.Combine(Repository.Root, ConfigurationSchema.FileName);
    private static readonly SchemaCheck s_schema = new(JsonDocument.Parse(ConfigurationSchema.Write()).RootElement);

    // A value of each kind, as TOML.
    private static readonly (KeyValues Kind, string Written)[] s_values =
    [
        (KeyValues.Text, "\"text\""),
        (KeyValues.Flag, "true"),
        (KeyValues.Integer, "1"),
        (KeyValues.Texts, "[\"text\"]"),
        (KeyValues.TextTable, "{ key = \"text\" }"),
    ];

    [Fact]
    public void The_schema_that_is_checked_in_is_made_from_the_keys()
    {
        var written = Encoding.UTF8.GetString(ConfigurationSchema.Write());
        if (Environment.GetEnvironmentVariable("OXIDIZER_UPDATE_GOLDEN") == "1")
            File.WriteAllText(s_path, written);
        GoldenFile.AssertIs(s_path, written);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_key_reads_the_kinds_of_values_that_it_declares_and_no_other(string table, string key)
    {
        var declared = Declared(table).Single(declared => declared.Name == key);
        foreach (var (kind, written) in s_values)
            // Of a key with words alone another text is a wrong word, or of the wrong type.
            if (kind != KeyValues.Text || declared.Values.HasFlag(kind) || declared.Words.Count == 0)
                Assert.True(IsOfWrongType(table, key, written) != declared.Values.HasFlag(kind), $"{key} = {written}");
        Assert.All(declared.Words, word => Assert.False(IsOfWrongType(table, key, $"\"{word}\"")));
    }

    public static TheoryData<string, string> Keys()
    {
        var rows = new TheoryData<string, string>();
        foreach (
            var table in ConfigurationTables
                .Names.Where(name => name != "python_packages")
                .Concat(RuleTypes.All.Select(type => "rule." + type.Names[0]))
        )
        foreach (var key in Declared(table))
            rows.Add(table, key.Name);
        return rows;
    }

    [Fact]
    public void Every_configuration_of_the_tree_is_what_the_schema_says()
    {
        var texts = Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "examples"), "*.toml", SearchOption.AllDirectories)
            .Select(path => (path, File.ReadAllText(path)))
            .Concat(
                new[] { "README.md", "docs/configuration.md" }.SelectMany(name =>
                    File.ReadAllText(Path.Combine(Repository.Root, name))
                        .Split("```toml\n")
                        .Skip(1)
                        .Select(part => (name, part.Split("```")[0]))
                )
            )
            .ToList();
        Assert.InRange(texts.Count, 6, 100);
        Assert.All(texts, text => Assert.Null(s_schema.ProblemOf(Parse(text.Item2))));
    }

    [Theory]
    [InlineData("[build]\nstripp = true\n")]
    [InlineData("[biuld]\n")]
    [InlineData("[build]\nstrip = 1\n")]
    [InlineData("[build]\noutput = \"dll\"\n")]
    [InlineData("[python_config]\noptimize_level = 3\n")]
    [InlineData("[python_config]\nwarnings = [1]\n")]
    [InlineData("[python_config]\nact_as_python = \"true\"\n")]
    [InlineData("[python_run]\nentry_points = { a = 1 }\n")]
    [InlineData("[cache]\nmax_size = 0\n")]
    [InlineData("[[python_packages]]\npath = \".\"\n")]
    [InlineData("[[python_packages]]\ntype = \"package-root\"\npath = \".\"\n")]
    [InlineData("[[python_packages]]\ntype = \"pip-install\"\n")]
    [InlineData("[[python_packages]]\ntype = \"stdlib\"\npath = \".\"\n")]
    [InlineData("[python_packages]\ntype = \"stdlib\"\n")]
    [InlineData("[[build]]\ntarget = 1\n")]
    public void What_the_reader_refuses_of_names_and_types_the_schema_refuses_too(string text)
    {
        Assert.NotNull(s_schema.ProblemOf(Parse(text)));
        Assert.Throws<BuildFailedException>(() =>
            ConfigurationReader
                .Parse(text + "\n[[python_packages]]\ntype = \"stdlib\"\n", "oxidizer.toml", "/project")
                .For(TargetTriple.Host)
        );
    }

    [Theory]
    [InlineData("[[build]]\ntarget = \"x86_64-*\"\nstrip = false\n[[build]]\nbuild_target = \"all\"\n")]
    [InlineData("[embedded_python_config]\nno_site = true\n[[packaging_rule]]\ntype = \"pip-install-simple\"\npackage = \"x\"\n")]
    [InlineData("[python_run]\nentry_points = [\"a\"]\n")]
    [InlineData("[python_run]\nentry_points = { a = \"b:c\" }\n[python_config]\nact_as_python = false\nlazy_modules = true\n")]
    [InlineData(
        "[packing]\norder = \"modules.txt\"\n[cache]\nmax_size = \"10 GB\"\n[python_extensions]\nvariants = { readline = \"libedit\" }\n"
    )]
    public void What_the_reader_takes_the_schema_takes(string text) => Assert.Null(s_schema.ProblemOf(Parse(text)));

    private static IEnumerable<DeclaredKey> Declared(string table) =>
        table.StartsWith("rule.", StringComparison.Ordinal)
            ? RuleTypes.All.Single(type => type.Names[0] == table["rule.".Length..]).Known
            : ConfigurationTables.KeysOf(table);

    private static bool IsOfWrongType(string table, string key, string written)
    {
        var text = table.StartsWith("rule.", StringComparison.Ordinal)
            ? $"[[python_packages]]\ntype = \"{table["rule.".Length..]}\"\n{key} = {written}\n"
            : $"[{table}]\n{key} = {written}\n";
        try
        {
            ConfigurationReader.Parse(text, "oxidizer.toml", "/project").For(TargetTriple.Host);
            return false;
        }
        catch (BuildFailedException failure)
        {
            return failure.Diagnostics.Any(mistake =>
                mistake.Kind.Id == "OXI0103" && mistake.Message.Contains($"`{key}`", StringComparison.Ordinal)
            );
        }
    }

    private static TomlTable Parse(string text)
    {
        var mistakes = new DiagnosticBag();
        var root = ReadToml.Read(text, "oxidizer.toml", mistakes);
        Assert.Empty(mistakes.All);
        return root;
    }
}
