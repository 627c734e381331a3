using System.Text;
using System.Text.RegularExpressions;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Projects;

/// <summary>The block <c># /// script</c> of a script, as PEP 723 has it: comments that hold TOML.</summary>
internal static partial class ScriptBlock
{
    /// <summary>What stands before each line of the TOML.</summary>
    public const string Prefix = "# ";

    private const string Type = "script",
        Opening = "# /// ";

    /// <summary>Finds the block.</summary>
    /// <param name="script">The script's text.</param>
    /// <param name="origin">The script as messages name it.</param>
    /// <param name="mistakes">Takes a second block, and one without an end.</param>
    /// <returns>The TOML, each line on the line that it has in the script; <c>null</c> if there is none.</returns>
    public static string? Find(string script, string origin, DiagnosticBag mistakes)
    {
        // Most scripts have none, and the first regular expression of a process takes long.
        if (!script.Contains(Opening + Type, StringComparison.Ordinal))
            return null;
        // As Python reads a text: a line ends in one way.
        var text = script.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var blocks = Block().Matches(text).Where(match => match.Groups["type"].Value == Type).ToList();
        foreach (var block in blocks.Skip(1))
            mistakes.Add(
                DiagnosticKinds.ScriptBlockMalformed,
                $"this is the second block `{Opening}{Type}`; the first stands on line {LineOf(text, blocks[0].Index)}: put both into one",
                new SourceLocation(origin, LineOf(text, block.Index), 1)
            );
        ReportUnclosed(text, blocks, origin, mistakes);
        if (blocks.Count == 0)
            return null;
        var content = blocks[0].Groups["content"];
        var toml = new StringBuilder().Append('\n', LineOf(text, content.Index) - 1);
        foreach (var line in content.Value.TrimEnd('\n').Split('\n'))
            toml.Append(line.StartsWith(Prefix, StringComparison.Ordinal) ? line[Prefix.Length..] : line[1..]).Append('\n');
        return toml.ToString();
    }

    // PEP 723 ignores such a block; the product would silently lack what the script requires.
    private static void ReportUnclosed(string text, List<Match> blocks, string origin, DiagnosticBag mistakes)
    {
        foreach (Match opening in OpeningLine().Matches(text))
            if (!blocks.Exists(block => block.Index <= opening.Index && opening.Index < block.Index + block.Length))
                mistakes.Add(
                    DiagnosticKinds.ScriptBlockMalformed,
                    $"the block `{Opening}{Type}` has no end, or a line in it does not begin with `# `; end it with a line `# ///`, and begin each line before with `# `",
                    new SourceLocation(origin, LineOf(text, opening.Index), 1)
                );
    }

    private static int LineOf(string text, int index) => text.AsSpan(0, index).Count('\n') + 1;

    // PEP 723's own, word for word.
    [GeneratedRegex(@"(?m)^# /// (?<type>[a-zA-Z0-9-]+)$\s(?<content>(^#(| .*)$\s)+)^# ///$")]
    private static partial Regex Block();

    [GeneratedRegex("(?m)^# /// script$")]
    private static partial Regex OpeningLine();
}
