using Oxidizer.Packager.Context;
using Oxidizer.Packager.Runtime;

namespace Oxidizer.Packager;

/// <summary>What to build, and where to; what is not set, the configuration decides.</summary>
public sealed record BuildRequest
{
    /// <summary>A configuration, a project (its folder or <c>pyproject.toml</c>) or a Python file, absolute; <c>null</c>: a configuration
    /// is looked for from <see cref="StartDirectory"/> upwards.</summary>
    public string? ConfigurationOrScript { get; init; }

    /// <summary>Where the search starts, absolute; <c>null</c>: the current folder.</summary>
    public string? StartDirectory { get; init; }

    /// <summary>What the product runs on; <c>null</c>: the first of the configuration's targets.</summary>
    public TargetTriple? Target { get; init; }

    /// <summary>The product goes to <c>&lt;OutputDirectory&gt;/&lt;triple&gt;/&lt;name&gt;</c>; absolute.</summary>
    public string? OutputDirectory { get; init; }

    /// <summary>The product's name.</summary>
    public string? ApplicationName { get; init; }

    /// <summary>The cache's folder, absolute; stands above the configuration's.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>The cache's folder when neither <see cref="CacheDirectory"/> nor the configuration names one; absolute.</summary>
    public string? DefaultCacheDirectory { get; init; }

    /// <summary>Number of compile workers; <c>null</c>: one a core.</summary>
    public int? Parallelism { get; init; }

    /// <summary>How long to wait for a process that holds the cache's lock; tests wait less.</summary>
    internal TimeSpan CacheLockTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>C sources of the runtime that replace those in this assembly, so that a test can edit a header.</summary>
    internal IReadOnlyList<RuntimeSource> RuntimeSources { get; init; } = Runtime.RuntimeSources.All;
}
