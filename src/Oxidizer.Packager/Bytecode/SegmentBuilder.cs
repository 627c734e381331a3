using System.Globalization;
using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Bytecode;

/// <summary>
/// Makes the segment of one rule when the cache does not have it: from the rule's newest segment, from other segments that hold a module,
/// and from what must be compiled.
/// Every compiled module has a record of its own that points into the segment that it was first stored with, so that rules and projects
/// share code.
/// </summary>
internal sealed class SegmentBuilder(string origin, IReadOnlyList<ModuleSource> modules, CodeKeys keys, BuildContext context)
{
    private const int Alignment = 16;
    private readonly Dictionary<ModuleSource, (string Path, CodeEntry Entry)> _known = new(ReferenceEqualityComparer.Instance);

    /// <summary>The segment's key.</summary>
    public ActionKey Key { get; } = keys.Segment(modules);

    /// <summary>What must be compiled, each with the reason.</summary>
    public IReadOnlyList<CompileRequest> Missing { get; private set; } = [];

    /// <summary>Looks for the code of each module.</summary>
    public void Plan()
    {
        var heads = keys.Heads(origin, modules)
            .Select(key => StoredSegment.Open(context.Cache.Find(key), context.Cache))
            .OfType<StoredSegment>()
            .ToList();
        foreach (var head in heads)
            TakeFrom(head);
        var rest = modules.Where(module => !_known.ContainsKey(module)).ToList();
        if (rest.Count > 0)
            TakeSingly(rest);
        var before = heads.Count == 0 ? null : heads[0].Entries.ToLookup(entry => entry.RelativePath);
        Missing =
        [
            .. modules.Where(module => !_known.ContainsKey(module)).Select(module => new CompileRequest(module, Reason(module, before))),
        ];
    }

    /// <summary>Stores the segment. If a module does not compile, the others are stored for the next build.</summary>
    /// <returns>The segment, or <c>null</c> when a module is missing.</returns>
    public StoredSegment? Store(IReadOnlyDictionary<ModuleSource, CompileResult> compiled)
    {
        var path = Path.Combine(context.WorkDirectory, $"segment-{Guid.NewGuid():N}");
        List<CodeEntry> entries;
        long size;
        try
        {
            entries = Write(path, compiled, out size);
        }
        catch (Exception exception) when (exception is (IOException and not EndOfStreamException) or UnauthorizedAccessException)
        {
            throw BuildContext.NotWritten(DiagnosticKinds.BytecodeNotWritten, "write the bytecode", path, exception);
        }
        var index = CodeIndex.Write(entries);
        var digest = context.Cache.StoreFile(path, BlobTransfer.Move);
        var indexDigest = context.Cache.Store(index);
        List<ActionOutput> outputs = [new("code", digest, size), new("index", indexDigest, index.Length)];
        // Its presence shows, without opening the index, that there are warnings to repeat.
        if (entries.Exists(entry => entry.Warnings.Count > 0))
            outputs.Add(new ActionOutput("warnings", indexDigest, index.Length));
        foreach (var head in keys.Heads(origin, modules))
            context.Cache.Add(new ActionRecord(head, origin, outputs, 0));
        var byIdentity = entries.ToDictionary(entry => entry.Identity);
        // A module with warnings has no record of its own, because the record could not hold them.
        foreach (
            var request in Missing.Where(request => compiled.TryGetValue(request.Module, out var result) && result.Warnings.Count == 0)
        )
            AddRecord(request.Module, byIdentity[IdentityOf(request.Module)], digest, compiled[request.Module].Seconds);
        if (entries.Count < modules.Count)
            return null;
        var record = new ActionRecord(Key, origin, outputs, compiled.Values.Sum(result => result.Seconds));
        context.Cache.Add(record);
        return StoredSegment.Open(record, context.Cache)
            ?? throw new InvalidOperationException($"the segment of {origin} was stored by this build and is gone; please report this");
    }

    private void TakeFrom(StoredSegment segment)
    {
        var entries = segment.Entries.ToDictionary(entry => entry.Identity);
        foreach (var module in modules.Where(module => !_known.ContainsKey(module)))
        {
            // A module that need not compile for another rule must compile for an application.
            if (
                entries.TryGetValue(IdentityOf(module), out var entry)
                && (entry.Size > 0 || (module.MayNotCompile && entry.Warnings.Count > 0))
            )
                _known[module] = (segment.Path, entry);
        }
    }

    private void TakeSingly(List<ModuleSource> wanted)
    {
        var records = context.Cache.FindMany([.. wanted.Select(keys.Module)]);
        var opened = new Dictionary<Sha256Digest, string?>();
        foreach (var module in wanted)
        {
            if (
                !records.TryGetValue(keys.Module(module).Digest, out var record)
                || record.Outputs is not [var output]
                || PlaceOf(output) is not { } place
            )
                continue;
            if (!opened.TryGetValue(output.Digest, out var path))
                path = opened[output.Digest] = context.Cache.TryGetFile(output.Digest);
            if (path is not null)
                _known[module] = (
                    path,
                    new CodeEntry(module.RelativePath, module.File.Digest, module.OptimizeLevel, place.Offset, place.Size, [])
                );
        }
    }

    private string Reason(ModuleSource module, ILookup<string, CodeEntry>? before)
    {
        if (before is null)
            return context.Cache.Explain(keys.Module(module), module.RelativePath);
        var old = before[module.RelativePath].ToList();
        if (old.Count == 0)
            return "new module";
        if (old.Find(entry => entry.OptimizeLevel == module.OptimizeLevel) is { } entry && entry.Source != module.File.Digest)
            return $"`{module.RelativePath}` changed (was {entry.Source.ToShortString()}, is {module.File.Digest.ToShortString()})";
        return $"`optimize_level` changed: {old[0].OptimizeLevel} -> {module.OptimizeLevel}";
    }

    private List<CodeEntry> Write(string path, IReadOnlyDictionary<ModuleSource, CompileResult> compiled, out long size)
    {
        var entries = new List<CodeEntry>(modules.Count);
        using var output = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 1 << 20,
            }
        );
        using var files = new SliceReader();
        Span<byte> padding = stackalloc byte[Alignment];
        padding.Clear();
        foreach (var module in modules)
        {
            var offset = output.Position;
            IReadOnlyList<CompileWarning> warnings;
            if (_known.TryGetValue(module, out var known))
            {
                output.Write(files.Read(new FileSlice(known.Path, known.Entry.Offset, known.Entry.Size)));
                warnings = known.Entry.Warnings;
            }
            else if (compiled.TryGetValue(module, out var result))
            {
                output.Write(result.Code);
                warnings = result.Warnings;
            }
            else
                continue;
            entries.Add(
                new CodeEntry(
                    module.RelativePath,
                    module.File.Digest,
                    module.OptimizeLevel,
                    offset,
                    (int)(output.Position - offset),
                    warnings
                )
            );
            output.Write(padding[..(int)(-output.Position & (Alignment - 1))]);
        }
        size = output.Position;
        output.Flush();
        return entries;
    }

    // The record names the segment as its output, and the place in it, so that no module needs a blob of its own.
    private void AddRecord(ModuleSource module, CodeEntry entry, Sha256Digest segment, double seconds) =>
        context.Cache.Add(
            new ActionRecord(
                keys.Module(module),
                module.RelativePath,
                [new ActionOutput(FormattableString.Invariant($"code@{entry.Offset}+{entry.Size}"), segment, entry.Size)],
                seconds
            )
        );

    private static (long Offset, int Size)? PlaceOf(ActionOutput output)
    {
        var parts = output.Path.Split('@', '+');
        return
            parts is ["code", var offset, var size]
            && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            && int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? (at, length)
            : null;
    }

    private static (string, Sha256Digest, int) IdentityOf(ModuleSource module) =>
        (module.RelativePath, module.File.Digest, module.OptimizeLevel);
}
