using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Selection;

/// <summary>Replaces the names of console scripts by what they call.</summary>
internal static class ResolveEntryPoints
{
    /// <summary>Looks the names up in the packed distributions. A name that none has is reported.</summary>
    /// <param name="run">What the configuration says.</param>
    /// <param name="positions">For messages.</param>
    /// <param name="resources">What the product holds.</param>
    /// <param name="diagnostics">Takes the mistakes.</param>
    /// <returns>The same with <c>package.module:function</c> for each console script.</returns>
    public static RunTable Resolve(RunTable run, KeyPositions positions, ResourceSet resources, DiagnosticBag diagnostics)
    {
        var named = run is { Mode: "module", Module: null, EntryPoint: { } single } ? single : null;
        if (named is null && run.Commands.All(command => command.EntryPoint.Contains(':')))
            return run;
        var scripts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var script in resources.PackageDistributions.SelectMany(ConsoleScript.Of).Where(script => script.Target.Contains(':')))
            scripts.TryAdd(script.Name, script.Target);
        return named is not null
            ? run with
            {
                Module = Find(named, positions.Of("python_run.entry_point")),
            }
            : run with
            {
                Commands =
                [
                    .. run.Commands.Select(command =>
                        command.EntryPoint.Contains(':')
                            ? command
                            : command with
                            {
                                EntryPoint = Find(command.EntryPoint, command.Location),
                            }
                    ),
                ],
            };

        string Find(string name, SourceLocation place)
        {
            if (scripts.TryGetValue(name, out var target))
                return target;
            diagnostics.Add(
                DiagnosticKinds.ConsoleScriptUnknown,
                $"no packed distribution has a console script `{name}`; {WayOut(name, scripts.Keys)}",
                place
            );
            return name;
        }
    }

    private static string WayOut(string name, IReadOnlyCollection<string> known)
    {
        if (known.Count == 0)
            return "none has any: add the rule that brings the distribution, or write the function as `package.module:function`";
        var listed = string.Join(", ", known.Order(StringComparer.Ordinal).Select(script => $"`{script}`"));
        return (NearestName.Of(name, known) is { } nearest ? $"did you mean `{nearest}`? " : "") + $"there are {listed}";
    }
}
