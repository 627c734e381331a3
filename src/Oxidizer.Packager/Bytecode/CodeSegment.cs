using Oxidizer.Cache;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Bytecode;

/// <summary>Bytes in a file: where a module's code lies.</summary>
/// <param name="Path">A read-only file of the cache.</param>
/// <param name="Offset">In bytes.</param>
/// <param name="Size">In bytes.</param>
internal readonly record struct FileSlice(string Path, long Offset, int Size);

/// <summary>
/// The code of one rule's modules, one after the other in one blob, so that a product's 700 modules are a handful of files, and a changed
/// module costs no look-up for each unchanged one. It is opened only when a blob is packed: an unchanged build knows by its key that it is
/// there.
/// </summary>
internal sealed class CodeSegment
{
    private readonly Lazy<Dictionary<(string, Sha256Digest, int), CodeEntry>> _entries;
    private readonly Func<StoredSegment> _open;
    private StoredSegment? _stored;

    /// <summary>Names a segment.</summary>
    /// <param name="origin">The rule.</param>
    /// <param name="open">Finds the segment's files, and makes them again when they were damaged.</param>
    public CodeSegment(ResourceOrigin origin, Func<StoredSegment> open)
    {
        (Origin, _open) = (origin, open);
        _entries = new(() => (_stored = _open()).Entries.ToDictionary(entry => entry.Identity));
    }

    /// <summary>The rule that brought the modules.</summary>
    public ResourceOrigin Origin { get; }

    /// <summary>Where a module's code is; its size is 0 for a module that Python refuses, if that is allowed.</summary>
    public FileSlice Find(ModuleSource module)
    {
        var entry =
            _entries.Value.GetValueOrDefault((module.RelativePath, module.File.Digest, module.OptimizeLevel))
            ?? throw new InvalidOperationException($"the code of `{module.RelativePath}` is not in its segment; please report this");
        return new FileSlice(_stored!.Path, entry.Offset, entry.Size);
    }
}

/// <summary>A segment that is there.</summary>
/// <param name="Path">A read-only file of the cache.</param>
/// <param name="Digest">Of its bytes.</param>
/// <param name="Entries">Its table of contents.</param>
internal sealed record StoredSegment(string Path, Sha256Digest Digest, IReadOnlyList<CodeEntry> Entries)
{
    /// <summary>Opens what a record names; <c>null</c> when a blob is gone or damaged.</summary>
    public static StoredSegment? Open(ActionRecord? record, IActionCache cache)
    {
        if (record is not { Outputs: [var code, var index, ..] })
            return null;
        return
            cache.TryRead(index.Digest) is { } bytes
            && CodeIndex.Read(bytes, code.Size) is { } entries
            && cache.TryGetFile(code.Digest) is { } path
            ? new StoredSegment(path, code.Digest, entries)
            : null;
    }
}

/// <summary>The bytecode of a build's modules.</summary>
internal sealed class CompiledCode
{
    private readonly Dictionary<ResourceOrigin, CodeSegment> _segments;

    internal CompiledCode(IEnumerable<CodeSegment> segments, string python) =>
        (_segments, Python) = (segments.ToDictionary(segment => segment.Origin), python);

    /// <summary>What compiled it, for the keys of what is made from it.</summary>
    internal string Python { get; }

    /// <summary>Whether it is the code of these modules.</summary>
    internal bool IsOf(IReadOnlyList<ModuleSource> modules) => modules.All(module => _segments.ContainsKey(module.Origin));

    internal FileSlice Find(ModuleSource module) => _segments[module.Origin].Find(module);

    /// <summary>Whether Python accepts the module's source. If not, the module is one that need not compile.</summary>
    internal bool HasCode(ModuleSource module) => !module.MayNotCompile || Find(module).Size > 0;

    /// <summary>Whether a product holds a module's source: because the configuration asks for it, or because there is no code, and an
    /// import must fail as it does from a file.</summary>
    internal bool HasSource(ModuleSource module) => module.IncludeSource || !HasCode(module);
}
