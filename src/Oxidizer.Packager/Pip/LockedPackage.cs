using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Pip;

/// <summary>A distribution that was chosen for requirements.</summary>
/// <param name="Name">As its publisher writes it.</param>
/// <param name="Version">As its publisher writes it.</param>
internal sealed record LockedPackage(string Name, string Version)
{
    /// <summary>The file that it comes in: a wheel or a source archive; <c>null</c>: a folder, or a repository of version
    /// control.</summary>
    public string? File { get; init; }

    /// <summary>Of the file.</summary>
    public Sha256Digest? Digest { get; init; }

    /// <summary>Of a file that a requirement names by its address, and of a repository (<c>git+https://...@commit</c>): without a user's
    /// name or password.</summary>
    public string? Url { get; init; }

    /// <summary>Of a file or folder of this machine that a requirement names: relative to the lock's folder.</summary>
    public string? Path { get; init; }

    /// <summary>Whether it is a wheel; else one is built of it.</summary>
    public bool IsWheel => File?.EndsWith(".whl", StringComparison.Ordinal) == true;

    /// <summary>The name by which it is sorted.</summary>
    public string Key => DistributionNames.Normalize(Name);
}

/// <summary>What one rule's requirements were resolved to.</summary>
/// <param name="Target">What the product runs on.</param>
/// <param name="Python">Such as <c>3.11</c>.</param>
/// <param name="Asked">The digest of what was asked.</param>
/// <param name="Packages">By name.</param>
internal sealed record LockedSet(string Target, string Python, Sha256Digest Asked, IReadOnlyList<LockedPackage> Packages);

/// <summary>A lock, in no configuration's words.</summary>
/// <param name="Sets">In order: one for each rule, Python and target.</param>
internal sealed record LockFile(IReadOnlyList<LockedSet> Sets)
{
    /// <summary>The version of the format.</summary>
    public const int Version = 1;

    /// <summary>The names of the tables, and of a list of theirs.</summary>
    public const string SetTable = "requirements",
        PackageTable = "packages";

    /// <summary>One that holds nothing.</summary>
    public static LockFile Empty { get; } = new([]);

    /// <summary>The set of a rule; <c>null</c> when the lock has none.</summary>
    public LockedSet? Find(string target, Sha256Digest asked) => Sets.FirstOrDefault(set => set.Target == target && set.Asked == asked);

    /// <summary>The same with the sets of a target in place of those that it had.</summary>
    public LockFile With(string target, string python, IEnumerable<LockedSet> sets) =>
        new([
            .. Sets.Where(set => set.Target != target || set.Python != python)
                .Concat(sets.DistinctBy(set => set.Asked))
                .OrderBy(set => set.Target, StringComparer.Ordinal)
                .ThenBy(set => set.Python, StringComparer.Ordinal)
                .ThenBy(set => set.Asked),
        ]);
}

/// <summary>Where a configuration's lock is.</summary>
/// <param name="Folder">The configuration's, absolute: what relative paths of the lock start from.</param>
/// <param name="Configuration">The configuration's file as messages name it.</param>
internal sealed record LockPlace(string Folder, string Configuration)
{
    /// <summary>The lock, absolute: <c>oxidizer.lock</c> beside <c>oxidizer.toml</c>.</summary>
    public string Path => System.IO.Path.Combine(Folder, System.IO.Path.GetFileName(Words.File));

    /// <summary>The lock as messages name it.</summary>
    public SourceLocation Words => new(System.IO.Path.ChangeExtension(Configuration, ".lock"));
}
