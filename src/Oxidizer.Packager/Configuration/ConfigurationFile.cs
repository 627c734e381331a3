namespace Oxidizer.Packager.Configuration;

/// <summary>Finds the configuration.</summary>
public static class ConfigurationFile
{
    /// <summary>The path as named, else <c>OXIDIZER_CONFIG</c> or <c>PYOXIDIZER_CONFIG</c>, else <c>oxidizer.toml</c> or <c>pyoxidizer.toml</c> in the folder or above.</summary>
    /// <exception cref="Diagnostics.BuildFailedException">There is none.</exception>
    public static string Find(string startDirectory, string? named) => throw new NotImplementedException(named ?? startDirectory);
}
