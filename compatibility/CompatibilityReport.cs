using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Oxidizer.Packager.Files;

namespace Oxidizer.Compatibility;

/// <summary>One test file on both sides.</summary>
public sealed record FileResult(string Name, string Reference, string Product, int TestsReference, int TestsProduct)
{
    public double SecondsReference { get; init; }

    public double SecondsProduct { get; init; }

    /// <summary>What is different, and why; <c>null</c> when nothing is.</summary>
    public string? Difference { get; init; }

    /// <summary>Whether docs/compatibility.md gives a reason.</summary>
    [JsonIgnore]
    public bool IsExplained { get; init; }

    /// <summary>
    /// The outcome must be the same, the product may fail no test that the reference passes, in a file that fails on both sides too, and it
    /// may not run fewer tests:
    /// one that is skipped or not found in a product proves nothing.
    /// </summary>
    public static FileResult Of(string name, TestRun reference, TestRun product)
    {
        var more = product.Failures.Except(reference.Failures).Order(StringComparer.Ordinal).ToList();
        var missing = reference.Tests - reference.Skipped - (product.Tests - product.Skipped);
        return new FileResult(name, reference.Outcome, product.Outcome, reference.Tests, product.Tests)
        {
            SecondsReference = reference.Seconds,
            SecondsProduct = product.Seconds,
            Difference =
                more.Count > 0 ? "fails " + Shorten(more)
                : reference.Outcome != product.Outcome ? $"{product.Outcome} instead of {reference.Outcome}"
                : product.Outcome == "timeout" ? "timeout on both sides, which compares nothing: raise the limit"
                : missing > 0 ? $"runs {missing} tests fewer"
                : null,
        };
    }

    private static string Shorten(List<string> names) =>
        string.Join(", ", names.Take(5)) + (names.Count > 5 ? $" and {names.Count - 5} more" : "");
}

/// <summary>All files: schema 1 of docs/formats/results.md.</summary>
/// <param name="PythonVersion">Of both sides.</param>
/// <param name="Reference">What the product was compared with.</param>
/// <param name="Files">By name.</param>
public sealed record CompatibilityReport(string PythonVersion, string Reference, IReadOnlyList<FileResult> Files)
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [JsonPropertyOrder(-1)]
    public int Schema => 1;

    public int Same => Total - Different;

    public int Different => Files.Count(file => file.Difference is not null);

    public int Total => Files.Count;

    /// <summary>Writes <c>&lt;version&gt;.json</c>, such as <c>3.11.json</c>, and gives back its path.</summary>
    public string Write(string folder)
    {
        var path = PathIn(folder);
        AtomicFile.WriteAllBytes(path, [.. JsonSerializer.SerializeToUtf8Bytes(this, s_options), (byte)'\n']);
        return path;
    }

    /// <summary>This, and the files of the report in a folder that this does not have; a report about another reference is none.</summary>
    public CompatibilityReport MergeInto(string folder)
    {
        if (!File.Exists(PathIn(folder)))
            return this;
        var before = JsonSerializer.Deserialize<CompatibilityReport>(File.ReadAllBytes(PathIn(folder)), s_options)!;
        if (before.PythonVersion != PythonVersion || before.Reference != Reference)
            return this;
        var names = Files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        // A difference that was written had its reason with it, or made that run fail.
        var kept = before.Files.Where(file => !names.Contains(file.Name)).Select(file => file with { IsExplained = true });
        return this with { Files = [.. Files.Concat(kept).OrderBy(file => file.Name, StringComparer.Ordinal)] };
    }

    /// <summary>Whether a folder holds a report about another reference, which a run of a few files must not replace.</summary>
    public bool IsAboutAnotherThanIn(string folder) =>
        File.Exists(PathIn(folder))
        && JsonSerializer.Deserialize<CompatibilityReport>(File.ReadAllBytes(PathIn(folder)), s_options)!.Reference != Reference;

    private string PathIn(string folder) => Path.Combine(folder, string.Join('.', PythonVersion.Split('.').Take(2)) + ".json");
}
