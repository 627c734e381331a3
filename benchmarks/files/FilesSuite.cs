namespace Oxidizer.Benchmarks;

/// <summary>What the layer that answers for paths of packed files costs, and what packed files cost beside real ones.</summary>
internal sealed class FilesSuite
{
    private const int InstructionRounds = 5;
    private const int Opens = 20_000;
    private const int FileCount = 1_000;
    private const int FileSize = 10 * 1024;
    private const string Without = "virtual_files = false";

    private readonly Suite _suite;
    private readonly Programs _programs;
    private readonly string[] _with;
    private readonly string[] _without;
    private readonly string _files;

    private FilesSuite(Suite suite)
    {
        _suite = suite;
        _programs = new Programs(suite.WorkFolder);
        _files = Path.Combine(suite.WorkFolder, "with", "touch", "files");
        _with = [Build("with", "")];
        _without = [Build("without", "[python_config]\nvirtual_files = false")];
    }

    public static void Run(Suite suite) =>
        suite.Part(
            "files",
            () =>
            {
                var files = new FilesSuite(suite);
                suite.Part("hello", files.Hello);
                suite.Part("open-real", () => files.OpenReal("files-open-real", "/etc/passwd", "a real file"));
                suite.Part(
                    "open-alike",
                    () => files.OpenReal("files-open-alike", files.Alike(), "a real file whose path begins as the executable's")
                );
                suite.Part("read-packed", files.ReadPacked);
            }
        );

    private void Hello()
    {
        var samples = Interleaved.Run(InstructionRounds, () => _programs.Instructions(_with), () => _programs.Instructions(_without));
        _suite.Add(new Case("files-hello", Metric.Instructions, samples[0]) { Reference = samples[1], ReferenceName = Without });
    }

    /// <summary>Instructions of one `open` and `close` of a real file: what many of them cost beside none.</summary>
    private void OpenReal(string id, string file, string what)
    {
        double Each(string[] product) =>
            (_programs.Instructions([.. product, "open", $"{Opens}", file]) - _programs.Instructions([.. product, "open", "0", file]))
            / Opens;
        var samples = Interleaved.Run(InstructionRounds, () => Each(_with), () => Each(_without));
        _suite.Add(
            new Case(id, Metric.Instructions, samples[0])
            {
                Reference = samples[1],
                ReferenceName = Without,
                Note = $"one os.open and os.close of {what}",
            }
        );
    }

    private string Alike()
    {
        var file = Path.Combine(_suite.WorkFolder, "alike");
        File.WriteAllText(file, "");
        return file;
    }

    private void ReadPacked()
    {
        string[] Read(string folder) => [.. _with, "read", folder];
        var packed = Path.Combine(_with[0], "touch", "files");
        var samples = Interleaved.Run(
            Interleaved.TimingRounds,
            () => _programs.Cost(Read(packed)).WallSeconds,
            () => _programs.Cost(Read(_files)).WallSeconds
        );
        _suite.Add(
            new Case("files-read-packed-wall", Metric.WallSeconds, samples[0])
            {
                Reference = samples[1],
                ReferenceName = "the same files in the page cache",
                Note = $"a start, and {FileCount} files of {FileSize} bytes, each opened, read and closed",
            }
        );
    }

    private string Build(string name, string more)
    {
        var folder = Path.Combine(_suite.WorkFolder, name);
        var package = Directory.CreateDirectory(Path.Combine(folder, "touch", "files")).Parent!.FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "files", "touch"), "*.py"))
            File.Copy(file, Path.Combine(package, Path.GetFileName(file)), overwrite: true);
        var random = new Random(1);
        var content = new byte[FileSize];
        for (var number = 0; number < FileCount; number++)
        {
            random.NextBytes(content);
            File.WriteAllBytes(Path.Combine(package, "files", $"{number:000}.bin"), content);
        }
        var run = $"mode = \"module\"\nmodule = \"touch\"\n{more}";
        return Application.Write(folder, "touch", ["touch"], run, _suite.Options.CacheDirectory).Build(BuildLog.Spoken).ProductPath;
    }
}
