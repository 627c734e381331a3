using System.Text.Json;
using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>One product with packages of Debian's and everything that the build says of licences; the tests only read it.</summary>
public sealed class LicensedProduct : IDisposable
{
    private readonly DebianPackages _packages = DebianPackages.FetchPrograms("python3-requests");

    public LicensedProduct()
    {
        Write("sbom = [\"cyclonedx\", \"spdx\"]\nwrite_files = \"share/doc\"");
        Result = Workspace.Build();
    }

    public Workspace Workspace { get; } = new();

    public BuildResult Result { get; }

    public string Product => Result.ProductPath;

    /// <summary>Writes the product's configuration with other tables for licences, under a name of its own.</summary>
    public void Write(string licenses, string more = "", string name = "oxidizer.toml")
    {
        Workspace.WriteApplication(
            "import idna, requests\nprint(requests.__name__, idna.encode('ü.de'))\n",
            more: $"""
            [[python_packages]]
            type = "installed"
            path = "{_packages.Site}"
            distributions = ["requests"]
            [licenses]
            {licenses}
            {(more.Length > 0 ? more : "[python_extensions]\npolicy = \"no-copyleft\"")}
            """
        );
        if (name != "oxidizer.toml")
            File.Move(Workspace["oxidizer.toml"], Workspace[name], overwrite: true);
    }

    public JsonElement Json(string suffix) => JsonDocument.Parse(File.ReadAllBytes(Product + suffix)).RootElement;

    /// <summary>The build of another configuration, in an output folder of its own.</summary>
    public BuildResult Build(string licenses, string more = "", bool strip = true)
    {
        Write(licenses, more, "other.toml");
        if (!strip)
            Workspace.Write("other.toml", File.ReadAllText(Workspace["other.toml"]).Replace("[build]", "[build]\nstrip = false"));
        return Workspace.BuildInto(Workspace["other"], "other.toml");
    }

    public string FailToBuild(string licenses, string more = "") =>
        Assert.Throws<BuildFailedException>(() => Build(licenses, more)).Message;

    public void Dispose()
    {
        Workspace.Dispose();
        _packages.Dispose();
    }
}

public sealed class LicensesTests(LicensedProduct licensed) : IClassFixture<LicensedProduct>
{
    private const string CycloneDx = ".cdx.json",
        Spdx = ".spdx.json";

    // What GNU readline, gdbm and Berkeley DB say in every program that holds them.
    private static readonly string[] s_copyleftTexts =
    [
        "LS_COLORS: unrecognized prefix",
        "Bucket cache corrupted",
        "BDB0055 illegal flag specified to",
    ];

    [Fact]
    public void A_product_that_carries_its_bill_runs()
    {
        var result = licensed.Workspace.Run(licensed.Product);
        Assert.Equal(("requests b'xn--tda.de'\n", "", 0), (result.Output, result.Error, result.ExitCode));
    }

    [Fact]
    public void The_bills_are_valid_by_their_schemas()
    {
        Assert.Empty(Schemas.Mistakes(Schemas.CycloneDx, File.ReadAllText(licensed.Product + CycloneDx)));
        Assert.Empty(Schemas.Mistakes(Schemas.Spdx, File.ReadAllText(licensed.Product + Spdx)));
        Assert.NotEmpty(Schemas.Mistakes(Schemas.CycloneDx, """{"bomFormat":"CycloneDX","specVersion":"1.6","version":"one"}"""));
        Assert.NotEmpty(Schemas.Mistakes(Schemas.Spdx, """{"spdxVersion":"SPDX-2.3"}"""));
    }

    [Fact]
    public void A_bill_names_each_part_with_its_origin_and_digest_and_what_it_needs()
    {
        var bill = licensed.Json(CycloneDx);
        Assert.Equal(licensed.Result.Digest.ToString(), Digest(bill.GetProperty("metadata").GetProperty("component")));
        var parts = bill.GetProperty("components").EnumerateArray().ToDictionary(part => part.GetProperty("bom-ref").GetString()!);
        Assert.Matches("^pkg:deb/debian/python3[.]11@3[.]11[^?]+[?]arch=source$", parts["cpython"].GetProperty("purl").GetString());
        Assert.Matches("^pkg:deb/debian/zlib1g-dev@1:[^?]+[?]arch=", parts["lib:z"].GetProperty("purl").GetString());
        Assert.Matches("^[0-9a-f]{64}$", Digest(parts["lib:z"]));
        Assert.Equal("Zlib", parts["lib:z"].GetProperty("licenses")[0].GetProperty("expression").GetString());
        Assert.Matches("^pkg:pypi/requests@2[.]", parts["pypi:requests"].GetProperty("purl").GetString());
        Assert.Equal("Apache-2.0", parts["pypi:requests"].GetProperty("licenses")[0].GetProperty("expression").GetString());
        Assert.Contains("pypi:idna", Needs(bill, "pypi:requests"));
        Assert.Contains("lib:z", Needs(bill, "ext:zlib"));
        Assert.Contains("ext:zlib", Needs(bill, "cpython"));
        Assert.Contains("pypi:requests", Needs(bill, "product"));
        Assert.DoesNotContain("pypi:idna", Needs(bill, "product"));

        var packages = licensed.Json(Spdx).GetProperty("packages").EnumerateArray().ToList();
        Assert.Equal(parts.Count + 1, packages.Count);
        Assert.Equal(
            parts.Values.Select(part => part.GetProperty("name").GetString()),
            packages.Skip(1).Select(package => package.GetProperty("name").GetString())
        );
        Assert.DoesNotContain(
            licensed.Workspace.Folder,
            File.ReadAllText(licensed.Product + CycloneDx) + File.ReadAllText(licensed.Product + Spdx)
        );
    }

    [Fact]
    public void The_product_carries_its_bill_where_binutils_find_it()
    {
        var file = licensed.Workspace["carried.json"];
        string[] extract = ["-O", "binary", "--set-section-flags", ".sbom=alloc", "--only-section=.sbom", licensed.Product, file];
        Assert.Equal(("", 0), Outcome(Workspace.Run(new Command("objcopy", extract))));
        var text = File.ReadAllText(file);
        Assert.Empty(Schemas.Mistakes(Schemas.CycloneDx, text));
        var (carried, beside) = (JsonDocument.Parse(text).RootElement, licensed.Json(CycloneDx));
        Assert.Equal(beside.GetProperty("components").ToString(), carried.GetProperty("components").ToString());
        // A file cannot hold its own digest.
        Assert.False(carried.GetProperty("metadata").GetProperty("component").TryGetProperty("hashes", out _));
        Assert.Contains("CycloneDX", Workspace.Run(new Command("readelf", ["-p", ".sbom", licensed.Product])).Output);
        var stripped = licensed.Workspace["stripped"];
        Assert.Equal(("", 0), Outcome(Workspace.Run(new Command("strip", ["-o", stripped, licensed.Product]))));
        Assert.Contains("CycloneDX", Workspace.Run(new Command("readelf", ["-p", ".sbom", stripped])).Output);
        Assert.Equal("", Workspace.Run(new Command("readelf", ["-aW", licensed.Product])).Error);
    }

    [Fact]
    public void The_texts_stand_in_one_file_each_once_under_the_parts_that_they_are_for()
    {
        var text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(licensed.Product)!, "share/doc/COPYING.txt"));
        Assert.Contains("\n  cpython 3.11.2: Python-2.0.1 AND CNRI-Python\n", text);
        Assert.Matches("\n  libz 1:1[.][^ ]+: Zlib\n", text);
        Assert.Matches("\n  idna [0-9.]+: BSD-3-Clause\n", text);
        Assert.Contains("PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2", text);
        Assert.Contains("OpenSSL", text);
        Assert.Contains("Mozilla Public License, version 2.0", text);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(text, "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2\n"));
        Assert.DoesNotContain('\r', text);
    }

    [Fact]
    public void The_same_inputs_give_the_same_bytes_in_another_folder_and_a_second_build_has_nothing_to_do()
    {
        const string licenses = "sbom = [\"cyclonedx\", \"spdx\"]\nwrite_files = \"share/doc\"";
        var other = licensed.Build(licenses);
        foreach (var suffix in new[] { "", CycloneDx, Spdx })
            Assert.Equal(Sha256Digest.OfFile(licensed.Product + suffix), Sha256Digest.OfFile(other.ProductPath + suffix));
        Assert.Empty(licensed.Build(licenses).Executed);
        // A file that somebody removed comes back.
        File.Delete(other.ProductPath + Spdx);
        licensed.Build(licenses);
        Assert.True(File.Exists(other.ProductPath + Spdx));
    }

    [Fact]
    public void A_bill_without_a_time_has_one_when_the_environment_gives_it()
    {
        Assert.False(licensed.Json(CycloneDx).GetProperty("metadata").TryGetProperty("timestamp", out _));
        Assert.Equal("1970-01-01T00:00:00Z", licensed.Json(Spdx).GetProperty("creationInfo").GetProperty("created").GetString());
    }

    [Fact]
    public void A_product_without_copyleft_has_no_code_of_the_gpl()
    {
        var bytes = File.ReadAllText(licensed.Product, System.Text.Encoding.Latin1);
        foreach (var text in s_copyleftTexts)
            Assert.DoesNotContain(text, bytes);
        Assert.DoesNotContain(licensed.Result.Licenses, part => part.Terms is "copyleft" && part.Name is not ("chardet" or "python-apt"));
        var unstripped = licensed.Build("", strip: false);
        var symbols = Workspace.Run(new Command("nm", [unstripped.ProductPath])).Output;
        // libedit's own, under the names of readline.
        Assert.Contains(" el_init\n", symbols);
        Assert.Contains(" rl_initialize\n", symbols);
        foreach (var name in new[] { " rl_redisplay_internal", " _rl_init_terminal_io", " gdbm_open", " __db_open", " crypt_r" })
            Assert.DoesNotContain(name, symbols);
    }

    [Fact]
    public void With_every_module_the_strings_that_were_looked_for_are_there()
    {
        var result = licensed.Build("", "[python_extensions]\npolicy = \"all\"\nvariants = { readline = \"readline\" }", strip: false);
        var symbols = Workspace.Run(new Command("nm", [result.ProductPath])).Output;
        var bytes = File.ReadAllText(result.ProductPath, System.Text.Encoding.Latin1);
        foreach (var text in s_copyleftTexts)
            Assert.Contains(text, bytes);
        foreach (var name in new[] { " _rl_init_terminal_io", " gdbm_open", " __db_open" })
            Assert.Contains(name, symbols);
        Assert.Equal(
            ["libcrypt", "libdb", "libgdbm", "libreadline"],
            result
                .Licenses.Where(part => part.Terms == "copyleft" && part.Name.StartsWith("lib", StringComparison.Ordinal))
                .Select(part => part.Name)
        );
    }

    [Fact]
    public void What_is_denied_fails_the_build_with_the_chain_that_brought_it()
    {
        var message = licensed.FailToBuild("deny = [\"GPL-*\"]", "[python_extensions]\nincludes = [\"_gdbm\"]");
        Assert.Matches(
            @"other\.toml:\d+:\d+: error OXI0360: `libgdbm` 1\S+ is under `GPL-3\.0-or-later`, which `deny` has \(`GPL-\*`\): `libgdbm` <- required by `_gdbm` <- \[python_extensions\]; leave out",
            message
        );
        Assert.Matches(
            @"error OXI0360: `idna` \S+ is under `BSD-3-Clause`, which `deny` has \(`BSD-3-Clause`\): `idna` <- required by `requests` <- rule 3 \(installed requests\) at other\.toml:\d+; take another package",
            licensed.FailToBuild("deny = [\"BSD-3-Clause\"]")
        );
    }

    [Fact]
    public void Every_part_that_is_not_allowed_is_said_at_once()
    {
        var message = licensed.FailToBuild("allow = [\"MIT\", \"Python-2.0*\", \"CNRI-Python\", \"MPL-2.0\"]");
        Assert.Contains("`libz`", message);
        Assert.Contains("`idna`", message);
        Assert.Contains("which `allow` has not", message);
        Assert.DoesNotContain("error OXI0360: `urllib3`", message);
    }

    [Fact]
    public void The_rule_writes_the_texts_beside_the_product_and_the_log_names_what_is_copyleft()
    {
        var result = licensed.Build(
            "",
            "[[python_packages]]\ntype = \"write-license-files\"\npath = \"\"\n[python_extensions]\npolicy = \"no-copyleft\"\nincludes = [\"_gdbm\"]"
        );
        var text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(result.ProductPath)!, "COPYING.txt"));
        Assert.Matches("\n  libgdbm 1[^ ]+: GPL-3.0-or-later\n", text);
        Assert.Contains("GNU General Public License", text);
        // Debian's packages have the texts elsewhere.
        Assert.Contains("(python3-idna/copyright)", text);
        Assert.DoesNotContain("bring no text", text);
        Assert.Equal(
            ["libgdbm", "chardet"],
            JsonDocument
                .Parse(File.ReadAllBytes(result.ResultPath))
                .RootElement.GetProperty("licenses")
                .EnumerateArray()
                .Where(part => part.GetProperty("terms").GetString() == "copyleft")
                .Select(part => part.GetProperty("name").GetString())
        );
    }

    [Fact]
    public void A_static_library_carries_the_bill_and_gives_it_to_its_host()
    {
        licensed.Write("sbom = [\"spdx\"]", name: "library.toml");
        licensed.Workspace.Write(
            "library.toml",
            File.ReadAllText(licensed.Workspace["library.toml"]).Replace("[build]", "[build]\noutput = \"static-library\"")
        );
        var result = licensed.Workspace.BuildInto(licensed.Workspace["library"], "library.toml");
        Assert.Contains("CycloneDX", Workspace.Run(new Command("readelf", ["-p", ".sbom", result.ProductPath])).Output);
        Assert.True(File.Exists(result.ProductPath + Spdx));
        Assert.False(File.Exists(result.ProductPath + CycloneDx));
    }

    private static (string, int) Outcome(CommandResult result) => (result.Error, result.ExitCode);

    private static string? Digest(JsonElement part) => part.GetProperty("hashes")[0].GetProperty("content").GetString();

    private static IEnumerable<string?> Needs(JsonElement bill, string part) =>
        bill.GetProperty("dependencies")
            .EnumerateArray()
            .Single(entry => entry.GetProperty("ref").GetString() == part)
            .GetProperty("dependsOn")
            .EnumerateArray()
            .Select(needed => needed.GetString());
}
