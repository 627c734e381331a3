using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Resources;

/// <summary>Applies the rules, policies and filters.</summary>
public static class ResourceStage
{
    /// <summary>Collects what the product will hold. Mistakes go into the context's diagnostics.</summary>
    public static ResourceSet Collect(BuildConfiguration configuration, Distribution distribution, BuildContext context) =>
        throw new NotImplementedException($"{configuration}{distribution}{context}");
}
