namespace Oxidizer.Benchmarks;

/// <summary>What a product's start costs, beside the interpreter that it was made of and beside the machine's own.</summary>
internal sealed class StartupSuite
{
    private const string SystemInterpreter = "/usr/bin/python3";
    private const string SystemName = "the machine's python3 -I";
    private const int InstructionRounds = 3;

    private readonly Suite _suite;
    private readonly Programs _programs;
    private readonly ReferenceInterpreter _reference;
    private readonly string _sources;

    private StartupSuite(Suite suite)
    {
        _suite = suite;
        _programs = new Programs(suite.WorkFolder);
        _reference = ReferenceInterpreter.Install(suite);
        _sources = Path.Combine(suite.WorkFolder, "programs");
    }

    /// <summary>Something that a product is compared with.</summary>
    private sealed record Contender(string Suffix, string Name, string[] Command);

    public static void Run(Suite suite) =>
        suite.Part(
            "startup",
            () =>
            {
                var startup = new StartupSuite(suite);
                suite.Part("hello", startup.Hello);
                suite.Part("stdlib-import", startup.StandardLibraryImport);
                suite.Part("index-open", startup.IndexOpen);
            }
        );

    private void Hello()
    {
        var product = BuildProgram("hello", Path.Combine(_suite.Options.Root, "examples", "hello", "hello"));
        var plain = _reference.CommandFor(_sources, "hello");
        Contender[] contenders =
        [
            new("", ReferenceInterpreter.Name, plain),
            new(
                "-no-site",
                ReferenceInterpreter.Name + " -S",
                ReferenceInterpreter.CommandFor(_reference.Executable, ["-I", "-S"], _sources, "hello")
            ),
            new("-system", SystemName, ReferenceInterpreter.CommandFor(SystemInterpreter, ["-I"], _sources, "hello")),
        ];
        var said = _programs.Output(product);
        foreach (var contender in contenders)
            if (_programs.Output(contender.Command) != said)
                throw new BenchmarkFailedException(
                    $"`{string.Join(' ', contender.Command)}` does not say what the product says, which is: {said}"
                );

        Compare("hello", [product], contenders, wallRounds: 31);
        var bytes = Interleaved.Run(
            Interleaved.TimingRounds,
            () => _programs.Cost(product).MaxResidentBytes,
            () => _programs.Cost(plain).MaxResidentBytes
        );
        _suite.Add(new Case("hello-rss", Metric.Bytes, bytes[0]) { Reference = bytes[1], ReferenceName = ReferenceInterpreter.Name });
        Count("hello-syscalls", _programs.SystemCalls);
        Count("hello-faults", _programs.PageFaults);

        void Count(string id, Func<string[], double> count)
        {
            var samples = Interleaved.Run(Interleaved.TimingRounds, () => count([product]), () => count(contenders[^1].Command));
            _suite.Add(new Case(id, Metric.Count, samples[0]) { Reference = samples[1], ReferenceName = SystemName });
        }
    }

    private void StandardLibraryImport()
    {
        var product = BuildProgram("import_stdlib", Path.Combine(AppContext.BaseDirectory, "startup", "import_stdlib"));
        var lister = Path.Combine(AppContext.BaseDirectory, "startup", "list_modules.py");
        var listed = _programs.Output(_reference.Executable, "-I", lister);
        string[] Plain(string names) => _reference.CommandFor(_sources, "import_stdlib", names);
        string[] System(string names) => ReferenceInterpreter.CommandFor(SystemInterpreter, ["-I"], _sources, "import_stdlib", names);
        string[] Product(string names) => [product, names];

        // Equal work or no comparison: each list has what both sides import. Debian splits some modules off into packages of their own.
        var names = new ImportList(_programs, _suite.WorkFolder, "same-build", listed).KeepWhatImports(Plain).KeepWhatImports(Product);
        Compare(
            "stdlib-import",
            Product(names.Path),
            [new("", ReferenceInterpreter.Name, Plain(names.Path))],
            Interleaved.TimingRounds,
            names.Note
        );
        var common = new ImportList(_programs, _suite.WorkFolder, "system", names.Text).KeepWhatImports(System);
        Compare(
            "stdlib-import",
            Product(common.Path),
            [new("-system", SystemName, System(common.Path))],
            Interleaved.TimingRounds,
            common.Note
        );
    }

    private void IndexOpen()
    {
        var products = new[] { 100, 20_000 }
            .Select(count =>
            {
                var application = GeneratedApplication.Write(
                    Path.Combine(_suite.WorkFolder, $"index-{count}"),
                    count,
                    _suite.Options.CacheDirectory,
                    "mode = \"noop\""
                );
                return application.Build(BuildLog.Spoken).ProductPath;
            })
            .ToArray();
        var counts = Interleaved.Run(
            InstructionRounds,
            () => _programs.Instructions(products[0]),
            () => _programs.Instructions(products[1])
        );
        _suite.Add(
            new Case("index-open-100", Metric.Instructions, counts[0])
            {
                Note = "a start that runs nothing, of a product with 100 modules beside the standard library",
            }
        );
        _suite.Add(new Case("index-open-20000", Metric.Instructions, counts[1]) { Reference = counts[0], ReferenceName = "100 modules" });
    }

    private string BuildProgram(string package, string source)
    {
        var destination = Directory.CreateDirectory(Path.Combine(_sources, package)).FullName;
        foreach (var file in Directory.EnumerateFiles(source, "*.py"))
            File.Copy(file, Path.Combine(destination, Path.GetFileName(file)), overwrite: true);
        var application = Application.Write(
            _sources,
            package,
            [package],
            $"mode = \"module\"\nmodule = \"{package}\"",
            _suite.Options.CacheDirectory
        );
        return application.Build(BuildLog.Spoken).ProductPath;
    }

    private void Compare(string id, string[] product, Contender[] contenders, int wallRounds, string? note = null)
    {
        string[][] commands = [product, .. contenders.Select(contender => contender.Command)];
        // The first run of each writes the bytecode caches, and brings all files into the page cache.
        foreach (var command in commands)
            _programs.Cost(command);
        Measure("", Metric.Instructions, InstructionRounds, _programs.Instructions);
        Measure("-wall", Metric.WallSeconds, wallRounds, command => _programs.Cost(command).WallSeconds);

        void Measure(string suffix, string metric, int rounds, Func<string[], double> measure)
        {
            var samples = Interleaved.Run(rounds, [.. commands.Select(command => (Func<double>)(() => measure(command)))]);
            for (var index = 0; index < contenders.Length; index++)
                _suite.Add(
                    new Case(id + contenders[index].Suffix + suffix, metric, samples[0])
                    {
                        Reference = samples[index + 1],
                        ReferenceName = contenders[index].Name,
                        Note = note,
                    }
                );
        }
    }
}
