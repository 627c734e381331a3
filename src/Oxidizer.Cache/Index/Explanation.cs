using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Index;

/// <summary>Explains in words why an action has to run, by comparing its key's fields with those of an earlier action.</summary>
internal static class Explanation
{
    // The first of a hundred changed files say enough.
    private const int MostChanges = 3;

    /// <summary>Explains a miss by the earlier record with the fewest differences.</summary>
    /// <param name="key">What was not found.</param>
    /// <param name="earlier">Records of the same kind and name, newest first.</param>
    /// <param name="isNew">Whether the cache held nothing at all when it was opened.</param>
    public static string Of(ActionKey key, IEnumerable<ActionRecord> earlier, bool isNew)
    {
        List<string>? nearest = null;
        foreach (var record in earlier)
        {
            if (record.Key.Digest == key.Digest)
                return "its outputs are no longer in the cache";
            var changes = Compare(record.Key.Fields, key.Fields);
            if (nearest is null || changes.Count < nearest.Count)
                nearest = changes;
        }
        if (nearest is null)
            return isNew ? "first build with this cache" : "never made before";
        if (nearest.Count == 0)
            return "the step itself has a new version";
        var shown = string.Join(", ", nearest.Take(MostChanges));
        return nearest.Count <= MostChanges ? shown : $"{shown}, and {nearest.Count - MostChanges} more";
    }

    private static List<string> Compare(IReadOnlyList<KeyField> before, IReadOnlyList<KeyField> now)
    {
        var changes = new List<string>();
        var old = new Dictionary<string, string>(before.Count, StringComparer.Ordinal);
        foreach (var field in before)
            old[StoredAction.Shorten(field.Name)] = StoredAction.Shorten(field.Value);
        foreach (var field in now)
        {
            var name = StoredAction.Shorten(field.Name);
            var value = StoredAction.Shorten(field.Value);
            if (!old.Remove(name, out var was))
                changes.Add($"`{name}` is new");
            else if (was != value)
                changes.Add(Changed(name, was, value));
        }
        changes.AddRange(old.Keys.Order(StringComparer.Ordinal).Select(name => $"`{name}` is gone"));
        return WithoutRepetition(changes, now);
    }

    private static string Changed(string name, string was, string value) =>
        IsDigest(was) && IsDigest(value)
            ? $"`{name}` changed (was {was[..4]}..., is {value[..4]}...)"
            : $"{name} changed: {Show(was)} -> {Show(AfterSameWords(was, value))}";

    // `gcc 12.2.0 -> 13.1.0` says as much as `gcc 12.2.0 -> gcc 13.1.0`.
    private static string AfterSameWords(string was, string value)
    {
        var word = value.LastIndexOf(' ') + 1;
        return
            word > 0 && word < value.Length && was.LastIndexOf(' ') + 1 == word && was.AsSpan(0, word).SequenceEqual(value.AsSpan(0, word))
            ? value[word..]
            : value;
    }

    private static bool IsDigest(string text) => text.Length == 2 * Sha256Digest.Size && Sha256Digest.TryParse(text, out _);

    private static string Show(string value) =>
        IsDigest(value) ? value[..4] + "..."
        : value.Length == 0 ? "(empty)"
        : value;

    // If a key has a program's digest as `x` and its version as `x version`, and both changed, the version says more.
    private static List<string> WithoutRepetition(List<string> changes, IReadOnlyList<KeyField> now)
    {
        if (changes.Count < 2)
            return changes;
        foreach (var field in now)
        {
            const string suffix = " version";
            if (
                !field.Name.EndsWith(suffix, StringComparison.Ordinal)
                || !changes.Exists(change => change.StartsWith(field.Name + " changed: ", StringComparison.Ordinal))
            )
                continue;
            var program = field.Name[..^suffix.Length];
            changes.RemoveAll(change => change.StartsWith($"`{program}` changed (", StringComparison.Ordinal));
            var index = changes.FindIndex(change => change.StartsWith(field.Name, StringComparison.Ordinal));
            changes[index] = program + changes[index][field.Name.Length..];
        }
        return changes;
    }
}
