using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Licenses;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Licenses;

/// <summary>The parts of products, and the documents that are made of them.</summary>
public sealed class ListComponentsTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild()
        .Write("app/__init__.py", "")
        .Write("lib/python3/site-packages/web/__init__.py", "")
        .Write("lib/python3/site-packages/idna/__init__.py", "")
        .Write(
            "site/Web_App-2.0+local.dist-info/METADATA",
            "Name: Web_App\nVersion: 2.0+local\nLicense-Expression: MIT\nLicense-File: LICENSE\nRequires-Dist: idna>=1; python_version > '3'\nRequires-Dist: gone; extra == 'x'\nRequires-Dist: winonly; sys_platform == 'win32'\n"
        )
        .Write("site/Web_App-2.0+local.dist-info/licenses/LICENSE", "\ufeffThe text of the web.\r\nTwo lines.\r\n")
        .Write("site/web_app/__init__.py", "")
        .Write("site/idna-3.dist-info/METADATA", "Name: idna\nVersion: 3\nLicense: BSD\n")
        .Write("site/idna-3.dist-info/LICENSE.md", "The text of idna.")
        .Write("site/idna-3.dist-info/top_level.txt", "idna\n")
        .Write("site/idna/__init__.py", "");

    public ListComponentsTests() => _build.Rule(new PackageRootRule(_build["site"], ["web_app", "idna"], _build.At(3)));

    public void Dispose() => _build.Dispose();

    private void WithoutCopyleft() =>
        _build.Configuration = _build.Configuration with { Extensions = new ExtensionsTable { Policy = "no-copyleft" } };

    private IReadOnlyList<Component> List(
        PackingTable? packing = null,
        ToolchainTable? toolchain = null,
        Func<ResourceSet, ResourceSet>? change = null
    )
    {
        var context = _build.Context();
        _build.Distribution = WithArchives(_build.Distribution);
        var resources = _build.Collect(context);
        return ListComponents.Of(
            change?.Invoke(resources) ?? resources,
            packing ?? new PackingTable(),
            toolchain ?? new ToolchainTable(),
            _build.Distribution,
            withTexts: true,
            context
        );
    }

    private static Component Part(IReadOnlyList<Component> parts, string id) => parts.Single(part => part.Id == id);

    private static BillOfMaterials Bill(IReadOnlyList<Component> parts, Sha256Digest? product = null) =>
        new("app", "x86_64-unknown-linux-gnu", product, new ComponentGraph(parts));

    [Fact]
    public void A_python_distribution_has_its_licence_its_texts_and_what_it_needs_of_what_is_there()
    {
        var parts = List();
        var web = Part(parts, "pypi:web_app");
        Assert.Equal(("Web_App", "2.0+local", "MIT"), (web.Name, web.Version, web.License.ToString()));
        Assert.Equal("pkg:pypi/web-app@2.0%2Blocal", web.Purl);
        Assert.Equal(["pypi:idna"], web.DependsOn);
        Assert.Equal(["LICENSE"], web.Texts.Select(text => text.Name));
        Assert.Contains("rule 1 (package-root", web.Origin);
        var idna = Part(parts, "pypi:idna");
        Assert.Equal((KnownLicenses.AnyBsd, LicenseTerms.Free), (idna.License.ToString(), idna.License.Terms));
        Assert.Equal(["LICENSE.md"], idna.Texts.Select(text => text.Name));
    }

    [Fact]
    public void A_library_of_a_foreign_distribution_is_under_what_the_extension_module_adds_to_pythons_licence()
    {
        _build.Distribution = MachinePython.Small with
        {
            Extensions = Extensions(MachinePython.Extension("_ssl", library: "ssl", licenses: ["Python-2.0", "OpenSSL"])),
        };
        var parts = List();
        Assert.Equal("OpenSSL", Part(parts, "lib:ssl").License.ToString());
        Assert.Equal("Python-2.0", Part(parts, "ext:_ssl").License.ToString());
        Assert.Equal(["lib:ssl"], Part(parts, "ext:_ssl").DependsOn);
        Assert.Equal("pkg:generic/libssl", Part(parts, "lib:ssl").Purl);
        Assert.StartsWith("pkg:generic/cpython@3.", Part(parts, "cpython").Purl);
        Assert.Contains("?checksum=sha256:", Part(parts, "cpython").Purl);
    }

    [Fact]
    public void A_library_that_nothing_is_said_of_is_unknown_and_one_in_the_public_domain_is_free()
    {
        _build.Configuration = _build.Configuration with { Extensions = new ExtensionsTable { Policy = "all" } };
        _build.Distribution = MachinePython.Small with
        {
            Extensions = Extensions(
                MachinePython.Extension("_unknown", library: "unknown"),
                MachinePython.Extension("_given", library: "given") with
                {
                    IsPublicDomain = true,
                }
            ),
        };
        var parts = List();
        Assert.Equal(LicenseTerms.Unknown, Part(parts, "lib:unknown").License.Terms);
        Assert.Equal(LicenseTerms.Free, Part(parts, "lib:given").License.Terms);
    }

    [Fact]
    public void A_library_of_our_own_build_has_the_version_of_its_debian_package()
    {
        _build.Distribution = MachinePython.Small with
        {
            Extensions = Extensions(MachinePython.Extension("zlib", library: "z", licenses: ["Python-2.0.1", "Zlib"])),
            Source = new DistributionSource(
                "python3.11",
                "3.11.2-6+deb12u6",
                new Dictionary<string, string>
                {
                    ["python3.11_3.11.2.orig.tar.xz"] = "00",
                    ["zlib1g-dev_1%3a1.2.13.dfsg-1_amd64.deb"] = "00",
                }.ToImmutableSortedDictionary(StringComparer.Ordinal)
            ),
            Files = new Dictionary<string, ActionOutput>(MachinePython.Small.Files)
            {
                ["build/lib/libz.a"] = new("build/lib/libz.a", Sha256Digest.Of("z"), 1),
            },
        };
        var parts = List(new PackingTable { Compress = "zstd" });
        Assert.Equal("pkg:deb/debian/python3.11@3.11.2-6%2Bdeb12u6?arch=source", Part(parts, "cpython").Purl);
        var zlib = Part(parts, "lib:z");
        Assert.Equal(
            ("libz", "1:1.2.13.dfsg-1", "Zlib", Sha256Digest.Of("z")),
            (zlib.Name, zlib.Version, zlib.License.ToString(), zlib.Digest)
        );
        Assert.Equal("pkg:deb/debian/zlib1g-dev@1:1.2.13.dfsg-1?arch=amd64", zlib.Purl);
        Assert.Equal(["lib:zstd"], Part(parts, "oxidizer").DependsOn);
        Assert.Equal(
            ("BSD-3-Clause OR GPL-2.0-only", LicenseTerms.Free),
            (Part(parts, "lib:zstd").License.ToString(), Part(parts, "lib:zstd").License.Terms)
        );
    }

    [Fact]
    public void A_libc_that_is_linked_in_and_a_library_of_the_machine_are_parts()
    {
        var file = new ResourceFile(_build["site/idna/__init__.py"], Sha256Digest.Of("so"), 1);
        var library = new SharedLibraryResource(
            "libx.so.1",
            file,
            [],
            "lib/libx.so.1",
            new ResourceOrigin(1, ResourceOwner.Application, "needed by web_app.fast"),
            ResourceLocation.Embedded
        );
        var parts = List(
            toolchain: new ToolchainTable { Static = true },
            change: resources =>
                resources with
                {
                    SharedLibraries = [library, library with { Soname = "liby.so", Origin = library.Origin with { Words = "rule 1" } }],
                }
        );
        Assert.Equal(LicenseTerms.Copyleft, Part(parts, "lib:c").License.Terms);
        Assert.Equal("needed by web_app.fast", Part(parts, "so:libx.so.1").Origin);
        Assert.Equal(LicenseTerms.Unknown, Part(parts, "so:libx.so.1").License.Terms);
        Assert.DoesNotContain(parts, part => part.Name == "liby.so");
    }

    [Fact]
    public void The_only_part_of_a_plain_product_that_is_not_free_is_the_runtime_and_binds_only_its_own_files()
    {
        WithoutCopyleft();
        Assert.Equal(
            [("oxidizer", LicenseTerms.FileCopyleft)],
            List().Where(part => part.License.Terms != LicenseTerms.Free).Select(part => (part.Name, part.License.Terms))
        );
    }

    [Fact]
    public void Copying_has_each_text_once_with_its_parts_above_it_and_names_those_without()
    {
        _build
            .Write("site/six-1.dist-info/METADATA", "Name: six\nVersion: 1\nLicense: MIT\n")
            .Write("site/six-1.dist-info/LICENSE", "The text of idna.")
            .Write("site/six.py", "")
            .Write("site/bare-1.dist-info/METADATA", "Name: bare\nVersion: 1\n")
            .Write("site/bare.py", "");
        _build.Rules.Clear();
        _build.Rule(new PackageRootRule(_build["site"], ["*"], _build.At(3)));
        var text = Encoding.UTF8.GetString(CopyingText.Of("app", List()));
        Assert.StartsWith("app holds the work of others. It is given under these licences:\n\n  cpython 3.", text);
        Assert.Contains("\n  Web_App 2.0+local: MIT\n", text);
        Assert.Contains("\n  bare 1: not told\n", text);
        Assert.Contains("These bring no text of their licences:\n\n  bare 1\n", text);
        Assert.Contains("idna 3 (LICENSE.md)\nsix 1 (LICENSE)\n====", text);
        Assert.Equal(2, text.Split("The text of idna.").Length);
        Assert.Contains("\n\nThe text of the web.\nTwo lines.\n", text);
    }

    [Fact]
    public void A_text_that_changes_while_the_build_runs_is_said()
    {
        var parts = List();
        _build.Write("site/idna-3.dist-info/LICENSE.md", "Another text.");
        Assert.Equal("OXI0364", Assert.Throws<BuildFailedException>(() => CopyingText.Of("app", parts)).Diagnostics[0].Kind.Id);
        File.Delete(_build["site/idna-3.dist-info/LICENSE.md"]);
        Assert.Contains("cannot be read", Assert.Throws<BuildFailedException>(() => CopyingText.Of("app", parts)).Message);
    }

    [Fact]
    public void Bills_are_the_same_for_the_same_parts_and_their_numbers_differ_with_the_product()
    {
        var (one, other) = (List(), List());
        Assert.Equal(WriteCycloneDx.ToJson(Bill(one)), WriteCycloneDx.ToJson(Bill(other)));
        Assert.Equal(WriteSpdx.ToJson(Bill(one)), WriteSpdx.ToJson(Bill(other)));
        var numbers = new[] { Bill(one), Bill(one, Sha256Digest.Of("1")), Bill(one, Sha256Digest.Of("2")), Bill([.. one.Skip(1)]) }
            .Select(bill => bill.Serial)
            .ToList();
        Assert.Equal(4, numbers.Distinct().Count());
        Assert.All(
            numbers,
            number => Assert.Equal((5, '8'), (number.Version, "89ab".Contains(number.ToString()[19]) ? '8' : number.ToString()[19]))
        );
    }

    [Theory]
    [InlineData("0", "1970-01-01T00:00:00Z")]
    [InlineData("1700000000", "2023-11-14T22:13:20Z")]
    [InlineData("-1", null)]
    [InlineData("soon", null)]
    [InlineData("99999999999999999", null)]
    public void The_time_of_a_bill_is_the_environments_or_none(string seconds, string? expected)
    {
        var parts = List();
        try
        {
            Environment.SetEnvironmentVariable("SOURCE_DATE_EPOCH", seconds);
            var metadata = JsonDocument.Parse(WriteCycloneDx.ToJson(Bill(parts))).RootElement.GetProperty("metadata");
            Assert.Equal(expected, metadata.TryGetProperty("timestamp", out var time) ? time.GetString() : null);
            var created = JsonDocument.Parse(WriteSpdx.ToJson(Bill(parts))).RootElement.GetProperty("creationInfo").GetProperty("created");
            Assert.Equal(expected ?? "1970-01-01T00:00:00Z", created.GetString());
        }
        finally
        {
            Environment.SetEnvironmentVariable("SOURCE_DATE_EPOCH", null);
        }
    }

    [Fact]
    public void Only_what_binds_more_than_itself_is_told()
    {
        Assert.StartsWith("copyleft: `_gdbm`", LicenseSummary.Of(LicenseSummary.Of(List())));
        WithoutCopyleft();
        Assert.Null(LicenseSummary.Of(LicenseSummary.Of(List())));
        var many = Enumerable.Range(0, 6).Select(number => new LicensedPart($"p{number}", "1", "GPL-2.0-only", "copyleft")).ToList();
        Assert.StartsWith("copyleft: `p0` (GPL-2.0-only), `p1`", LicenseSummary.Of(many));
        Assert.Contains("`p3` (GPL-2.0-only) and 2 more;", LicenseSummary.Of(many));
    }

    [Fact]
    public void A_uuid_of_a_name_is_that_of_the_standard() =>
        // What Python's `uuid.uuid5(uuid.NAMESPACE_URL, "http://python.org/")` gives.
        Assert.Equal("4c565f0d-3f5a-5890-b41b-20cf47701c5e", NameUuid.Of("http://python.org/").ToString());

    [Fact]
    public void Names_that_are_no_ids_of_spdx_become_such_and_stay_apart()
    {
        Component[] parts =
        [
            .. List(),
            new(ComponentKind.Package, "pypi:a_b", "a_b", "1", LicenseStatement.Of("LicenseRef-Mine AND MIT")),
            new(ComponentKind.Package, "pypi:a-b", "a-b", "1", LicenseStatement.None with { Declared = "a \"house\" rule" }),
        ];
        var json = JsonDocument.Parse(WriteSpdx.ToJson(Bill(parts))).RootElement;
        var ids = json.GetProperty("packages").EnumerateArray().Select(package => package.GetProperty("SPDXID").GetString()).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^SPDXRef-[A-Za-z0-9.-]+$", id));
        Assert.Contains(
            "LicenseRef-Mine",
            json.GetProperty("hasExtractedLicensingInfos").EnumerateArray().Select(info => info.GetProperty("licenseId").GetString())
        );
        var named = JsonDocument.Parse(WriteCycloneDx.ToJson(Bill(parts))).RootElement.GetProperty("components").EnumerateArray().Last();
        Assert.Equal("a \"house\" rule", named.GetProperty("licenses")[0].GetProperty("license").GetProperty("name").GetString());
    }

    // The descriptions of the machine's Python name archives that it has not.
    private static Distribution WithArchives(Distribution distribution)
    {
        var files = new Dictionary<string, ActionOutput>(distribution.Files);
        foreach (
            var path in distribution
                .Extensions.Values.SelectMany(variants => variants)
                .SelectMany(variant => variant.Links)
                .Select(link => link.StaticPath!)
        )
            files.TryAdd(path, new ActionOutput(path, Sha256Digest.Of(path), 1));
        return distribution with { Files = files };
    }

    private static ImmutableSortedDictionary<string, ImmutableArray<ExtensionVariant>> Extensions(params ExtensionVariant[] variants) =>
        variants.ToImmutableSortedDictionary(variant => variant.Name, variant => ImmutableArray.Create(variant), StringComparer.Ordinal);
}
