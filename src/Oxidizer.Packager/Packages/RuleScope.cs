using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>A rule while it is applied, with what its resources have in common.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Origin">The rule, as the resources carry it.</param>
/// <param name="OptimizeLevel">0, 1 or 2.</param>
/// <param name="Distribution">Its suffixes tell extension modules.</param>
/// <param name="Context">The build.</param>
internal sealed record RuleScope(
    ResourceRule Rule,
    ResourceOrigin Origin,
    int OptimizeLevel,
    Distribution Distribution,
    BuildContext Context
)
{
    private const int NamesInMessage = 3;

    /// <summary>Where all that it brings lives.</summary>
    public ResourceLocation Location { get; init; } = ResourceLocation.Embedded;

    /// <summary>Full names of packages that are left out with all below them.</summary>
    public IReadOnlySet<string> LeftOut { get; init; } = new HashSet<string>();

    /// <summary>What the rule leaves out by its <c>excludes</c>.</summary>
    public ExcludedNames Excluded { get; } = new(Rule.Excludes);

    /// <summary>The folder that links should not lead out of, absolute; <c>null</c>: that which is read.</summary>
    public string? Root { get; init; }

    /// <summary>Whether hidden folders and what tools leave behind are taken too: of data all is.</summary>
    public bool TakesAll { get; init; }

    /// <summary>Links that lead out of their tree, each with its target.</summary>
    public List<(string Link, string Target)> LinksOut { get; } = [];

    /// <summary>Adds a diagnostic at the rule's place.</summary>
    public void Report(DiagnosticKind kind, string message) => Context.Diagnostics.Add(kind, message, Rule.Location);

    /// <summary>Says that something in a package is not packed.</summary>
    public void ReportLeftOut(string path, string reason) =>
        Report(
            DiagnosticKinds.FileLeftOut,
            $"`{path}` is left out of {Origin}, because {reason}; only regular files with names in UTF-8 are packed: correct or remove it"
        );

    /// <summary>Looks where a link leads. What it leads to is packed in its place, wherever it is; but another folder than the rule names
    /// is worth a word.</summary>
    public void NoteLink(string link)
    {
        if (Root is not { } root || File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName is not { } target)
            return;
        var real = Directory.ResolveLinkTarget(root, returnFinalTarget: true)?.FullName ?? root;
        if (!IsBelow(target, root) && !IsBelow(target, real))
            LinksOut.Add((link, target));

        static bool IsBelow(string path, string folder) => path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);
    }

    /// <summary>What a link says, if it is packed as a link: it is relative, and does not leave the tree.</summary>
    /// <param name="link">Its path, below the tree's root.</param>
    public string? PackedTarget(string link)
    {
        const int longest = 4096;
        if (
            Root is not { } root
            || new FileInfo(link).LinkTarget is not { Length: > 0 } target
            || target[0] == '/'
            || System.Text.Encoding.UTF8.GetByteCount(target) >= longest
            || target.Contains('\uFFFD', StringComparison.Ordinal) // .NET's word for what is not UTF-8
        )
            return null;
        var depth = Path.GetRelativePath(root, link).Count(letter => letter == '/');
        foreach (var part in target.Split('/'))
        {
            depth += part switch
            {
                "" or "." => 0,
                ".." => -1,
                _ => 1,
            };
            if (depth < 0)
                return null;
        }
        return target;
    }

    /// <summary>Says which links led out of their tree: what they lead to is packed, and changes with other folders than the rule
    /// names.</summary>
    public void ReportLinksOut()
    {
        if (LinksOut.Count == 0)
            return;
        var some = string.Join(", ", LinksOut.Take(NamesInMessage).Select(pair => $"`{pair.Link}` to `{pair.Target}`"));
        var more = LinksOut.Count > NamesInMessage ? $" and {LinksOut.Count - NamesInMessage} more" : "";
        Report(
            DiagnosticKinds.LinkLeadsOut,
            $"links of {Origin} lead out of its folder: {some}{more}; what they lead to is packed: leave it out with `excludes` if it is not meant"
        );
    }

    /// <summary>A file that was found by name. Its digest may be missing still: <see cref="FileDigests"/> fills in those of a whole rule at
    /// once.</summary>
    public static ResourceFile Resolve(FileNode file) =>
        new(file.Path, file.Digest ?? default, file.Size) { IsExecutable = file.IsExecutable };
}
