namespace Oxidizer.Packager.Configuration;

/// <summary>A configuration that was read; its tables are merged for each target.</summary>
public sealed class ConfigurationSet
{
    /// <summary>What <c>[build] targets</c> names; by default the host.</summary>
    public IReadOnlyList<TargetTriple> Targets { get; } = [TargetTriple.Host];

    /// <summary>Merges the tables that match the target.</summary>
    /// <exception cref="Diagnostics.BuildFailedException">The merged tables contradict each other.</exception>
    public BuildConfiguration For(TargetTriple target) => throw new NotImplementedException(target.Value);
}

/// <summary>Reads TOML into records, and reports all of a file's mistakes at once.</summary>
public static class ConfigurationReader
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="Diagnostics.BuildFailedException">It has mistakes; every one is named.</exception>
    public static ConfigurationSet Load(string path) => throw new NotImplementedException(path);

    /// <summary>What stands in for a file when there is only a script: the standard library, and the script as <c>__main__</c>.</summary>
    public static ConfigurationSet ForScript(string path) => throw new NotImplementedException(path);
}
