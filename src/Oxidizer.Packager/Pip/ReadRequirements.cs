using System.Text;
using System.Text.RegularExpressions;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Pip;

/// <summary>What a rule asks for, with the content of every file that it leads to.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Digest">Changes when another set of distributions may be the answer.</param>
/// <param name="Variables">The variables of the environment that its texts take in.</param>
internal sealed record AskedRequirements(PipInstallRule Rule, Sha256Digest Digest, IReadOnlyList<string> Variables);

/// <summary>
/// Reads requirements as far as it must be known whether they changed: pip alone decides what they mean. Comments and spaces do not count,
/// nor where the files are: a lock serves every checkout. Secrets in addresses do not count, and are in no digest.
/// </summary>
internal sealed partial class ReadRequirements
{
    // What decides which requirements a project has, and its version.
    private static readonly string[] s_projectFiles = ["pyproject.toml", "setup.cfg", "setup.py"];

    private readonly List<string> _lines = [];
    private readonly SortedSet<string> _variables = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly string _folder;
    private readonly DiagnosticBag _diagnostics;

    private ReadRequirements(string folder, DiagnosticBag diagnostics) => (_folder, _diagnostics) = (folder, diagnostics);

    /// <summary>Reads what a rule asks for; <c>null</c> when a file of it cannot be read, which is reported.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="folder">The configuration's: relative paths of requirements start here, as pip has it for its own folder.</param>
    /// <param name="python">The version of Python that markers see, such as <c>3.11.2</c>.</param>
    /// <param name="target">What the product runs on.</param>
    /// <param name="diagnostics">Takes what cannot be read.</param>
    public static AskedRequirements? Read(PipInstallRule rule, string folder, string python, string target, DiagnosticBag diagnostics)
    {
        var reader = new ReadRequirements(folder, diagnostics);
        reader.Add("python", python);
        reader.Add("target", target);
        foreach (var package in rule.Packages)
            reader.AddRequirement(package);
        var isRead = rule.RequirementsPath is not { } path || reader.AddFile("-r", path, rule.Location);
        if (rule.PylockPath is { } pylock)
            reader.Add("pylock", pylock);
        foreach (var constraints in rule.Constraints)
            isRead &= reader.AddFile("-c", constraints, rule.Location);
        reader.Add("index", rule.IndexUrl ?? "");
        foreach (var index in rule.ExtraIndexUrls)
            reader.Add("extra index", index);
        foreach (var links in rule.FindLinks)
            reader.Add("links", Path.GetRelativePath(folder, links));
        reader.Add("options", $"{rule.NoIndex} {rule.RequireHashes}");
        foreach (var argument in rule.ExtraArgs)
            reader.Add("argument", argument);
        return isRead ? new AskedRequirements(rule, Sha256Digest.Of(string.Join('\n', reader._lines)), [.. reader._variables]) : null;
    }

    private void Add(string what, string text)
    {
        _variables.UnionWith(AddressText.VariablesOf(text));
        _lines.Add($"{what} {AddressText.WithoutCredentials(text)}");
    }

    private bool AddFile(string how, string path, SourceLocation? location)
    {
        // A file that includes itself, over others: pip reads it once too.
        if (!_open.Add(path))
            return true;
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(
                Oxidizer.Cache.Files.RegularFile.ReadAllBytes(path, 64 << 20)
            );
            _lines.Add($"{how} (");
            var isRead = true;
            foreach (var (line, number) in Lines(text.TrimStart('\uFEFF')))
                isRead &= AddLine(line, Path.GetDirectoryName(path)!, new SourceLocation(path, number));
            _lines.Add(")");
            return isRead;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            var reason =
                exception is FileNotFoundException or DirectoryNotFoundException ? "it is not there"
                : exception is DecoderFallbackException ? "it is not UTF-8"
                : exception.Message.TrimEnd('.');
            _diagnostics.Add(
                DiagnosticKinds.RequirementsNotReadable,
                $"the requirements `{path}` cannot be read: {reason}; name an existing file of requirements",
                location
            );
            return false;
        }
        finally
        {
            _open.Remove(path);
        }
    }

    private bool AddLine(string line, string folder, SourceLocation place)
    {
        var include = Include().Match(line);
        if (!include.Success)
        {
            AddRequirement(line);
            return true;
        }
        var named = include.Groups["path"].Value;
        if (named.Contains("://", StringComparison.Ordinal))
        {
            _diagnostics.Add(
                DiagnosticKinds.RequirementsNotReadable,
                $"`{AddressText.WithoutCredentials(line)}` includes requirements from an address, of which nobody knows when they change; keep a copy beside the configuration, and include that",
                place
            );
            return false;
        }
        return AddFile(include.Groups["how"].Value is "-c" or "--constraint" ? "-c" : "-r", Path.GetFullPath(named, folder), place);
    }

    private void AddRequirement(string text)
    {
        Add("requirement", Spaces().Replace(text.Trim(), " "));
        if (PathOf(text) is not { } path)
            return;
        if (File.Exists(path))
            _lines.Add($"file {Sha256Digest.OfFile(path)}");
        foreach (var file in s_projectFiles.Select(name => Path.Combine(path, name)).Where(File.Exists))
            _lines.Add($"{Path.GetFileName(file)} {Sha256Digest.OfFile(file)}");
    }

    // The file or folder that a requirement names; null for one that an index has.
    private string? PathOf(string text)
    {
        text = Editable().Replace(text.Trim(), "");
        text = Named().Replace(text, "");
        text = Extras().Replace(Tail().Replace(text, ""), "");
        if (text.StartsWith("file:", StringComparison.Ordinal))
            return Uri.TryCreate(text, UriKind.Absolute, out var address) ? address.LocalPath : null;
        return
            text.Contains("://", StringComparison.Ordinal)
            || !(text.Contains('/') || text.StartsWith('.') || text.EndsWith(".whl", StringComparison.Ordinal))
            ? null
            : Path.GetFullPath(text, _folder);
    }

    // As pip: a backslash at the end joins lines, also across a comment's; then comments go.
    private static IEnumerable<(string Line, int Number)> Lines(string text)
    {
        var (joined, first) = ("", 0);
        var number = 0;
        foreach (var raw in text.Split('\n').Append(""))
        {
            number++;
            var line = raw.TrimEnd('\r');
            first = joined.Length == 0 ? number : first;
            if (line.EndsWith('\\') && !line.TrimStart().StartsWith('#'))
            {
                joined += line[..^1];
                continue;
            }
            var whole = Comment().Replace(joined + line, "").Trim();
            joined = "";
            if (whole.Length > 0)
                yield return (whole, first);
        }
    }

    [GeneratedRegex(@"(^|\s+)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^(?<how>-r|--requirement|-c|--constraint)(\s*=\s*|\s+|(?<=-[rc]))(?<path>\S.*)$")]
    private static partial Regex Include();

    [GeneratedRegex(@"^(-e|--editable)(\s+|=)")]
    private static partial Regex Editable();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]*\])?\s*@\s*")]
    private static partial Regex Named();

    [GeneratedRegex(@"(\s+--\S.*|\s*;.*)$")]
    private static partial Regex Tail();

    [GeneratedRegex(@"(\[[^\]]*\]|#\S*)$")]
    private static partial Regex Extras();
}
