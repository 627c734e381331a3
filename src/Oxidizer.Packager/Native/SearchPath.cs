using System.Collections.Concurrent;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Native;

/// <summary>
/// Folders that a tool looks for headers or libraries in, in its order. A file that the tool read is an input. That no folder before the
/// file's own has a file of that name is an input too: <see cref="StateOf"/> says both, for keys. Asks each file once. Safe to call from
/// several threads.
/// </summary>
/// <param name="folders">In order, as the tool writes them.</param>
/// <param name="isLink">Whether <c>-lx</c> takes <c>libx.so</c> or <c>libx.a</c>, whichever comes first.</param>
/// <param name="cache">Its memo digests.</param>
internal sealed class SearchPath(IReadOnlyList<string> folders, bool isLink, IActionCache cache)
{
    private readonly ConcurrentDictionary<string, string?> _states = new(StringComparer.Ordinal);
    private readonly string[] _folders = [.. folders.Select(folder => folder.TrimEnd('/') + "/").Distinct(StringComparer.Ordinal)];

    /// <summary>The digest of a file, and those of the files that stand before it on the path; <c>null</c> when it is gone.</summary>
    public string? StateOf(string path) => _states.GetOrAdd(path, Ask);

    private string? Ask(string path)
    {
        if (!File.Exists(path))
            return null;
        var before = Before(path).Where(File.Exists).Select(file => $"{file} {cache.DigestFile(file)}").ToList();
        return before.Count == 0 ? cache.DigestFile(path).ToString() : $"{cache.DigestFile(path)} behind {string.Join(", ", before)}";
    }

    // The longest folder is the one that it was found in: `/usr/include/x86_64-linux-gnu` lies in `/usr/include`.
    private IEnumerable<string> Before(string path)
    {
        var own = Enumerable
            .Range(0, _folders.Length)
            .Where(index => path.StartsWith(_folders[index], StringComparison.Ordinal))
            .DefaultIfEmpty(-1)
            .MaxBy(index => index < 0 ? 0 : _folders[index].Length);
        if (own < 0)
            return [];
        var name = path[_folders[own].Length..];
        return _folders
            .Take(own)
            .SelectMany(folder => NamesFor(name).Select(candidate => folder + candidate))
            // Within one folder the shared library comes first.
            .Concat(isLink && name.EndsWith(".a", StringComparison.Ordinal) ? [_folders[own] + Path.ChangeExtension(name, ".so")] : []);
    }

    private IEnumerable<string> NamesFor(string name) =>
        !isLink || !name.StartsWith("lib", StringComparison.Ordinal) ? [name]
        : name.EndsWith(".a", StringComparison.Ordinal) ? [name, Path.ChangeExtension(name, ".so")]
        : name.EndsWith(".so", StringComparison.Ordinal) ? [name, Path.ChangeExtension(name, ".a")]
        : [name];
}
