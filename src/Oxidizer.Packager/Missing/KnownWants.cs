using Oxidizer.Cache;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Missing;

/// <summary>
/// What the modules of a build ask for. Each source is read once: a table for the packages of a rule holds what was found in those that
/// were asked for. The table is only a hint, whatever the sources were when it was written: each entry is found by its source's digest.
/// </summary>
internal sealed class KnownWants(BuildContext context)
{
    private const int Version = 2;
    private readonly Dictionary<ResourceOrigin, Table> _tables = [];

    /// <summary>What a module asks for. Nothing, if its source cannot be read any more: the next stage says so.</summary>
    public SourceWants Of(ModuleSource module, ResourceSet resources)
    {
        if (!_tables.TryGetValue(module.Origin, out var table))
            table = _tables[module.Origin] = Open(module.Origin, resources);
        if (table.Known.TryGetValue(module.File.Digest, out var wants))
            return table.Used[module.File.Digest] = wants;
        context.Cancellation.ThrowIfCancellationRequested();
        if (Read(module) is not { } source)
            return SourceWants.None;
        table.HasNew = true;
        return table.Used[module.File.Digest] = table.Known[module.File.Digest] = ReadWants.Of(source);
    }

    /// <summary>Keeps what was asked for, for the next build.</summary>
    public void Remember()
    {
        foreach (var (origin, table) in _tables.Where(entry => entry.Value.HasNew))
        {
            var bytes = WantsTable.Write(table.Used);
            context.Cache.Add(
                new ActionRecord(table.Key, origin.Words, [new ActionOutput("wants", context.Cache.Store(bytes), bytes.Length)], 0)
            );
        }
    }

    private Table Open(ResourceOrigin origin, ResourceSet resources)
    {
        var key = new ActionKeyBuilder("module_wants", Version)
            .Add(
                "packages",
                resources
                    .Modules.Where(module => module.Origin == origin)
                    .Select(module => module.Name.Split('.')[0])
                    .Distinct(StringComparer.Ordinal)
            )
            .Build();
        var table = new Table(key);
        if (
            context.Cache.Find(key) is { Outputs: [var output] }
            && context.Cache.TryRead(output.Digest) is { } bytes
            && !WantsTable.TryRead(bytes, table.Known)
        )
            table.Known.Clear();
        return table;
    }

    // What changed since it was digested must not be remembered under its old digest.
    private static byte[]? Read(ModuleSource module)
    {
        try
        {
            var source = RegularFile.ReadAllBytes(module.File.Path);
            return Sha256Digest.Of(source) == module.File.Digest ? source : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed class Table(ActionKey key)
    {
        public ActionKey Key { get; } = key;

        public Dictionary<Sha256Digest, SourceWants> Known { get; } = [];

        public Dictionary<Sha256Digest, SourceWants> Used { get; } = [];

        public bool HasNew { get; set; }
    }
}
