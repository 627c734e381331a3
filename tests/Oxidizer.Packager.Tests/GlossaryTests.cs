using System.Text.RegularExpressions;

namespace Oxidizer.Packager.Tests;

/// <summary>docs/glossary.md: who asks where something is decided is led to a file that is there, and that decides it.</summary>
public sealed partial class GlossaryTests
{
    private static readonly string s_docs = Path.Combine(Repository.Root, "docs");

    [Fact]
    public void Ten_questions_and_more_lead_to_files_that_hold_the_word_to_look_for()
    {
        var rows = File.ReadLines(Path.Combine(s_docs, "glossary.md"))
            .SkipWhile(line => line != "| question | file | what to look for there |")
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|'))
            .ToList();
        Assert.InRange(rows.Count, 10, 40);
        Assert.Empty(
            rows.SelectMany(row =>
                FilesOf(row[1])
                    .Where(file => !Holds(file, row[2].Trim(' ', '`')))
                    .Select(file => $"{row[0].Trim()}: {file} has no {row[2].Trim()}")
            )
        );
        Assert.All(rows, row => Assert.NotEmpty(FilesOf(row[1])));
    }

    [Fact]
    public void Every_document_leads_to_files_that_are_there()
    {
        var offenders = Directory
            .EnumerateFiles(s_docs, "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Repository.Root, "README.md"))
            .SelectMany(document =>
                FilesOf(File.ReadAllText(document))
                    .Where(link => !Exists(document, link))
                    .Select(link => $"{Path.GetRelativePath(Repository.Root, document)}: {link}")
            );
        Assert.Empty(offenders);
    }

    private static bool Holds(string link, string word)
    {
        var path = Path.GetFullPath(link, s_docs);
        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path).Any(file => File.ReadAllText(file).Contains(word, StringComparison.Ordinal))
            : File.Exists(path) && File.ReadAllText(path).Contains(word, StringComparison.Ordinal);
    }

    private static bool Exists(string document, string link) =>
        Path.GetFullPath(link, Path.GetDirectoryName(document)!) is var path && (File.Exists(path) || Directory.Exists(path));

    private static IEnumerable<string> FilesOf(string text) =>
        Link().Matches(text).Select(match => match.Groups["path"].Value).Where(path => !path.Contains("://", StringComparison.Ordinal));

    [GeneratedRegex(@"\]\((?<path>[^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex Link();
}
