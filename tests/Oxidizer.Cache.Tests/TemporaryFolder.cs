namespace Oxidizer.Cache.Tests;

public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("oxidizer-cache-tests-").FullName;

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public string Write(string relative, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        File.WriteAllText(this[relative], text);
        return this[relative];
    }

    public string Write(string relative, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        File.WriteAllBytes(this[relative], content);
        return this[relative];
    }

    // A file that changed just now is not remembered; the tests that ask for memory make it older.
    public string WriteOld(string relative, string text)
    {
        var path = Write(relative, text);
        Thread.Sleep(30);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
