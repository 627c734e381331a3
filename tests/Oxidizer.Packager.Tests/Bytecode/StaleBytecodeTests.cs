using System.Collections.Immutable;
using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Bytecode;

/// <summary>What compiling a module reads: the module, the Python that compiles, and our script in it. Each is changed alone.</summary>
public sealed class StaleBytecodeTests : IDisposable
{
    private static readonly Dictionary<string, (bool Runs, Func<TestBuild, ModuleSource, ModuleSource> Change)> s_modules = new(
        StringComparer.Ordinal
    )
    {
        ["ModuleSource.File"] = (true, (build, module) => module with { File = File(build, "second.txt") }),
        ["ModuleSource.RelativePath"] = (true, (_, module) => module with { RelativePath = "app/speech.py" }),
        ["ModuleSource.OptimizeLevel"] = (true, (_, module) => module with { OptimizeLevel = 2 }),
        // A source that compiles gives the same code whether it must compile or not.
        ["ModuleSource.TellsRefusal"] = (false, (_, module) => module with { TellsRefusal = true }),
        ["ModuleSource.MayNotCompile"] = (false, (_, module) => module with { MayNotCompile = true }),
        ["the path of a source"] = (false, (build, module) => module with { File = File(build, "same.txt") }),
        ["ModuleSource.Name"] = (false, (_, module) => module with { Name = "app.speech" }),
        ["ModuleSource.IsPackage"] = (false, (_, module) => module with { IsPackage = true }),
        ["ModuleSource.IncludeSource"] = (false, (_, module) => module with { IncludeSource = false }),
        ["ModuleSource.Origin"] = (false, (_, module) => module with { Origin = new(9, ResourceOwner.Application, "another rule") }),
        ["ModuleSource.Location"] = (false, (_, module) => module with { Location = new("lib") }),
    };

    private readonly TestBuild _build = new TestBuild()
        .Packages("app")
        .Write("app/__init__.py", "")
        .Write("app/words.py", "'''words'''\nTEXT = 'first'\n")
        .Write("same.txt", "'''words'''\nTEXT = 'first'\n")
        .Write("second.txt", "TEXT = 'second'\n");

    private readonly ResourceSet _resources;

    public StaleBytecodeTests() => _resources = _build.Collect(_build.Context());

    public static TheoryData<string> Modules => [.. s_modules.Keys];

    public void Dispose() => _build.Dispose();

    [Theory]
    [MemberData(nameof(Modules))]
    public void A_module_is_compiled_again_for_each_field_that_its_code_depends_on_and_for_no_other(string what)
    {
        Assert.Equal((_resources.Modules.Count, 0), (Compile(_resources), Compile(_resources)));
        var (runs, change) = s_modules[what];
        var changed = _resources with
        {
            Modules = [.. _resources.Modules.Select(module => module.Name == "app.words" ? change(_build, module) : module)],
        };
        Assert.Equal((what, runs ? 1 : 0, 0), (what, Compile(changed), Compile(changed)));
    }

    [Fact]
    public void Every_field_of_a_module_has_a_row() => Assert.Empty(Fields.Of(typeof(ModuleSource)).Except(s_modules.Keys));

    [Fact]
    public void Another_release_of_python_compiles_all_again()
    {
        Compile(_resources);
        _build.Distribution = _build.Distribution with { Version = _build.Distribution.MajorMinor + ".99" };
        Assert.Equal((_resources.Modules.Count, 0), (Compile(_resources), Compile(_resources)));
    }

    [Theory]
    [InlineData(nameof(Distribution.CacheTag))]
    [InlineData(nameof(Distribution.BytecodeMagic))]
    public void A_python_of_another_bytecode_is_given_no_code_of_this_one(string field)
    {
        Compile(_resources);
        _build.Distribution =
            field == nameof(Distribution.CacheTag)
                ? _build.Distribution with
                {
                    CacheTag = "cpython-399",
                }
                : _build.Distribution with
                {
                    BytecodeMagic = "ff0f0d0a",
                };
        Assert.Equal("OXI0404", Assert.Throws<BuildFailedException>(() => Compile(_resources)).Diagnostics[0].Kind.Id);
    }

    [Fact]
    public void What_else_a_distribution_says_compiles_nothing()
    {
        Compile(_resources);
        var before = _build.Distribution;
        _build.Distribution = before with
        {
            Root = "/nowhere",
            ArchiveDigest = default,
            Name = "another",
            Target = new TargetTriple("aarch64-unknown-linux-musl"),
            MajorMinor = "3.99",
            Executable = "bin/none",
            StandardLibrary = "other",
            IncludeDirectory = "other",
            TestPackages = [],
            ExtensionSuffixes = [],
            CoreObjects = ["a.o"],
            InterpreterObjects = ["b.o"],
            EmbeddingObjects = ["c.o"],
            CoreLinks = [new LibraryLink("m", null, null, false, true)],
            InittabSource = "other.c",
            InittabCFlags = ["-O3"],
            Extensions = ImmutableSortedDictionary<string, ImmutableArray<ExtensionVariant>>.Empty,
            Licenses = [],
            LicensePath = "other",
            Source = new DistributionSource("python3", "3.99", ImmutableSortedDictionary<string, string>.Empty),
            ObjectFileFormat = "llvm-bitcode:1",
            HasMimalloc = !before.HasMimalloc,
            Files = new Dictionary<string, Cache.ActionOutput>(),
        };
        string[] read = [nameof(Distribution.Version), nameof(Distribution.CacheTag), nameof(Distribution.BytecodeMagic)];
        Assert.Equal(
            read.Order(StringComparer.Ordinal),
            typeof(Distribution)
                .GetProperties()
                .Where(field => Equals(field.GetValue(before), field.GetValue(_build.Distribution)))
                .Select(field => field.Name)
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(0, Compile(_resources));
    }

    [Fact]
    public void A_named_interpreter_whose_library_changed_compiles_all_again_though_its_own_file_did_not()
    {
        _build
            .Write("python/bin/python", $"#!/bin/sh\nexec {MachinePython.Interpreter} \"$@\"\n")
            .Write($"python/lib/libpython{_build.Distribution.MajorMinor}.so.1.0", "one release");
        _build.Interpreter = _build["python/bin/python"];
        System.IO.File.SetUnixFileMode(_build.Interpreter, Cache.ActionOutput.Executable);
        Assert.Equal((_resources.Modules.Count, 0), (Compile(_resources), Compile(_resources)));
        _build.Write($"python/lib/libpython{_build.Distribution.MajorMinor}.so.1.0", "the next");
        Assert.Equal((_resources.Modules.Count, 0), (Compile(_resources), Compile(_resources)));
        // The version of the distribution is not what compiles.
        _build.Distribution = _build.Distribution with
        {
            Version = _build.Distribution.MajorMinor + ".99",
        };
        Assert.Equal(0, Compile(_resources));
    }

    [Fact]
    public void The_worker_s_script_is_part_of_what_compiles()
    {
        var script = Path.Combine(Repository.Root, "src/Oxidizer.Packager/Bytecode/compile_worker.py");
        Assert.Equal(Cache.Sha256Digest.OfFile(script), CompileWorker.ScriptDigest);
        Assert.EndsWith(
            " " + CompileWorker.ScriptDigest.ToShortString(),
            CodeKeys.Identify(_build.Distribution, null, _build.Context().Cache),
            StringComparison.Ordinal
        );
    }

    private int Compile(ResourceSet resources)
    {
        var context = _build.Context();
        _build.Compile(resources, context);
        context.Diagnostics.ThrowIfErrors();
        context.Cache.Flush();
        return context.Actions.Counts[ActionKinds.CompileBytecode].Executed;
    }

    private static ResourceFile File(TestBuild build, string name) =>
        new(build[name], Cache.Sha256Digest.OfFile(build[name]), new FileInfo(build[name]).Length);
}
