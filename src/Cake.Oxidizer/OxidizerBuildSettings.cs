using Cake.Core.IO;

namespace Cake.Oxidizer;

/// <summary>What <see cref="OxidizerAliases.OxidizerBuild(Cake.Core.ICakeContext, FilePath, OxidizerBuildSettings)"/> can be told in
/// addition to the configuration. The configuration decides what is not set here.</summary>
public sealed class OxidizerBuildSettings
{
    /// <summary>A target triple, such as <c>x86_64-unknown-linux-gnu</c>; by default the machine's own.</summary>
    public string? Target { get; set; }

    /// <summary>Where the product goes: <c>&lt;OutputDirectory&gt;/&lt;triple&gt;/&lt;name&gt;</c>. By default <c>build_path</c> of the
    /// configuration, else <c>build</c> beside it.</summary>
    public DirectoryPath? OutputDirectory { get; set; }

    /// <summary>The product's name; by default <c>application_name</c> of the configuration.</summary>
    public string? ApplicationName { get; set; }

    /// <summary>The cache's folder; by default <c>[cache] directory</c>, then <c>Oxidizer_CacheDirectory</c> of cake.config, environment or
    /// arguments, then the user's cache folder.</summary>
    public DirectoryPath? CacheDirectory { get; set; }

    /// <summary>Number of compile workers; by default one a core.</summary>
    public int? Parallelism { get; set; }
}

/// <summary>Settings as a chain of calls.</summary>
public static class OxidizerBuildSettingsExtensions
{
    /// <summary>Builds for <paramref name="triple"/>.</summary>
    public static OxidizerBuildSettings ForTarget(this OxidizerBuildSettings settings, string triple)
    {
        settings.Target = triple;
        return settings;
    }

    /// <summary>Puts products below <paramref name="directory"/>.</summary>
    public static OxidizerBuildSettings WithOutputDirectory(this OxidizerBuildSettings settings, DirectoryPath directory)
    {
        settings.OutputDirectory = directory;
        return settings;
    }

    /// <summary>Names the product.</summary>
    public static OxidizerBuildSettings WithApplicationName(this OxidizerBuildSettings settings, string name)
    {
        settings.ApplicationName = name;
        return settings;
    }

    /// <summary>Keeps the cache in <paramref name="directory"/>.</summary>
    public static OxidizerBuildSettings WithCacheDirectory(this OxidizerBuildSettings settings, DirectoryPath directory)
    {
        settings.CacheDirectory = directory;
        return settings;
    }
}
