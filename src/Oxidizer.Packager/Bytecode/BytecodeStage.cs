using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Bytecode;

/// <summary>Compiles what is not in the cache, with long-lived workers.</summary>
public static class BytecodeStage
{
    // The longest module of the standard library takes half a second on a slow machine.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Compiles the modules; sources that do not compile go into the context's diagnostics.</summary>
    /// <param name="modules">What to compile.</param>
    /// <param name="distribution">Its Python compiles, unless another is named.</param>
    /// <param name="interpreter">Another Python of the same version, absolute, or <c>null</c>.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="BuildFailedException">The interpreter makes other bytecode, or does not start.</exception>
    public static CompiledCode Compile(IReadOnlyList<ModuleSource> modules, Distribution distribution, string? interpreter, BuildContext context) =>
        Compile(modules, distribution, interpreter, context, s_patience);

    internal static CompiledCode Compile(IReadOnlyList<ModuleSource> modules, Distribution distribution, string? interpreter, BuildContext context, TimeSpan patience)
    {
        var keys = new CodeKeys(distribution);
        var pool = new CompilePool(interpreter ?? distribution.PathOf(distribution.Executable), distribution, context, patience);
        var rules = modules.GroupBy(module => module.Origin)
            .Select(rule => new RuleCode(rule.Key, [.. rule.OrderBy(module => module.RelativePath, StringComparer.Ordinal)], keys, pool, context))
            .ToList();
        var changed = rules.Where(rule => !rule.IsKnown).ToList();
        foreach (var rule in changed)
            rule.Builder.Plan();

        // One pool for all rules, so that no worker waits for another rule's last module.
        var requests = changed.SelectMany(rule => rule.Builder.Missing).ToList();
        var compiled = requests.Count == 0 ? new Dictionary<ModuleSource, CompileResult>() : pool.Compile([.. requests.Select(request => request.Module)]);
        foreach (var request in requests.Where(request => compiled.ContainsKey(request.Module)))
        {
            var seconds = compiled[request.Module].Seconds;
            context.Log.Debug($"{ActionKinds.CompileBytecode} {request.Module.RelativePath}: {request.Reason} ({seconds:0.000} s)");
            context.Actions.Execute(new ExecutedAction(ActionKinds.CompileBytecode, request.Module.RelativePath, request.Reason, seconds));
        }
        foreach (var rule in changed)
            rule.Store(compiled);
        context.Actions.Reuse(ActionKinds.CompileBytecode, modules.Count - requests.Count);
        foreach (var rule in rules)
            rule.SayWarnings();
        return new CompiledCode(rules.Select(rule => rule.Segment));
    }
}
