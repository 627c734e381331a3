using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packing;

/// <summary>
/// What packing reads: each field of its input is changed alone. For one that the blob is made of, packing runs again, once; for one that
/// is
/// said to be none, it does not, and the blob is the same when it is packed anew.
/// </summary>
public sealed partial class StalePackTests(StalePackTests.Product product) : IClassFixture<StalePackTests.Product>
{
    public static TheoryData<string> Rows => [.. s_rows.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_blob_is_packed_again_for_each_field_that_it_is_made_of_and_for_no_other(string field)
    {
        var row = s_rows[field];
        var first = product.Pack(row, product.Build);
        Assert.Equal((field, row.Runs), (field, first.Ran));
        Assert.False(product.Pack(row, product.Build).Ran, $"packed twice for {field}");
        if (row.Runs)
            return;
        using var fresh = new TestBuild();
        var anew = product.Pack(row, fresh);
        Assert.True(anew.Ran);
        Assert.Equal(first.Blob, anew.Blob);
    }

    [Fact]
    public void Every_field_of_the_input_has_a_row() =>
        Assert.Empty(
            Fields
                .Of(
                    typeof(PackInput),
                    typeof(PackedModule),
                    typeof(ResourceSet),
                    typeof(ResourceOrigin),
                    typeof(ModuleSource),
                    typeof(NamespacePackage),
                    typeof(SharedExtension),
                    typeof(SharedLibraryResource),
                    typeof(PackageResource),
                    typeof(PlainFile),
                    typeof(EmptyFolder),
                    typeof(FileLink),
                    typeof(ResourceFile),
                    typeof(PackageDistribution)
                )
                .Except(s_rows.Keys)
        );

    [Fact]
    public void A_record_beside_the_product_that_changed_is_packed_again_for_it_says_whose_the_modules_are()
    {
        Row Record(string text) => Distributions(distribution => Beside(product.WithRecord(distribution, text)));
        var before = product.Pack(Record("pkg/__init__.py,,\n"), product.Build);
        var after = product.Pack(Record("app/__init__.py,,\n"), product.Build);
        Assert.True(after.Ran);
        Assert.NotEqual(before.Blob.Digest, after.Blob.Digest);
    }

    [Fact]
    public void Libraries_whose_names_join_alike_are_told_apart()
    {
        Row Needing(params string[] libraries) =>
            Resources(set =>
                set with
                {
                    SharedLibraries =
                    [
                        .. set.SharedLibraries.Select(library =>
                            library.Soname == Product.Alone ? library with { Dependencies = libraries } : library
                        ),
                        .. new[] { "a", "a/b", "b" }.Select(name => set.SharedLibraries[0] with { Soname = name }),
                    ],
                }
            );
        var before = product.Pack(Needing("a/b"), product.Build);
        var after = product.Pack(Needing("a", "b"), product.Build);
        Assert.True(after.Ran);
        Assert.NotEqual(before.Blob.Digest, after.Blob.Digest);
    }

    /// <summary>What a row changes: the resources before they are compiled, or the input that is made of them.</summary>
    internal sealed record Row(bool Runs, Func<Product, ResourceSet, ResourceSet> Resources, Func<PackInput, PackInput> Input);

    /// <summary>A program with one thing of each kind, packed once.</summary>
    public sealed class Product : IDisposable
    {
        internal const string Alone = "libneeded-by-nothing.so.1";

        private readonly ResourceSet _resources;

        public Product()
        {
            var site = $"venv/lib/python{Build.Distribution.MajorMinor}/site-packages";
            Build
                .Write("app/__init__.py", "")
                .Write("app/words.py", "TEXT = 'first'\n")
                .Write("app/same-words.txt", "TEXT = 'first'\n")
                .Write("app/other-words.txt", "TEXT = 'second'\n")
                .Write("app/table.txt", string.Concat(Enumerable.Repeat("a table\n", 100)))
                .Write("app/space/one.py", "X = 1\n")
                .Write($"{site}/pkg/__init__.py", "")
                .Write($"{site}/thing-1.0.dist-info/METADATA", "Name: thing\nVersion: 1.0\n")
                .Write($"{site}/thing-1.0.dist-info/RECORD", "pkg/__init__.py,,\n")
                .Write("fast.c", "void *PyInit_fast(void) { return 0; }");
            Link("-Wl,-soname,libb.so.1", "-o", Build[$"{site}/libb.so.1"], Build["fast.c"]);
            var extension = $"fast{Build.Distribution.ExtensionSuffixes[0]}";
            Link("-Wl,--no-as-needed", "-o", Build[$"{site}/pkg/{extension}"], Build["fast.c"], Build[$"{site}/libb.so.1"]);
            Build.Stdlib().Packages("app").Rule(new VirtualenvRule(Build["venv"], null));
            Build.Configuration = Build.Configuration with
            {
                Build = new BuildTable { ApplicationName = "hello" },
                Packing = new PackingTable { Compress = "zlib" },
            };
            var context = Build.Context();
            var resources = Build.Collect(context);
            context.Diagnostics.ThrowIfErrors();
            var origin = resources.PackageResources.Single(resource => resource.Name == "table.txt").Origin;
            _resources = resources with
            {
                PlainFiles = [new PlainFile("notes/table.txt", File("app/table.txt"), origin, ResourceLocation.Embedded)],
                EmptyFolders = [new EmptyFolder("spool", origin, ResourceLocation.Embedded)],
                Links = [new FileLink("notes/link", "table.txt", IsAlone: true, origin, ResourceLocation.Embedded)],
                SharedLibraries = [.. resources.SharedLibraries, resources.SharedLibraries[0] with { Soname = Alone }],
            };
            context.Cache.Flush();
            var unchanged = new Row(true, (_, set) => set, input => input);
            Assert.Equal((true, false), (Pack(unchanged, Build).Ran, Pack(unchanged, Build).Ran));
        }

        internal TestBuild Build { get; } = new();

        public void Dispose() => Build.Dispose();

        internal (bool Ran, PackedBlob Blob) Pack(Row row, TestBuild build)
        {
            var context = build.Context();
            var resources = row.Resources(this, _resources);
            var code = build.Compile(resources, context);
            context.Diagnostics.ThrowIfErrors();
            var blob = PackStage.Pack(row.Input(Build.Input(resources, code)), context);
            context.Cache.Flush();
            return (context.Actions.Counts[ActionKinds.Pack].Executed == 1, blob);
        }

        /// <summary>A file of the program's folder.</summary>
        internal ResourceFile File(string name) =>
            new(Build[name], Cache.Sha256Digest.OfFile(Build[name]), new FileInfo(Build[name]).Length);

        internal PackageDistribution WithRecord(PackageDistribution distribution, string text)
        {
            var name = $"record-{Cache.Sha256Digest.Of(text).ToShortString()}";
            Build.Write(name, text);
            return distribution with
            {
                Files = [.. distribution.Files.Select(file => file.Name == "RECORD" ? (file.Name, File(name)) : file)],
            };
        }

        private static void Link(params string[] arguments)
        {
            var result = Packager.Processes.ChildProcess.Run(
                new Packager.Processes.Command("cc", ["-shared", "-fPIC", "-nostdlib", .. arguments])
            );
            Assert.True(result.ExitCode == 0, result.Error);
        }
    }
}
