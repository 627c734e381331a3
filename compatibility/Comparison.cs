namespace Oxidizer.Compatibility;

/// <summary>Runs files on both sides, one after the other, keeps their logs, and says how far it is.</summary>
/// <param name="interpreters">The sides.</param>
/// <param name="journal">Gets what is finished.</param>
/// <param name="options">The limit, and where logs are kept.</param>
/// <param name="say">Gets a line for each file.</param>
/// <param name="total">How many files there are.</param>
internal sealed class Comparison(Interpreters interpreters, Journal journal, CompatibilityOptions options, Action<string> say, int total)
{
    private readonly string _logs = Directory.CreateDirectory(Path.Combine(interpreters.Folder, "logs")).FullName;
    private int _done;

    /// <summary>Compares one file. May be called from several threads.</summary>
    public FileResult Run(string name)
    {
        var reference = TestRun.Of(interpreters.Reference, interpreters.ProductCache, name, options);
        var product = TestRun.Of(interpreters.Product, interpreters.ProductCache, name, options);
        File.WriteAllText(Path.Combine(_logs, name + ".reference.txt"), reference.Output);
        File.WriteAllText(Path.Combine(_logs, name + ".product.txt"), product.Output);
        var file = FileResult.Of(name, reference, product);
        journal.Add(file);
        say(
            $"[{Interlocked.Increment(ref _done)}/{total}] {name}: {file.Product} in {file.SecondsProduct:0.0} s ({file.SecondsReference:0.0} s){(file.Difference is { } difference ? $", {difference}" : "")}"
        );
        return file;
    }
}
