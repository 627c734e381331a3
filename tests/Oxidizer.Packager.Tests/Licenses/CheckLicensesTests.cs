using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Licenses;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Tests.Licenses;

/// <summary>Parts of a product against <c>allow</c>, <c>deny</c> and <c>known</c>.</summary>
public sealed class CheckLicensesTests
{
    private readonly DiagnosticBag _diagnostics = new();

    private static Component Package(string name, string license, params string[] needs) =>
        new(ComponentKind.Package, "pypi:" + name, name, "1", license.Length == 0 ? LicenseStatement.None : LicenseStatement.Of(license))
        {
            DependsOn = [.. needs.Select(need => "pypi:" + need)],
            Origin = "rule 2 (virtualenv)",
        };

    private IReadOnlyList<Component> Check(LicensesTable table, params Component[] parts)
    {
        var positions = new KeyPositions(
            "oxidizer.toml",
            new Dictionary<string, SourceLocation>
            {
                ["licenses.allow"] = new("oxidizer.toml", 4),
                ["licenses.deny"] = new("oxidizer.toml", 5),
                ["licenses.known"] = new("oxidizer.toml", 6),
            }
        );
        return CheckLicenses.Apply(parts, table, positions, _diagnostics);
    }

    private string Said => string.Join('\n', _diagnostics.All.Select(diagnostic => diagnostic.ToString()));

    [Theory]
    [InlineData("GPL-3.0-only", "", "GPL-*", false)]
    [InlineData("MIT OR GPL-3.0-only", "", "GPL-*", true)]
    [InlineData("MIT AND GPL-3.0-only", "", "GPL-*", false)]
    [InlineData("(MIT OR GPL-3.0-only) AND (GPL-2.0-only OR ISC)", "", "GPL-*", true)]
    [InlineData("(MIT OR GPL-3.0-only) AND (GPL-2.0-only OR AGPL-3.0-only)", "", "GPL-* AGPL-*", false)]
    [InlineData("MIT OR GPL-3.0-only", "MIT", "", true)]
    [InlineData("MIT AND BSD-2-Clause", "MIT", "", false)]
    [InlineData("MIT AND BSD-2-Clause", "MIT BSD-*", "", true)]
    [InlineData("mit", "MIT", "", true)]
    [InlineData("MIT", "mit", "", true)]
    [InlineData("GPL-2.0", "", "GPL-2.0-only", false)]
    [InlineData("GPL-2.0-only", "", "GPL-2.0", false)]
    [InlineData("GPL-2.0+", "", "GPL-2.0-or-later", false)]
    [InlineData("GPL-2.0+", "", "GPL-2.0-only", true)]
    [InlineData("Apache-2.0 WITH LLVM-exception", "Apache-2.0", "", true)]
    [InlineData("Apache-2.0", "Apache-2.0*WITH*LLVM-exception", "", false)]
    [InlineData("GPL-3.0-or-later WITH GCC-exception-3.1", "", "gpl-*", false)]
    [InlineData("LGPL-2.1-only", "", "GPL-*", true)]
    [InlineData("MIT", "MIT", "MIT", false)]
    [InlineData("MIT OR ISC", "MIT ISC", "MIT", true)]
    [InlineData("LicenseRef-Mine", "LicenseRef-*", "", true)]
    public void A_part_is_taken_if_a_way_to_take_it_is_left(string license, string allow, string deny, bool isTaken)
    {
        Check(new LicensesTable { Allow = Words(allow), Deny = Words(deny) }, Package("a", license));
        Assert.Equal(isTaken, _diagnostics.All.Count == 0);
        Assert.All(_diagnostics.All, diagnostic => Assert.Equal("OXI0360", diagnostic.Kind.Id));
    }

    [Fact]
    public void One_entry_may_name_several_with_or_and_one_with_an_exception()
    {
        Check(
            new LicensesTable { Allow = ["MIT OR ISC", "Apache-2.0 WITH LLVM-exception"] },
            Package("a", "ISC"),
            Package("b", "Apache-2.0 WITH LLVM-exception")
        );
        Assert.Empty(_diagnostics.All);
        Check(new LicensesTable { Allow = ["Apache-2.0 WITH LLVM-exception"] }, Package("a", "Apache-2.0"));
        Assert.Single(_diagnostics.All);
    }

    [Theory]
    [InlineData("MIT AND ISC", "names several licences that bind together")]
    [InlineData("MIT ISC", "is no licence of SPDX")]
    [InlineData("(", "is no licence of SPDX")]
    public void A_wrong_entry_is_a_mistake_at_its_key(string entry, string expected)
    {
        Check(new LicensesTable { Deny = [entry] }, Package("a", "MIT"));
        var mistake = Assert.Single(_diagnostics.All);
        Assert.Equal(("OXI0104", 5), (mistake.Kind.Id, mistake.Location!.Line));
        Assert.Contains(expected, mistake.Message);
    }

    [Fact]
    public void The_message_has_the_shortest_chain_and_the_place_of_the_key()
    {
        Check(
            new LicensesTable { Deny = ["GPL-*"] },
            Package("app", "MIT", "far", "near"),
            Package("far", "MIT", "further"),
            Package("further", "MIT", "bad"),
            Package("near", "MIT", "bad"),
            Package("bad", "GPL-3.0-only", "further")
        );
        Assert.Equal(
            "oxidizer.toml:5: error OXI0360: `bad` 1 is under `GPL-3.0-only`, which `deny` has (`GPL-*`): `bad` <- required by `near` <- required by `app` <- rule 2 (virtualenv); take another package, or leave it out (`without`, `excludes`), or change `deny`",
            Said
        );
    }

    [Fact]
    public void Every_part_that_is_refused_is_said_at_once()
    {
        Check(new LicensesTable { Allow = ["MIT"] }, Package("a", "ISC"), Package("b", "MIT"), Package("c", ""), Package("d", "Zlib"));
        Assert.Equal(["OXI0360", "OXI0361", "OXI0360"], _diagnostics.All.Select(diagnostic => diagnostic.Kind.Id));
    }

    [Fact]
    public void What_is_not_known_is_an_error_for_a_list_of_what_is_allowed_and_a_warning_for_one_of_what_is_denied()
    {
        var part = Package("a.b", "") with { License = LicenseStatement.None with { Declared = "house rules" } };
        Check(new LicensesTable { Deny = ["GPL-*"] }, part);
        Assert.Equal(
            "oxidizer.toml:5: warning OXI0362: `a.b` 1 says only `house rules` of its licence: `a.b` <- rule 2 (virtualenv); read its text, and write `known = { \"a.b\" = \"<SPDX expression>\" }` in [licenses]",
            Said
        );
        Assert.False(_diagnostics.HasErrors);
        Check(new LicensesTable { Allow = ["MIT"] }, part);
        Assert.True(_diagnostics.HasErrors);
        Assert.Contains("oxidizer.toml:4: error OXI0361", Said);
    }

    [Fact]
    public void What_the_configuration_knows_stands_above_what_a_part_says()
    {
        var parts = Check(
            new LicensesTable
            {
                Allow = ["MIT", "LicenseRef-*"],
                Known = new Dictionary<string, string> { ["My.Package"] = "LicenseRef-Mine", ["b"] = "MIT" },
            },
            Package("my-package", ""),
            Package("b", "GPL-3.0-only")
        );
        Assert.Empty(_diagnostics.All);
        Assert.Equal(["LicenseRef-Mine", "MIT"], parts.Select(part => part.License.ToString()));
    }

    [Fact]
    public void What_is_known_of_nothing_and_what_is_no_expression_is_said()
    {
        Check(
            new LicensesTable
            {
                Known = new Dictionary<string, string> { ["gone"] = "MIT", ["a"] = "MIT License" },
            },
            Package("a", "ISC")
        );
        Assert.Equal(["OXI0363", "OXI0104"], _diagnostics.All.Select(diagnostic => diagnostic.Kind.Id));
        Assert.All(_diagnostics.All, diagnostic => Assert.Equal(6, diagnostic.Location!.Line));
    }

    [Fact]
    public void Without_lists_nothing_is_judged()
    {
        Check(new LicensesTable(), Package("a", "GPL-3.0-only"), Package("b", ""));
        Assert.Empty(_diagnostics.All);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
