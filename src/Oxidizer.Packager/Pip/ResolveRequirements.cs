using System.Diagnostics;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Pip;

/// <summary>Asks pip which distributions meet a rule's requirements. Nothing is installed.</summary>
internal static class ResolveRequirements
{
    /// <summary>Asks.</summary>
    /// <param name="asked">The requirements.</param>
    /// <param name="reason">Why the lock does not say it.</param>
    /// <param name="session">The build's.</param>
    /// <exception cref="BuildFailedException">They cannot be met, or a source cannot be built.</exception>
    /// <exception cref="EnvironmentFailureException">An index does not answer.</exception>
    public static LockedSet Resolve(AskedRequirements asked, string reason, PipSession session)
    {
        var (rule, context) = (asked.Rule, session.Context);
        var started = Stopwatch.GetTimestamp();
        var command = session.Command(asked);
        var report = Path.Combine(command.NewFolder(), "report.json");
        context.Log.Information($"resolving {PipSession.Words(rule)} with pip {session.Pip(rule.Location).Version}: {reason}");
        session.Require(
            command.Run("resolve the requirements", "install", ["--dry-run", "--ignore-installed", "--report", report, .. Named(rule)]),
            rule
        );
        var packages = PipReport.Read(File.ReadAllBytes(report), session.Place.Folder);
        var name = PipSession.Words(rule);
        context.Actions.Execute(
            new ExecutedAction(ActionKinds.ResolvePackages, name, reason, Stopwatch.GetElapsedTime(started).TotalSeconds)
        );
        return new LockedSet(session.Distribution.Target.Value, session.Distribution.MajorMinor, asked.Digest, packages);
    }

    // After `--` a requirement is never an option.
    private static IEnumerable<string> Named(PipInstallRule rule) =>
        [
            .. rule.Constraints.SelectMany(path => new[] { "-c", path }),
            .. rule.RequirementsPath is { } file ? new[] { "-r", file } : [],
            .. rule.Packages.Count > 0 ? rule.Packages.Prepend("--") : [],
        ];
}
