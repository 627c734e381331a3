using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Bytecode;

/// <summary>The code of one rule in a build: found by its key, or made.</summary>
internal sealed class RuleCode
{
    private const int MostRefusals = 5;
    private readonly IReadOnlyList<ModuleSource> _modules;
    private readonly CompilePool _pool;
    private readonly BuildContext _context;
    private ActionRecord? _record;
    private StoredSegment? _stored;

    /// <summary>Looks the rule's segment up.</summary>
    public RuleCode(ResourceOrigin origin, IReadOnlyList<ModuleSource> modules, CodeKeys keys, CompilePool pool, BuildContext context)
    {
        (_modules, _pool, _context) = (modules, pool, context);
        Builder = new SegmentBuilder(origin.Words, modules, keys, context);
        _record = context.Cache.Find(Builder.Key);
        Segment = new CodeSegment(origin, Open);
    }

    /// <summary>Whether the cache has the segment.</summary>
    public bool IsKnown => _record is not null;

    /// <summary>The rule.</summary>
    public ResourceOrigin Origin => Segment.Origin;

    /// <summary>What the segment is made of in the cache; empty until it is there.</summary>
    public IReadOnlyList<ActionOutput> Outputs => _record?.Outputs ?? [];

    /// <summary>Puts it together.</summary>
    public SegmentBuilder Builder { get; }

    /// <summary>The code.</summary>
    public CodeSegment Segment { get; }

    /// <summary>Stores the segment with what was compiled.</summary>
    public void Store(IReadOnlyDictionary<ModuleSource, CompileResult> compiled)
    {
        _stored = Builder.Store(compiled);
        Refresh();
    }

    /// <summary>Looks again: another process may have stored it.</summary>
    public void Refresh() => _record = _context.Cache.Find(Builder.Key);

    /// <summary>Reports Python's warnings, of this build or of the one that compiled the modules. The record has a third output only if
    /// there are warnings.</summary>
    public void SayWarnings()
    {
        if (_stored is null && _record is not { Outputs.Count: > 2 })
            return;
        var warned = (_stored?.Entries ?? Open().Entries).Where(entry => entry.Warnings.Count > 0);
        var paths = _modules.ToDictionary(module => module.RelativePath, module => module.File.Path, StringComparer.Ordinal);
        SayRefusals();
        foreach (var entry in warned.Where(entry => entry.Size > 0))
        {
            foreach (var warning in entry.Warnings)
                _context.Diagnostics.Add(
                    DiagnosticKinds.SourceWarning,
                    warning.Message,
                    new SourceLocation(paths[entry.RelativePath], warning.Line)
                );
        }
    }

    // The first ones with their places; a package for another Python has many.
    private void SayRefusals()
    {
        var entries = (_stored?.Entries ?? Open().Entries)
            .Where(entry => entry is { Size: 0, Warnings.Count: > 0 })
            .ToDictionary(entry => entry.RelativePath, StringComparer.Ordinal);
        var refused = _modules.Where(module => module.TellsRefusal && entries.ContainsKey(module.RelativePath)).ToList();
        for (var index = 0; index < Math.Min(refused.Count, MostRefusals); index++)
        {
            var (module, reason) = (refused[index], entries[refused[index].RelativePath].Warnings[0]);
            var more = index == MostRefusals - 1 && refused.Count > MostRefusals ? $" (and {refused.Count - MostRefusals} more)" : "";
            _context.Diagnostics.Add(
                DiagnosticKinds.SourceNoPython,
                $"`{module.Name}`{more} does not compile: {reason.Message}; its source is packed, and its import fails as from a file: correct it, or leave it out with `excludes`",
                new SourceLocation(module.File.Path, reason.Line)
            );
        }
    }

    // If a blob was damaged after its record was found, it is made again: the cache never makes a build fail.
    private StoredSegment Open()
    {
        if ((_stored ??= StoredSegment.Open(_record, _context.Cache)) is { } stored)
            return stored;
        Builder.Plan();
        var requests = Builder.Missing;
        var compiled =
            requests.Count == 0
                ? new Dictionary<ModuleSource, CompileResult>()
                : _pool.Compile([.. requests.Select(request => request.Module)]);
        _context.Diagnostics.ThrowIfErrors();
        return _stored =
            Builder.Store(compiled)
            ?? throw new InvalidOperationException("a module that compiled before does not any more; please report this");
    }
}
