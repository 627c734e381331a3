namespace Oxidizer.Benchmarks;

/// <summary>How big products are, beside what an installation of the same takes on the disk.</summary>
internal static class SizeSuite
{
    private const string InstallationName = "interpreter and standard library installed: sources and bytecode, without tests";

    public static void Run(Suite suite) =>
        suite.Part(
            "size",
            () =>
            {
                var reference = ReferenceInterpreter.Install(suite);
                var installation = Sample.Of(InstalledBytes(reference));
                suite.Part("hello", () => Measure("hello", "hello", ""));
                suite.Part("hello-no-source", () => Measure("hello-no-source", "hello", "include_source = false"));
                suite.Part("hello-compressed", () => Measure("hello-compressed", "hello", "", "compress = \"zstd\""));
                suite.Part(
                    "hello-compressed-19",
                    () => Measure("hello-compressed-19", "hello", "", "compress = \"zstd\"\ncompress_level = 19")
                );
                suite.Part("hello-compressed-zlib", () => Measure("hello-compressed-zlib", "hello", "", "compress = \"zlib\""));
                suite.Part("stdlib", () => Measure("stdlib", null, ""));

                void Measure(string id, string? package, string stdlibRule, string packing = "")
                {
                    var result = WriteProgram(suite, id, package, stdlibRule, packing).Build(BuildLog.Spoken);
                    suite.Add(
                        new Case(id, Metric.Bytes, Sample.Of(result.Size))
                        {
                            Reference = installation,
                            ReferenceName = InstallationName,
                            Note =
                                $"{result.Resources.Modules} modules, {result.Resources.ExtensionModules} extension modules, {result.Resources.Bytes} bytes of packed resources",
                        }
                    );
                }
            }
        );

    private static Application WriteProgram(Suite suite, string id, string? package, string stdlibRule, string packing)
    {
        var folder = Path.Combine(suite.WorkFolder, id);
        if (package is null)
            return Application.Write(folder, id, [], $"mode = \"repl\"\n[packing]\n{packing}", suite.Options.CacheDirectory, stdlibRule);
        var destination = Directory.CreateDirectory(Path.Combine(folder, package)).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(suite.Options.Root, "examples", package, package), "*.py"))
            File.Copy(file, Path.Combine(destination, Path.GetFileName(file)), overwrite: true);
        return Application.Write(
            folder,
            id,
            [package],
            $"mode = \"module\"\nmodule = \"{package}\"\n[packing]\n{packing}",
            suite.Options.CacheDirectory,
            stdlibRule
        );
    }

    // Each module as source and as bytecode of level 0, as the products hold it.
    private static double InstalledBytes(ReferenceInterpreter reference)
    {
        var sources = Directory
            .EnumerateFiles(reference.StandardLibrary, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(reference.StandardLibrary, path))
            .Where(path => !IsTest(path) && !path.StartsWith("config-", StringComparison.Ordinal))
            .ToList();
        return new FileInfo(reference.Executable).Length
            + sources.Sum(path => new FileInfo(Path.Combine(reference.StandardLibrary, path)).Length);
    }

    private static bool IsTest(string path) => path.Split('/').Any(part => part is "test" or "tests" or "idle_test" or "site-packages");
}
