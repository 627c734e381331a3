using Oxidizer.Packager.Configuration;

namespace Oxidizer.Packager.Distributions;

/// <summary>Gets a CPython that can be linked: from an archive, or built from source.</summary>
public static class DistributionStage
{
    /// <summary>Fetches or builds, verifies and unpacks.</summary>
    public static Distribution Obtain(DistributionTable table, TargetTriple target, BuildContext context) => throw new NotImplementedException($"{table}{target}{context}");
}
