using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Context;

/// <summary>The kinds of action, as keys and results name them.</summary>
public static class ActionKinds
{
    /// <summary>Fetch an archive.</summary>
    public const string Download = "download";

    /// <summary>Build a distribution from source.</summary>
    public const string Distribution = "distribution";

    /// <summary>Unpack an archive.</summary>
    public const string Unpack = "unpack";

    /// <summary>Compile one module to bytecode.</summary>
    public const string CompileBytecode = "compile_bytecode";

    /// <summary>Compile one C file.</summary>
    public const string CompileObject = "compile_object";

    /// <summary>Ask pip which distributions meet requirements.</summary>
    public const string ResolvePackages = "resolve_packages";

    /// <summary>Build a wheel from a source archive or a project's folder.</summary>
    public const string BuildWheel = "build_wheel";

    /// <summary>Install packages into a private folder.</summary>
    public const string InstallPackages = "install_packages";

    /// <summary>Make the packed-resources blob.</summary>
    public const string Pack = "pack";

    /// <summary>Link the product.</summary>
    public const string Link = "link";

    /// <summary>Write the product to its place.</summary>
    public const string Install = "install";

    /// <summary>All, in the order of a build.</summary>
    public static IReadOnlyList<string> All { get; } =
    [Download, Distribution, Unpack, CompileBytecode, CompileObject, ResolvePackages, BuildWheel, InstallPackages, Pack, Link, Install];
}

/// <summary>An action that ran.</summary>
/// <param name="Kind">One of <see cref="ActionKinds"/>.</param>
/// <param name="Name">What it was about.</param>
/// <param name="Reason">Why it ran.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record ExecutedAction(string Kind, string Name, string Reason, double Seconds);

/// <summary>How often a kind of action ran, and how often its record was used.</summary>
public sealed record ActionCount(int Executed, int Reused);

/// <summary>Counts a build's actions. Safe to call from several threads.</summary>
internal sealed class ActionLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _reused = new(StringComparer.Ordinal);
    private readonly List<ExecutedAction> _executed = [];
    private readonly HashSet<string> _closed = new(StringComparer.Ordinal);

    /// <summary>The actions that ran, in the order of their ends.</summary>
    public IReadOnlyList<ExecutedAction> Executed
    {
        get
        {
            lock (_lock)
                return [.. _executed];
        }
    }

    /// <summary>The counts of every kind, zeros included.</summary>
    public IReadOnlyDictionary<string, ActionCount> Counts
    {
        get
        {
            lock (_lock)
                return ActionKinds.All.ToDictionary(
                    kind => kind,
                    kind => new ActionCount(_executed.Count(action => action.Kind == kind), _reused.GetValueOrDefault(kind)),
                    StringComparer.Ordinal
                );
        }
    }

    /// <summary>Notes an action that ran.</summary>
    /// <exception cref="InvalidOperationException">Its kind is closed.</exception>
    public void Execute(ExecutedAction action)
    {
        lock (_lock)
        {
            Invariant.Holds(!_closed.Contains(action.Kind), $"no `{action.Kind}` runs after its stage, and `{action.Name}` did");
            _executed.Add(action);
        }
    }

    /// <summary>Ends kinds of action: the stages that are left run none of them.</summary>
    public void Close(params IEnumerable<string> kinds)
    {
        lock (_lock)
            _closed.UnionWith(kinds);
    }

    /// <summary>Notes actions that were reused.</summary>
    public void Reuse(string kind, int count = 1)
    {
        lock (_lock)
            _reused[kind] = _reused.GetValueOrDefault(kind) + count;
    }
}
