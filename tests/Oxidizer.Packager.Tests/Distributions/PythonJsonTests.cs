using System.Text;
using System.Text.Json.Nodes;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Linking;

namespace Oxidizer.Packager.Tests.Distributions;

/// <summary>Descriptions that are of another version, lack something, or name what is not there.</summary>
public sealed class PythonJsonTests : IDisposable
{
    private readonly DistributionBench _bench = new();
    private readonly JsonObject _json = SmallDistribution.Description();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("5")]
    [InlineData("6")]
    [InlineData("7")]
    [InlineData("8")]
    public void The_known_versions_are_read(string version)
    {
        _json["version"] = version;

        Assert.Equal("3.11.2", Obtain().Version);
    }

    [Fact]
    public void A_version_that_is_a_number_is_read()
    {
        _json["version"] = 8;

        Assert.Equal("3.11.2", Obtain().Version);
    }

    [Fact]
    public void What_a_distribution_was_built_from_is_read()
    {
        _json["source"] = JsonNode.Parse(
            """{ "package": "python3.11", "version": "3.11.2-6", "files": { "a.deb": "00", "b": 1 }, "patches": [] }"""
        );

        var source = Obtain().Source!;

        Assert.Equal(("python3.11", "3.11.2-6"), (source.Package, source.Version));
        Assert.Equal(["a.deb"], source.Files.Keys);
    }

    [Theory]
    [InlineData("\"https://example.org\"")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{ \"version\": 3, \"files\": [] }")]
    public void A_source_of_another_form_is_ignored_as_unknown_keys_are(string source)
    {
        _json["source"] = JsonNode.Parse(source);

        Assert.Null(Obtain().Source);
    }

    [Theory]
    [InlineData("4", "a later release")]
    [InlineData("9", "an earlier release, or a newer Oxidizer")]
    [InlineData("eight", "a later release")]
    [InlineData("-8", "a later release")]
    public void An_unknown_version_is_an_error(string version, string wayOut)
    {
        _json["version"] = version;

        var refusal = Refusal();

        Assert.Equal("OXI0212", refusal.Kind.Id);
        Assert.Contains($"`{version}`", refusal.Message);
        Assert.Contains(wayOut, refusal.Message);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("target_triple")]
    [InlineData("python_version")]
    [InlineData("python_major_minor_version")]
    [InlineData("python_implementation_cache_tag")]
    [InlineData("python_bytecode_magic_number")]
    [InlineData("python_exe")]
    [InlineData("python_paths")]
    [InlineData("python_paths.stdlib")]
    [InlineData("python_paths.include")]
    [InlineData("python_suffixes")]
    [InlineData("python_suffixes.extension")]
    [InlineData("python_stdlib_test_packages")]
    [InlineData("build_info")]
    [InlineData("build_info.core")]
    [InlineData("build_info.core.objs")]
    [InlineData("build_info.core.links")]
    [InlineData("build_info.inittab_object")]
    [InlineData("build_info.inittab_source")]
    [InlineData("build_info.inittab_cflags")]
    [InlineData("build_info.extensions")]
    [InlineData("build_info.object_file_format")]
    public void A_missing_key_is_named(string key)
    {
        Parent(key).Remove(key.Split('.')[^1]);

        var refusal = Refusal();

        Assert.Equal("OXI0213", refusal.Kind.Id);
        Assert.Contains($"lacks the key `{key}`", refusal.Message);
        Assert.Contains("`d-full.tar.zst`", refusal.Message);
    }

    [Theory]
    [InlineData("objs")]
    [InlineData("links")]
    [InlineData("init_fn")]
    [InlineData("variant")]
    public void A_missing_key_of_an_extension_is_named_with_the_extension(string key)
    {
        _json["build_info"]!["extensions"]!["zlib"]![0]!.AsObject().Remove(key);

        Assert.Contains($"`build_info.extensions.zlib[0].{key}`", Refusal().Message);
    }

    [Theory]
    [InlineData("python_version", "a text")]
    [InlineData("python_paths", "an object")]
    [InlineData("build_info.core.objs", "a list of texts")]
    [InlineData("build_info.core.links", "a list of objects")]
    [InlineData("build_info.extensions", "an object")]
    public void A_value_of_a_wrong_type_is_named(string key, string expected)
    {
        Parent(key)[key.Split('.')[^1]] = 5;

        Assert.Contains($"`{key}` must be {expected}", Refusal().Message);
    }

    [Fact]
    public void An_archive_without_objects_for_embedding_is_read()
    {
        var distribution = Obtain();

        Assert.Empty(distribution.InterpreterObjects);
        Assert.Empty(distribution.EmbeddingObjects);
        Assert.Equal(["build/Python/import.o"], LinkPlan.Create(distribution, [], [], strip: true).CoreObjects.AsEnumerable());
    }

    [Fact]
    public void Objects_for_embedding_take_the_place_of_the_others_in_products()
    {
        var core = Core();
        core["objs"]!.AsArray().Add("build/lib/libz.a"); // any file of the archive
        core["interpreter_objs"] = new JsonArray("build/Python/import.o");
        core["embed_objs"] = new JsonArray("build/Modules/zlibmodule.o");

        var distribution = Obtain();

        Assert.Equal(["build/Python/import.o", "build/lib/libz.a"], distribution.CoreObjects.AsEnumerable());
        Assert.Equal(
            ["build/lib/libz.a", "build/Modules/zlibmodule.o"],
            LinkPlan.Create(distribution, [], [], strip: true).CoreObjects.AsEnumerable()
        );
    }

    [Fact]
    public void A_licence_text_that_is_not_in_the_archive_is_a_warning_that_names_it()
    {
        _json["build_info"]!["extensions"]!["zlib"]![0]!["license_paths"] = new JsonArray(
            "licenses/LICENSE.cpython.txt",
            "licenses/LICENSE.zlib.txt"
        );
        var table = Table(Encoding.UTF8.GetBytes(_json.ToJsonString())) with { Location = new SourceLocation("oxidizer.toml", 3, 1) };

        var distribution = _bench.Obtain(table);

        Assert.Equal(
            "oxidizer.toml:3:1: warning OXI0218: the archive `d-full.tar.zst` names the licence text `licenses/LICENSE.zlib.txt`, but does not hold it; get it from the library's own site",
            Assert.Single(_bench.Build.Diagnostics.All).ToString()
        );
        Assert.Equal(["licenses/LICENSE.cpython.txt"], distribution.Extensions["zlib"][0].LicensePaths.AsEnumerable());
    }

    [Fact]
    public void Objects_that_are_bitcode_are_refused_before_the_link()
    {
        _json["build_info"]!["object_file_format"] = "llvm-bitcode:17";
        var distribution = Obtain();

        var refusal = Assert.Single(
            Assert.Throws<BuildFailedException>(() => LinkPlan.Create(distribution, [], [], strip: true)).Diagnostics
        );

        Assert.Equal(
            "error OXI0505: `d-full.tar.zst` holds LLVM bitcode (`llvm-bitcode:17`); use its `pgo`, `noopt` or `debug` archive, or `source = \"apt:python3\"`",
            refusal.ToString()
        );
    }

    [Theory]
    [InlineData("interpreter_objs")]
    [InlineData("embed_objs")]
    public void Objects_for_embedding_without_those_that_they_replace_are_an_error(string key)
    {
        Core()[key] = new JsonArray("build/Python/import.o");

        Assert.Contains("one is without the other", Refusal().Message);
    }

    [Fact]
    public void An_object_that_is_not_of_the_core_cannot_be_replaced()
    {
        Core()["interpreter_objs"] = new JsonArray("build/Modules/zlibmodule.o");
        Core()["embed_objs"] = new JsonArray("build/Python/import.o");

        Assert.Contains("`build/Modules/zlibmodule.o`, which is not among `build_info.core.objs`", Refusal().Message);
    }

    [Fact]
    public void An_object_for_embedding_that_is_not_in_the_archive_is_an_error()
    {
        Core()["interpreter_objs"] = new JsonArray("build/Python/import.o");
        Core()["embed_objs"] = new JsonArray("build/Python/embedding/frozen.o");

        var refusal = Refusal();

        Assert.Equal("OXI0214", refusal.Kind.Id);
        Assert.Contains("`build/Python/embedding/frozen.o` (build_info.core.embed_objs)", refusal.Message);
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        _json.Remove("python_exe");
        _json.Remove("target_triple");
        _json["build_info"]!["inittab_source"] = "build/absent.c";

        var failure = Assert.Throws<BuildFailedException>(Obtain);

        Assert.Equal(["OXI0213", "OXI0213", "OXI0214"], failure.Diagnostics.Select(diagnostic => diagnostic.Kind.Id));
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("install/../build/Modules/config.c")]
    [InlineData("build/Modules/absent.o")]
    [InlineData("build/Modules")]
    [InlineData("build/Modules/config.c\u0000.o")]
    public void A_path_that_is_not_in_the_archive_is_refused(string path)
    {
        _json["build_info"]!["core"]!["objs"]!.AsArray().Add(path);

        var refusal = Refusal();

        Assert.Equal("OXI0214", refusal.Kind.Id);
        Assert.Contains("build_info.core.objs", refusal.Message);
    }

    [Theory]
    [InlineData("stdlib")]
    [InlineData("include")]
    public void A_folder_that_is_not_in_the_archive_is_refused(string key)
    {
        _json["python_paths"]![key] = "../python/install";

        Assert.Equal("OXI0214", Refusal().Kind.Id);
    }

    [Fact]
    public void A_missing_licence_text_is_a_warning()
    {
        _json["build_info"]!["extensions"]!["zlib"]![0]!["license_paths"] = new JsonArray(
            "licenses/LICENSE.zlib.txt",
            "licenses/LICENSE.cpython.txt"
        );

        Assert.Equal(["licenses/LICENSE.cpython.txt"], Obtain().Extensions["zlib"][0].LicensePaths.AsEnumerable());
        Assert.Contains("`licenses/LICENSE.zlib.txt`", Assert.Single(_bench.Build.Diagnostics.Warnings).Message);
    }

    [Fact]
    public void Bitcode_is_named_as_it_is()
    {
        _json["build_info"]!["object_file_format"] = "llvm-bitcode:19.1.7";

        Assert.Equal("llvm-bitcode:19.1.7", Obtain().ObjectFileFormat);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"version\": \"8\", \"python_version\": \"\\ud800\"}")]
    public void What_is_no_description_is_refused(string text) => Assert.Equal("OXI0213", Refusal(Encoding.UTF8.GetBytes(text)).Kind.Id);

    [Fact]
    public void A_description_that_is_truncated_anywhere_is_refused()
    {
        var whole = Encoding.UTF8.GetBytes(_json.ToJsonString());
        var distribution = Obtain();
        var origin = new Oxidizer.Packager.Archives.ArchiveOrigin("d", distribution.ArchiveDigest, () => "", null);
        var files = new Oxidizer.Packager.Distributions.DistributionFiles(
            Oxidizer.Packager.Archives.UnpackedTree.Open(origin, _bench.Build)
        );
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<BuildFailedException>(() =>
                Oxidizer.Packager.Distributions.ReadPythonJson.Read(whole[..length], files, origin, new DiagnosticBag())
            );
    }

    [Fact]
    public void Nesting_without_end_is_refused() =>
        Assert.Equal("OXI0213", Refusal(Encoding.UTF8.GetBytes($"{{\"a\": {new string('[', 100_000)}")).Kind.Id);

    private JsonObject Core() => _json["build_info"]!["core"]!.AsObject();

    private JsonObject Parent(string key) => key.Split('.')[..^1].Aggregate(_json, (parent, name) => parent[name]!.AsObject());

    private Oxidizer.Packager.Distributions.Distribution Obtain() => _bench.Obtain(Table(Encoding.UTF8.GetBytes(_json.ToJsonString())));

    private Diagnostic Refusal(byte[]? json = null) => _bench.Refusal(Table(json ?? Encoding.UTF8.GetBytes(_json.ToJsonString())));

    private DistributionTable Table(byte[] json)
    {
        var files = SmallDistribution.Files();
        files["python/PYTHON.json"] = Encoding.UTF8.GetString(json);
        return new DistributionTable { LocalPath = _bench.Write("d-full.tar.zst", SmallDistribution.TarZstd(files)) };
    }
}
