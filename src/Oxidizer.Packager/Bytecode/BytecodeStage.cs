using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Bytecode;

/// <summary>The bytecode of a build's modules.</summary>
public sealed class CompiledCode;

/// <summary>Compiles what is not in the cache, with long-lived workers.</summary>
public static class BytecodeStage
{
    /// <summary>Compiles the modules; sources that do not compile go into the context's diagnostics.</summary>
    /// <param name="modules">What to compile.</param>
    /// <param name="distribution">Its Python compiles, unless another is named.</param>
    /// <param name="interpreter">Another Python of the same version, absolute, or <c>null</c>.</param>
    /// <param name="context">The build.</param>
    public static CompiledCode Compile(IReadOnlyList<ModuleSource> modules, Distribution distribution, string? interpreter, BuildContext context) =>
        throw new NotImplementedException($"{modules}{distribution}{interpreter}{context}");
}
