namespace Oxidizer.Cache.Records;

/// <summary>Sums of counts by kind. Thread-safe.</summary>
internal sealed class StatisticsTable
{
    private readonly Dictionary<string, KindStatistics> _byKind = new(StringComparer.Ordinal);

    /// <summary>A copy.</summary>
    public IReadOnlyDictionary<string, KindStatistics> ByKind
    {
        get
        {
            lock (_byKind)
                return new Dictionary<string, KindStatistics>(_byKind, StringComparer.Ordinal);
        }
    }

    public void Add(string kind, KindStatistics counts)
    {
        lock (_byKind)
        {
            var old = _byKind.GetValueOrDefault(kind) ?? new KindStatistics(0, 0, 0, 0, 0);
            _byKind[kind] = new KindStatistics(
                old.Hits + counts.Hits,
                old.Misses + counts.Misses,
                old.BytesRead + counts.BytesRead,
                old.BytesStored + counts.BytesStored,
                old.SecondsSaved + counts.SecondsSaved
            );
        }
    }

    public void Hit(ActionRecord record) => Add(record.Key.Kind, new KindStatistics(1, 0, 0, 0, record.Seconds));

    public void Miss(string kind) => Add(kind, new KindStatistics(0, 1, 0, 0, 0));

    public void Read(string kind, long bytes) => Add(kind, new KindStatistics(0, 0, bytes, 0, 0));

    public void Stored(string kind, long bytes) => Add(kind, new KindStatistics(0, 0, 0, bytes, 0));

    /// <summary>Adds a payload of <see cref="Write"/>; damaged counts are skipped.</summary>
    public void Add(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload);
        for (var left = reader.Count(44); left > 0; left--)
        {
            var kind = reader.Text();
            var counts = new KindStatistics(reader.Int64(), reader.Int64(), reader.Int64(), reader.Int64(), reader.Double());
            if (!reader.Failed)
                Add(kind, counts);
        }
    }

    public byte[] Write()
    {
        var writer = new ByteWriter();
        var all = ByKind;
        writer.UInt32((uint)all.Count);
        foreach (var (kind, counts) in all)
        {
            writer.Text(kind);
            writer.Int64(counts.Hits);
            writer.Int64(counts.Misses);
            writer.Int64(counts.BytesRead);
            writer.Int64(counts.BytesStored);
            writer.Double(counts.SecondsSaved);
        }
        return writer.ToArray();
    }

    /// <summary>Empties the table and returns its content; <c>null</c> if it was empty.</summary>
    public byte[]? TakeAll()
    {
        lock (_byKind)
        {
            if (_byKind.Count == 0)
                return null;
            var all = Write();
            _byKind.Clear();
            return all;
        }
    }
}
