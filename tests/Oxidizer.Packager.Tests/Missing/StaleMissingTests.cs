using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Missing;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Missing;

/// <summary>What is kept of what is missing: each thing that it is made from is changed alone; the cache counts the misses.</summary>
public sealed class StaleMissingTests : IDisposable
{
    private static readonly ResourceOrigin s_origin = new(7, ResourceOwner.Application, "another rule");

    private readonly TestBuild _build = new TestBuild()
        .Write("app/__init__.py", "")
        .Write("app/__main__.py", "import redis\nimport app.words\n")
        .Write("app/words.py", "import numpy\n")
        .Write("table.txt", "1")
        .Packages("app");

    public StaleMissingTests() =>
        _build.Configuration = _build.Configuration with
        {
            Run = new RunTable { Mode = "module", Module = "app" },
        };

    public void Dispose() => _build.Dispose();

    public static TheoryData<string, bool> Rows =>
        new()
        {
            { "nothing", false },
            { "a source", true },
            { "a module's name", true },
            { "whether a module is a package", true },
            { "whose a module is", true },
            { "a namespace", true },
            { "an extension", true },
            { "a shared extension", true },
            { "a library", true },
            { "a library's path", true },
            { "a distribution's scripts", true },
            { "a distribution's record", true },
            { "another file of a distribution", false },
            { "the path of a source", false },
            { "the optimise level", false },
            { "the location", false },
            { "Tell.run", true },
            { "a command", true },
            { "the name of a command", false },
            { "the code", true },
            { "the mode", true },
            { "whether folders are searched", true },
            { "whether there are folders", true },
            { "Tell.extensions", false },
            { "Tell.optional", false },
            { "Tell.positions", false },
            { "Tell.distribution", false },
        };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Names_are_looked_for_again_for_each_thing_that_decides_and_for_no_other(string what, bool runs)
    {
        Assert.Equal((1, 0), (Tell(""), Tell("")));
        Assert.Equal((what, runs ? 1 : 0, 0), (what, Tell(what), Tell(what)));
    }

    [Fact]
    public void Every_input_of_the_stage_has_a_row() =>
        Assert.Empty(
            Fields
                .OfParameters(typeof(MissingNames), nameof(MissingNames.Tell))
                // Of these two the rows name each field that is read.
                .Except(["Tell.resources", "Tell.python", "Tell.context"])
                .Except(Rows.Select(row => (string)row[0]))
        );

    [Fact]
    public void A_changed_source_says_what_it_wants_now_and_the_others_are_not_read_again()
    {
        Assert.Equal(["redis", "numpy"], Names());
        // What is unchanged by its digest is not opened, so that it need not be there.
        var context = _build.Context();
        var resources = _build.Write("app/words.py", "import scipy\n").Collect(context);
        File.Delete(_build["app/__main__.py"]);
        _build.TellMissing(resources, context);
        Assert.Equal(["redis", "scipy"], NamesOf(context));
        Assert.Equal(0, context.Cache.Statistics.Session["module_wants"].Misses);
    }

    [Fact]
    public void A_source_that_changed_while_the_build_ran_is_not_kept_under_its_old_digest()
    {
        var context = _build.Context();
        var resources = _build.Collect(context);
        _build.Write("app/words.py", "import scipy\n").TellMissing(resources, context);
        Assert.Equal(["redis"], NamesOf(context));
        context.Cache.Flush();
        _build.Write("app/words.py", "import numpy\n");
        File.AppendAllText(_build["app/__main__.py"], "# changed\n");
        Assert.Equal(["redis", "numpy"], Names());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_table_of_other_bytes_is_none(bool isCut)
    {
        var digest = Sha256Digest.Of("a source");
        var table = new Dictionary<Sha256Digest, SourceWants>
        {
            [digest] = new([new Want(WantKind.From, "..a", 3) { Parts = ["b", "c"] }, new Want(WantKind.LoadsLibrary, "libx.so.1", 70)])
            {
                ChangesPath = true,
            },
            [Sha256Digest.Of("another")] = new([new Want(WantKind.Gives, "two words", 1)]) { MakesModules = true },
        };
        var bytes = WantsTable.Write(table);
        var read = new Dictionary<Sha256Digest, SourceWants>();
        Assert.True(WantsTable.TryRead(bytes, read));
        Assert.Equal((true, false), (read[digest].ChangesPath, read[digest].MakesModules));
        Assert.Equal(["From ..a 3 b,c", "LoadsLibrary libx.so.1 70 "], read[digest].Wants.Select(Words));
        Assert.True(read[Sha256Digest.Of("another")].MakesModules);
        for (var index = 0; index < bytes.Length; index++)
        {
            byte[] other = isCut ? bytes[..index] : [.. bytes];
            if (!isCut)
                other[index] ^= 0x10;
            // No bytes throw; what is read of them is found by digests alone.
            WantsTable.TryRead(other, []);
        }
        Assert.False(WantsTable.TryRead("I 1 a \n"u8.ToArray(), []));
        Assert.False(WantsTable.TryRead("= 12 -\n"u8.ToArray(), []));
    }

    private static string Words(Want want) => $"{want.Kind} {want.Name} {want.Line} {string.Join(',', want.Parts)}";

    private IEnumerable<string> Names()
    {
        var context = _build.Context();
        _build.TellMissing(_build.Collect(context), context);
        context.Cache.Flush();
        return NamesOf(context);
    }

    private static IEnumerable<string> NamesOf(BuildContext context) =>
        context
            .Diagnostics.All.Where(warning => warning.Kind.Id == "OXI0333")
            .Select(warning => warning.Message.Split("`, which")[0].Split('`')[^1]);

    private long Tell(string what)
    {
        var context = _build.Context();
        var tables = _build.Configuration;
        MissingNames.Tell(
            Changed(_build.Collect(context), what),
            what switch
            {
                "Tell.run" => tables.Run with { Module = "app.words" },
                "a command" => tables.Run with { Module = null, Commands = [new("one", "app.words:main", _build.At(1))] },
                "the name of a command" => tables.Run with { Module = null, Commands = [new("one", "app", _build.At(1))] },
                "the code" => tables.Run with { Code = "import x" },
                "the mode" => tables.Run with { Mode = "repl" },
                _ => tables.Run,
            },
            what switch
            {
                "whether folders are searched" => tables.PythonConfig with { FilesystemImporter = false },
                "whether there are folders" => tables.PythonConfig with { SysPaths = ["/opt"] },
                _ => tables.PythonConfig,
            },
            what == "Tell.extensions" ? tables.Extensions with { SystemLibraries = ["libx.so"] } : tables.Extensions,
            what == "Tell.optional" ? ["redis"] : [],
            what == "Tell.positions"
                ? new KeyPositions("other.toml", new Dictionary<string, Packager.Diagnostics.SourceLocation>())
                : tables.Positions,
            what == "Tell.distribution" ? _build.Distribution with { Version = "3.99" } : _build.Distribution,
            context
        );
        context.Cache.Flush();
        return context.Cache.Statistics.Session["missing_names"].Misses;
    }

    private ResourceSet Changed(ResourceSet set, string what)
    {
        var file = new ResourceFile(_build["table.txt"], Sha256Digest.OfFile(_build["table.txt"]), 1);
        ResourceSet Words(Func<ModuleSource, ModuleSource> change) =>
            set with
            {
                Modules = [.. set.Modules.Select(module => module.Name == "app.words" ? change(module) : module)],
            };
        // What stands in every set, so that a change of it alone can be seen.
        set = set with
        {
            PackageDistributions = [Distribution(("entry_points.txt", file), ("RECORD", file))],
            SharedLibraries = [new SharedLibraryResource("libx.so.1", file, [], "lib/libx.so.1", s_origin, ResourceLocation.Embedded)],
        };
        var other = file with { Digest = Sha256Digest.Of("other") };
        return what switch
        {
            "a source" => Words(module => module with { File = other }),
            "a module's name" => Words(module => module with { Name = "app.speech" }),
            "whether a module is a package" => Words(module => module with { IsPackage = true }),
            "whose a module is" => Words(module => module with { Origin = module.Origin with { Owner = ResourceOwner.StandardLibrary } }),
            "a namespace" => set with { Namespaces = [new NamespacePackage("numpy", "numpy", s_origin, ResourceLocation.Embedded)] },
            "an extension" => set with { Extensions = [.. set.Extensions, MachinePython.Extension("zz")] },
            "a shared extension" => set with
            {
                SharedExtensions = [new SharedExtension("redis", false, "redis.so", file, [], s_origin, ResourceLocation.Embedded)],
            },
            "a library" => set with { SharedLibraries = [set.SharedLibraries[0] with { Soname = "liby.so.1" }] },
            "a library's path" => set with { SharedLibraries = [set.SharedLibraries[0] with { RelativePath = "lib/libx.so" }] },
            "a distribution's scripts" => set with { PackageDistributions = [Distribution(("entry_points.txt", other), ("RECORD", file))] },
            "a distribution's record" => set with { PackageDistributions = [Distribution(("entry_points.txt", file), ("RECORD", other))] },
            "another file of a distribution" => set with
            {
                PackageDistributions = [Distribution(("entry_points.txt", file), ("RECORD", file), ("METADATA", file))],
            },
            "the path of a source" => Words(module => module with { File = module.File with { Path = _build["app/./words.py"] } }),
            "the optimise level" => Words(module => module with { OptimizeLevel = 2 }),
            "the location" => Words(module => module with { Location = new ResourceLocation("lib") }),
            _ => set,
        };
    }

    private static PackageDistribution Distribution(params (string, ResourceFile)[] files) =>
        new("tool", "1", "tool-1.dist-info", files, s_origin, ResourceLocation.Embedded);
}
