using System.Text.Json;

namespace Oxidizer.Compatibility;

/// <summary>
/// What is finished, one line of JSON a file, written as soon as it is: an interrupted run is resumed from it, and the files that took
/// longest are begun first the next
/// time, so that none of them runs alone at the end.
/// </summary>
public sealed class Journal
{
    private readonly string _path;
    private readonly string _sides;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    private Journal(string path, string sides) => (_path, _sides) = (path, sides);

    /// <summary>Reads a journal; one that is not there is empty.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sides">Identifies both interpreters: what other ones did is no result.</param>
    public static Journal Open(string path, string sides)
    {
        var journal = new Journal(path, sides);
        if (!File.Exists(path))
            return journal;
        foreach (var line in File.ReadLines(path))
            if (TryRead(line) is { } entry)
                journal._entries[entry.File.Name] = entry;
        File.WriteAllLines(path, journal._entries.Values.Select(entry => JsonSerializer.Serialize(entry)));
        return journal;
    }

    /// <summary>What the same two sides did with a file, if they are known to have finished it.</summary>
    public FileResult? Find(string name) => _entries.TryGetValue(name, out var entry) && entry.Sides == _sides ? entry.File : null;

    /// <summary>How long a file took, on whatever sides; what is not known is taken for long.</summary>
    public double Seconds(string name) =>
        _entries.TryGetValue(name, out var entry) ? entry.File.SecondsReference + entry.File.SecondsProduct : double.MaxValue;

    public void Add(FileResult file)
    {
        lock (_lock)
            File.AppendAllText(_path, JsonSerializer.Serialize(new Entry(_sides, file)) + "\n");
    }

    // The last line of a run that was killed may be half a line.
    private static Entry? TryRead(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Entry(string Sides, FileResult File);
}
