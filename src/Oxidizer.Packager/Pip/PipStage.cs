using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Pip;

/// <summary>Makes requirements wheels that are unpacked in the cache: by the lock where it answers, by pip where it does not.</summary>
internal static class PipStage
{
    /// <summary>The rules, with what was obtained for those that have requirements. Without such a rule nothing is read.</summary>
    /// <param name="rules">All, in order.</param>
    /// <param name="mode"><c>[lock]</c>.</param>
    /// <param name="place">Where the lock is.</param>
    /// <param name="distribution">Its interpreter runs pip.</param>
    /// <param name="logPath">Takes what pip said, when it fails.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="BuildFailedException">The requirements cannot be met, or the lock is frozen or damaged.</exception>
    /// <exception cref="EnvironmentFailureException">An index does not answer.</exception>
    public static IReadOnlyList<PackageRule> Obtain(
        IReadOnlyList<PackageRule> rules,
        LockMode mode,
        LockPlace place,
        Distribution distribution,
        string logPath,
        BuildContext context
    )
    {
        if (!rules.Any(rule => rule is PipInstallRule))
            return rules;
        var session = new PipSession(distribution, place, logPath, context);
        var asked = new Dictionary<PipInstallRule, AskedRequirements>();
        foreach (var rule in rules.OfType<PipInstallRule>())
            if (
                ReadRequirements.Read(rule, place.Folder, distribution.Version, distribution.Target.Value, context.Diagnostics) is { } found
            )
                asked[rule] = found;
        context.Diagnostics.ThrowIfErrors();
        // After this: what is asked for is known, and so whether the lock answers it.

        var locked = Lock(asked.Values, mode, session);
        IReadOnlyList<PackageRule> obtained =
        [
            .. rules.Select(rule =>
                rule is PipInstallRule pip
                    ? pip with
                    {
                        Obtained = new FetchWheels(asked[pip], session).Obtain(locked[asked[pip].Digest]),
                    }
                    : rule
            ),
        ];
        context.Diagnostics.ThrowIfErrors();
        return obtained;
    }

    private static Dictionary<Sha256Digest, LockedSet> Lock(IReadOnlyCollection<AskedRequirements> asked, LockMode mode, PipSession session)
    {
        var (target, python) = (session.Distribution.Target.Value, session.Distribution.MajorMinor);
        var file = ReadLock.Load(session.Place);
        var sets = new Dictionary<Sha256Digest, LockedSet>();
        // Of other tools' locks nothing is written.
        var foreign = new Dictionary<Sha256Digest, LockedSet>();
        foreach (var one in asked)
        {
            if (sets.ContainsKey(one.Digest))
                continue;
            if (one.Rule.PylockPath is { } path)
            {
                foreign[one.Digest] = ReadPylock.Load(path, one, session);
                continue;
            }
            var known = file.Find(target, one.Digest);
            if (known is not null && mode != LockMode.Update)
            {
                sets[one.Digest] = known;
                session.Context.Actions.Reuse(ActionKinds.ResolvePackages);
                continue;
            }
            if (mode == LockMode.Frozen)
                session.Context.Diagnostics.Add(
                    DiagnosticKinds.LockIsFrozen,
                    $"`{session.Place.Words.File}` does not have {PipSession.Words(one.Rule)} for Python {python} on `{target}` as it is now, and [lock] mode is `frozen`; build once with `mode = \"auto\"`, and keep the lock that it writes",
                    one.Rule.Location
                );
            else
                sets[one.Digest] = ResolveRequirements.Resolve(one, Reason(file, mode, target), session);
        }
        session.Context.Diagnostics.ThrowIfErrors();
        // Before anything is fetched: what was resolved is known also when that fails.
        if (mode != LockMode.Frozen && asked.Any(one => one.Rule.PylockPath is null))
            WriteLock.Write(file.With(target, python, sets.Values), session.Place);
        foreach (var (digest, set) in foreign)
            sets[digest] = set;
        return sets;
    }

    private static string Reason(LockFile file, LockMode mode, string target) =>
        mode == LockMode.Update ? "`mode` of [lock] is `update`"
        : file.Sets.Any(set => set.Target == target) ? "the requirements changed"
        : "the lock has none yet";
}
