using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packing;

/// <summary>
/// What a blob was made of, a line each, so that the next one can be explained by what differs: "`app/views.py` changed". The key has one
/// digest for all modules, because a field for each of thousands would make the key larger than what it saves. The newest contents of a
/// product are found by its name alone.
/// </summary>
internal sealed class PackedListing
{
    // The first of a hundred changed files say enough.
    private const int MostChanges = 3;
    private const char Separator = '\0';

    private readonly PackInput _input;
    private readonly ActionKey _head;

    public PackedListing(PackInput input)
    {
        _input = input;
        // It holds no folder, so that one checkout's build can be explained by another's.
        _head = new ActionKeyBuilder("pack_head", 1)
            .Add("product", input.Settings.First(setting => setting.Name == "program_name").Value)
            .Add("python", input.Python)
            .Build();
    }

    /// <summary>The differences from the product's newest blob, in words; <c>null</c> if there is no such blob, or no listed
    /// difference.</summary>
    public string? Explain(IActionCache cache)
    {
        if (cache.Find(_head) is not { Outputs: [var output] } || cache.TryRead(output.Digest) is not { } bytes)
            return null;
        var before = Encoding
            .UTF8.GetString(bytes)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(Separator))
            .Where(parts => parts.Length == 2)
            .DistinctBy(parts => parts[0])
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        var changes = new List<string>();
        foreach (var (name, value) in Lines())
        {
            if (!before.Remove(name, out var was))
                changes.Add($"`{name}` is new");
            else if (was != value)
                changes.Add(
                    value.Length < Sha256Digest.Size && was.Length < Sha256Digest.Size
                        ? $"`{name}` changed: {was} -> {value}"
                        : $"`{name}` changed"
                );
        }
        changes.AddRange(before.Keys.Order(StringComparer.Ordinal).Select(name => $"`{name}` is gone"));
        if (changes.Count == 0)
            return null;
        var shown = string.Join(", ", changes.Take(MostChanges));
        return changes.Count <= MostChanges ? shown : $"{shown}, and {changes.Count - MostChanges} more";
    }

    /// <summary>Makes these contents the product's newest.</summary>
    public void Remember(IActionCache cache)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in Lines())
            text.Append(name).Append(Separator).Append(value).Append('\n');
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        cache.Add(new ActionRecord(_head, "contents", [new ActionOutput("contents", cache.Store(bytes), bytes.Length)], 0));
    }

    // The application first, because it changes most often.
    private IEnumerable<(string Name, string Value)> Lines() =>
        Raw()
            .Where(line => !line.Name.Contains('\n', StringComparison.Ordinal))
            .Select(line => (line.Name, line.Value.ReplaceLineEndings(" ")))
            .DistinctBy(line => line.Name);

    private IEnumerable<(string Name, string Value)> Raw()
    {
        foreach (var module in _input.Modules.OrderByDescending(module => module.IsApplication))
            yield return (module.Path.Length > 0 ? module.Path : module.Name, ValueOf(module));
        foreach (var resource in _input.Resources.PackageResources)
            yield return (resource.RelativePath, ValueOf(resource, resource.File));
        foreach (var file in _input.Resources.PlainFiles)
            yield return (file.RelativePath, ValueOf(file, file.File));
        foreach (var link in _input.Resources.Links)
            yield return ($"{link.RelativePath} (link)", link.Target);
        foreach (var distribution in _input.Resources.PackageDistributions)
        {
            foreach (var file in distribution.Files)
                yield return ($"{distribution.Folder}/{file.Name}", ValueOf(distribution, file.File));
        }
        foreach (var library in _input.Resources.SharedLibraries)
            yield return (library.RelativePath, ValueOf(library, library.File));
        foreach (var setting in _input.Settings.GroupBy(setting => setting.Name))
            yield return (setting.Key, string.Join(", ", setting.Select(value => value.Value)));
    }

    /// <summary>What the blob holds of a file: its content and whether it may be run, or that it lies beside the product.</summary>
    public static string ValueOf(Resource resource, ResourceFile file) =>
        (resource.Location.Folder is { } folder ? $"beside in {folder}" : file.Digest.ToString())
        + (file.IsExecutable ? " executable" : "");

    private static string ValueOf(PackedModule module)
    {
        if (module.Root.Length > 0)
            return $"beside in {module.Root} {(uint)module.Flags}";
        var digest = module.Source?.File.Digest ?? module.Shared?.File.Digest;
        return $"{digest?.ToString() ?? "built in"} {(uint)module.Flags} {(module.Source?.IncludeSource == true ? "with source" : "")}";
    }
}
