using Oxidizer.Packager.Configuration;

namespace Oxidizer.Packager.Native;

/// <summary>Checks, before any work and all at once, that the programs which a build starts are there.</summary>
public static class Prerequisites
{
    /// <summary>As root with apt what is missing is installed; otherwise one message gives the exact command.</summary>
    /// <exception cref="Diagnostics.BuildFailedException">Something is missing.</exception>
    public static void Ensure(BuildConfiguration configuration, BuildContext context) => throw new NotImplementedException(configuration.Origin + context.WorkDirectory);
}
