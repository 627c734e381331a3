using Oxidizer.Cache;
using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Missing;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Selection;

namespace Oxidizer.Packager.Tests.Resources;

/// <summary>A folder with files of a test's own, a cache, and the rooms between the distribution and the linker.</summary>
internal sealed class TestBuild : IDisposable
{
    private readonly List<IActionCache> _caches = [];
    private readonly string _cache;

    public TestBuild(Distribution? distribution = null, string? cache = null)
    {
        Folder = Directory.CreateTempSubdirectory("oxidizer-packing-").FullName;
        Distribution = distribution ?? MachinePython.Small;
        _cache = cache ?? this["cache"];
    }

    public string Folder { get; }

    public Distribution Distribution { get; set; }

    public List<PackageRule> Rules { get; } = [];

    public BuildConfiguration Configuration { get; set; } = new("oxidizer.toml", "/");

    public string? Interpreter { get; set; }

    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(60);

    public CancellationToken Cancellation { get; set; }

    public bool ReadOnlyCache { get; set; }

    public string this[string name] => Path.Combine(Folder, name);

    public IEnumerable<string> Ids(BuildContext context) => context.Diagnostics.All.Select(diagnostic => diagnostic.Kind.Id);

    public TestBuild Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public TestBuild Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
        return this;
    }

    public TestBuild Rule(PackageRule rule)
    {
        Rules.Add(rule);
        return this;
    }

    public TestBuild Stdlib() => Rule(new StdlibRule(At(1)));

    public TestBuild Packages(params string[] packages) => Rule(new PackageRootRule(Folder, packages, At(2)));

    public SourceLocation At(int line) => new(this["oxidizer.toml"], line);

    /// <summary>A context of its own, as a build in a new process has it.</summary>
    public BuildContext Context()
    {
        var cache = LiteDbCache.Open(new CacheSettings(_cache) { ReadOnly = ReadOnlyCache });
        _caches.Add(cache);
        var work = this["work-" + Guid.NewGuid().ToString("N")];
        Directory.CreateDirectory(work);
        return new BuildContext(new SilentLog(), cache, new DiagnosticBag(), new ActionLedger(), work, 2, Cancellation);
    }

    public ResourceSet Collect(BuildContext context) =>
        LibraryClosure.Complete(
            ResourceStage.RequireStart(
                ResourceStage.Collect(
                    Rules,
                    Configuration.PythonConfig.OptimizeLevel,
                    Configuration.Extensions,
                    Configuration.Positions,
                    Distribution,
                    context
                ),
                Configuration.Run
            ),
            Configuration.Extensions,
            Configuration.Toolchain,
            Configuration.Target,
            Configuration.Positions,
            context
        );

    public void TellMissing(ResourceSet resources, BuildContext context) =>
        MissingNames.Tell(
            resources,
            Configuration.Run,
            Configuration.PythonConfig,
            Configuration.Extensions,
            Configuration.Packing.OptionalImports,
            Configuration.Positions,
            Distribution,
            context
        );

    public CompiledCode Compile(ResourceSet resources, BuildContext context) =>
        BytecodeStage.Compile(resources.Modules, Distribution, Interpreter, context, Patience);

    public PackInput Input(ResourceSet resources, CompiledCode code) =>
        PackInput.Create(
            Configuration.Packing,
            ConfigurationTables.NameProgram(Configuration.PythonConfig, Configuration.Build),
            Configuration.Run,
            Distribution,
            resources,
            code
        );

    /// <summary>Everything up to the blob, as a build of its own.</summary>
    public (PackedBlob Blob, BuildContext Context) Pack()
    {
        var context = Context();
        var resources = Collect(context);
        context.Diagnostics.ThrowIfErrors();
        var code = Compile(resources, context);
        context.Diagnostics.ThrowIfErrors();
        var blob = PackStage.Pack(Input(resources, code), context);
        context.Cache.Flush();
        return (blob, context);
    }

    public static byte[] BytesOf((PackedBlob Blob, BuildContext Context) packed) =>
        packed.Context.Cache.TryRead(packed.Blob.Digest) ?? throw new InvalidOperationException("the blob is not in the cache");

    public static IEnumerable<(string Kind, int Count)> Executed(BuildContext context) =>
        context.Actions.Executed.GroupBy(action => action.Kind).Select(group => (group.Key, group.Count())).Order();

    public void Dispose()
    {
        foreach (var cache in _caches)
            cache.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private sealed class SilentLog : IBuildLog
    {
        public void Information(string message) { }

        public void Debug(string message) { }

        public void Warning(string message) { }

        public void Progress(string stage, double? share, string? detail = null) { }
    }
}
