using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Installing;
using Oxidizer.Packager.Packages;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests;

/// <summary>
/// What is kept between the actions that a build counts: sources and resources as they are stored, tables of shared objects, users of
/// <c>__file__</c>, digests of bytecode files. Each thing that one of them is made from is changed alone; the cache counts the misses.
/// </summary>
public sealed class StaleNoteTests : IDisposable
{
    private static readonly ResourceOrigin s_origin = new(1, ResourceOwner.Application, "a rule");

    private readonly TestBuild _build = new TestBuild()
        .Write("one.txt", new string('1', 1000))
        .Write("same.txt", new string('1', 1000))
        .Write("two.txt", new string('2', 1000))
        .Write("app/__init__.py", "")
        .Write("app/words.py", "'''words'''\nX = __file__\n")
        .Packages("app");

    public void Dispose() => _build.Dispose();

    [Theory]
    [InlineData("Open.origin", false)]
    [InlineData("Open.files", true)]
    [InlineData("the path of a file", false)]
    [InlineData("Open.codec", true)]
    [InlineData("Open.level", true)]
    public void Files_are_stored_again_for_other_bytes_another_codec_or_level(string what, bool runs)
    {
        Assert.Equal((1, 0), (Open(""), Open("")));
        Assert.Equal((what, runs ? 1 : 0, 0), (what, Open(what), Open(what)));
        Assert.Empty(
            Fields
                .OfParameters(typeof(FileSegment), nameof(FileSegment.Open))
                .Except(["Open.origin", "Open.files", "Open.codec", "Open.level", "Open.context"])
        );

        long Open(string changed) =>
            Misses(
                "file_segment",
                context =>
                    FileSegment.Open(
                        changed == "Open.origin" ? s_origin with { Words = "another" } : s_origin,
                        [
                            File(
                                changed switch
                                {
                                    "Open.files" => "two.txt",
                                    "the path of a file" => "same.txt",
                                    _ => "one.txt",
                                }
                            ),
                        ],
                        changed == "Open.codec" ? PackedCodec.Zstd : PackedCodec.Zlib,
                        changed == "Open.level" ? 1 : 6,
                        context
                    )
            );
    }

    [Fact]
    public void The_tables_of_a_shared_object_are_read_again_for_other_bytes_alone()
    {
        long Of(params string[] names) => Misses("elf_dynamic", context => SharedObjectFacts.Of([.. names.Select(File)], context));
        Assert.Equal((1, 0, 0), (Of("one.txt"), Of("one.txt"), Of("same.txt")));
        Assert.Equal((1, 1, 1, 0), (Of("two.txt"), Of("one.txt", "two.txt"), Of("two.txt", "one.txt"), Of("two.txt")));
    }

    [Fact]
    public void Users_of_file_are_looked_for_again_in_another_source_alone()
    {
        var users = 0;
        long Find() =>
            Misses("file_users", context => users = FileUsers.Find(_build.Collect(context), context).Sum(user => user.Modules.Count));
        Assert.Equal((1, 0), (Find(), Find()));
        Assert.Equal(1, users);
        _build.Write("app/words.py", "X = 1\n");
        Assert.Equal((1, 0), (Find(), Find()));
        Assert.Equal(0, users);
        System.IO.File.Move(_build["app/words.py"], _build["app/speech.py"]);
        Assert.Equal(0, Find());
    }

    [Fact]
    public void Debians_packages_are_listed_again_when_dpkg_has_written_its_status()
    {
        const string site = "usr/lib/python3/dist-packages";
        void Install(params string[] names)
        {
            foreach (var name in names)
                _build.Write($"var/lib/dpkg/info/{name}.list", $"/{site}/{name}-1.egg-info\n");
            _build.Write(
                "var/lib/dpkg/status",
                string.Concat(names.Select(name => $"Package: {name}\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n"))
            );
        }

        string? owner = null;
        long Find() => Misses("dpkg_index", context => owner = DebianIndex.Of(_build[site], context)!.PackageOf("python3-two-1.egg-info"));
        Install("python3-one");
        Assert.Equal((1, 0, null), (Find(), Find(), owner));
        Install("python3-one", "python3-two");
        Assert.Equal((1, 0, "python3-two"), (Find(), Find(), owner));
    }

    [Theory]
    [InlineData("nothing", false)]
    [InlineData("a source", true)]
    [InlineData("a path", true)]
    [InlineData("the optimise level", true)]
    [InlineData("the python", true)]
    [InlineData("whether the source is there", false)]
    [InlineData("the folder", false)]
    public void Bytecode_files_are_digested_again_for_each_thing_that_they_are_made_of(string what, bool runs)
    {
        var isChanged = false;
        Assert.Equal((1, 0), (Plan(), Plan()));
        isChanged = true;
        if (what == "a source")
            _build.Write("app/words.py", "X = 2\n");
        if (what == "the python")
            _build.Distribution = _build.Distribution with { Version = _build.Distribution.MajorMinor + ".99" };
        Assert.Equal((what, runs ? 1 : 0, 0), (what, Plan(), Plan()));

        long Plan() =>
            Misses(
                "bytecode_files",
                context =>
                {
                    var folder = new ResourceLocation(isChanged && what == "the folder" ? "other" : "lib");
                    var resources = _build.Collect(context);
                    resources = resources with
                    {
                        Modules =
                        [
                            .. resources.Modules.Select(module =>
                                module switch
                                {
                                    // The runtime's own modules stay in the product.
                                    { Origin.Owner: not ResourceOwner.Application } => module,
                                    { Name: "app.words" } => Words(module with { Location = folder }),
                                    _ => module with { Location = folder },
                                }
                            ),
                        ],
                    };
                    var code = _build.Compile(resources, context);
                    Assert.NotEmpty(
                        AppRelativePlan.Create(
                            _build.Configuration.PythonConfig.OptimizeLevel,
                            _build.Distribution,
                            resources,
                            code,
                            context
                        )
                    );
                }
            );

        ModuleSource Words(ModuleSource module) =>
            what switch
            {
                _ when !isChanged => module,
                "a path" => module with { RelativePath = "app/speech.py" },
                "the optimise level" => module with { OptimizeLevel = 2 },
                "whether the source is there" => module with { IncludeSource = !module.IncludeSource },
                _ => module,
            };
    }

    private long Misses(string kind, Action<BuildContext> run)
    {
        var context = _build.Context();
        // That the standard library is missing is said, and matters to none of these.
        run(context);
        context.Cache.Flush();
        return context.Cache.Statistics.Session[kind].Misses;
    }

    private ResourceFile File(string name) => new(_build[name], Sha256Digest.OfFile(_build[name]), new FileInfo(_build[name]).Length);
}
