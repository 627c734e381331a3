namespace Oxidizer.Packager.Tests;

/// <summary>A file of the tree that is made from declarations in the code. With OXIDIZER_REWRITE=1 the tests write it; else they say what
/// differs.</summary>
public static class GoldenFile
{
    /// <summary>Whether the tests write such files.</summary>
    public static bool IsRewritten => Environment.GetEnvironmentVariable("OXIDIZER_REWRITE") == "1";

    public static void AssertIs(string path, string expected)
    {
        if (IsRewritten)
            File.WriteAllText(path, expected);
        var found = File.Exists(path) ? File.ReadAllText(path) : "";
        if (found != expected)
            Assert.Fail(
                $"{Path.GetRelativePath(Repository.Root, path)} is not what the declarations say; OXIDIZER_REWRITE=1 writes it:\n{FirstDifference(expected, found)}"
            );
    }

    private static string FirstDifference(string expected, string found)
    {
        var (wanted, lines) = (expected.Split('\n'), found.Split('\n'));
        var at = Enumerable
            .Range(0, Math.Max(wanted.Length, lines.Length))
            .First(line => wanted.ElementAtOrDefault(line) != lines.ElementAtOrDefault(line));
        return $"line {at + 1} is\n{lines.ElementAtOrDefault(at)}\nand should be\n{wanted.ElementAtOrDefault(at)}";
    }
}
