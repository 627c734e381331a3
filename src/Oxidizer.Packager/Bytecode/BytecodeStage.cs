using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Bytecode;

/// <summary>Compiles what is not in the cache, with long-lived workers.</summary>
internal static class BytecodeStage
{
    // The longest module of the standard library takes half a second on a slow machine.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Compiles the modules; sources that do not compile go into the context's diagnostics.</summary>
    /// <param name="modules">What to compile.</param>
    /// <param name="distribution">Its Python compiles, unless another is named.</param>
    /// <param name="interpreter">Another Python of the same version, absolute, or <c>null</c>.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="BuildFailedException">The interpreter makes other bytecode, or does not start.</exception>
    public static CompiledCode Compile(
        IReadOnlyList<ModuleSource> modules,
        Distribution distribution,
        string? interpreter,
        BuildContext context
    ) => Compile(modules, distribution, interpreter, context, s_patience);

    internal static CompiledCode Compile(
        IReadOnlyList<ModuleSource> modules,
        Distribution distribution,
        string? interpreter,
        BuildContext context,
        TimeSpan patience
    )
    {
        var python = CodeKeys.Identify(distribution, interpreter, context.Cache);
        var keys = new CodeKeys(python);
        var pool = new CompilePool(interpreter ?? distribution.PathOf(distribution.Executable), distribution, context, patience);
        var rules = modules
            .GroupBy(module => module.Origin)
            .Select(rule => new RuleCode(
                rule.Key,
                [.. rule.OrderBy(module => module.RelativePath, StringComparer.Ordinal)],
                keys,
                pool,
                context
            ))
            .ToList();
        // All processes take the rules in the same order, so that no two wait for each other.
        var changed = rules.Where(rule => !rule.IsKnown).OrderBy(rule => rule.Builder.Key.Digest).ToList();
        var compiled = CompileOnce(changed, 0, [], keys, pool, context);
        context.Actions.Reuse(ActionKinds.CompileBytecode, modules.Count - compiled);
        foreach (var rule in rules)
            rule.SayWarnings();
        return new CompiledCode(rules.Select(rule => rule.Segment), python);
    }

    // Two builds that need the same rule compile it once: each rule is an action that encloses the rules after it. The rules that none of
    // these actions finds are compiled together.
    private static int CompileOnce(
        List<RuleCode> changed,
        int index,
        List<RuleCode> mine,
        CodeKeys keys,
        CompilePool pool,
        BuildContext context
    )
    {
        if (index == changed.Count)
            return Compile(mine, pool, context);
        var rule = changed[index];
        var compiled = 0;
        var result = context.Cache.GetOrAdd(
            keys.SingleFlight(rule.Builder.Key),
            rule.Origin.Words,
            () =>
            {
                compiled = CompileOnce(changed, index + 1, [.. mine, rule], keys, pool, context);
                return rule.Outputs;
            },
            context.Cancellation
        );
        if (!result.Reused)
            return compiled;
        rule.Refresh();
        return CompileOnce(changed, index + 1, rule.IsKnown ? mine : [.. mine, rule], keys, pool, context);
    }

    private static int Compile(List<RuleCode> changed, CompilePool pool, BuildContext context)
    {
        foreach (var rule in changed)
            rule.Builder.Plan();

        // One pool for all rules, so that no worker waits for another rule's last module.
        var requests = changed.SelectMany(rule => rule.Builder.Missing).ToList();
        var compiled =
            requests.Count == 0
                ? new Dictionary<ModuleSource, CompileResult>()
                : pool.Compile([.. requests.Select(request => request.Module)]);
        foreach (var request in requests.Where(request => compiled.ContainsKey(request.Module)))
        {
            var seconds = compiled[request.Module].Seconds;
            context.Log.Debug($"{ActionKinds.CompileBytecode} {request.Module.RelativePath}: {request.Reason} ({seconds:0.000} s)");
            context.Actions.Execute(new ExecutedAction(ActionKinds.CompileBytecode, request.Module.RelativePath, request.Reason, seconds));
        }
        foreach (var rule in changed)
            rule.Store(compiled);
        return requests.Count;
    }
}
