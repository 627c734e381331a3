using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Selection;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Selection;

public sealed class ExtensionPolicyTests
{
    private readonly DiagnosticBag _diagnostics = new();

    private string Choose(ExtensionsTable table, bool tests = false) =>
        string.Join(
            ' ',
            new ExtensionPolicy(table, MachinePython.Small, _diagnostics)
                .Choose(tests)
                .Select(variant => variant.Variant == "default" ? variant.Name : $"{variant.Name}={variant.Variant}")
        );

    [Theory]
    [InlineData("all", "_gdbm _signal _ssl _unknown math posix readline=libedit")]
    [InlineData("none", "_signal posix")]
    [InlineData("minimal", "_signal posix")]
    [InlineData("no-libraries", "_signal math posix")]
    [InlineData("no-copyleft", "_signal _ssl math posix readline=libedit")]
    [InlineData("explicit-includes", "_signal math posix")]
    [InlineData("explicit-excludes", "_gdbm _signal _ssl _unknown math posix readline=libedit")]
    public void A_policy_chooses(string policy, string expected)
    {
        Assert.Equal(expected, Choose(new ExtensionsTable { Policy = policy, Includes = ["math"] }));
        Assert.Empty(_diagnostics.All);
    }

    [Fact]
    public void Excluded_extensions_are_left_out_whatever_the_policy() =>
        Assert.Equal(
            "_gdbm _signal _unknown posix readline=libedit",
            Choose(new ExtensionsTable { Policy = "all", Excludes = ["_ssl", "math"] })
        );

    [Fact]
    public void Without_a_policy_what_python_has_is_there() =>
        Assert.Equal("_gdbm _signal _ssl _unknown math posix readline=libedit", Choose(new ExtensionsTable()));

    [Fact]
    public void What_is_named_is_linked_whatever_its_licence()
    {
        Assert.Contains("_gdbm", Choose(new ExtensionsTable { Policy = "no-copyleft", Includes = ["_gdbm"] }));
        Assert.DoesNotContain("_unknown", Choose(new ExtensionsTable { Policy = "no-copyleft", Includes = ["_gdbm"] }));
        Assert.Contains("readline=libedit", Choose(new ExtensionsTable { Policy = "no-copyleft", Includes = ["readline"] }));
        Assert.DoesNotContain(
            "_gdbm",
            Choose(
                new ExtensionsTable
                {
                    Policy = "no-copyleft",
                    Includes = ["_gdbm"],
                    Excludes = ["_gdbm"],
                }
            )
        );
    }

    [Fact]
    public void A_named_variant_is_taken() =>
        Assert.Contains(
            "readline=readline",
            Choose(new ExtensionsTable { Variants = new Dictionary<string, string> { ["readline"] = "readline" } })
        );

    [Fact]
    public void Extensions_for_tests_come_with_the_tests()
    {
        Assert.DoesNotContain("_testcapi", Choose(new ExtensionsTable()));
        Assert.Contains("_testcapi", Choose(new ExtensionsTable(), tests: true));
    }

    [Fact]
    public void Every_wrong_name_is_an_error_at_the_tables_line()
    {
        Choose(
            new ExtensionsTable
            {
                Excludes = ["ssl", "posix"],
                Variants = new Dictionary<string, string> { ["readline"] = "gnu" },
                Location = new SourceLocation("oxidizer.toml", 5),
            }
        );
        Assert.Equal(["OXI0305", "OXI0306", "OXI0312"], _diagnostics.All.Select(diagnostic => diagnostic.Kind.Id).Order());
        Assert.All(_diagnostics.All, diagnostic => Assert.Equal(5, diagnostic.Location!.Line));
        Assert.Contains(_diagnostics.All, diagnostic => diagnostic.Message.Contains("did you mean `_ssl`?"));
        Assert.Contains(_diagnostics.All, diagnostic => diagnostic.Message.Contains("`libedit`"));
    }

    [Theory]
    [InlineData("GPL-3.0-only AND (MIT OR Apache-2.0)")]
    [InlineData("MIT and GPL-2.0")]
    [InlineData("MIT/GPL-2.0")]
    [InlineData("Proprietary")]
    public void A_module_whose_licence_is_not_known_to_be_free_is_left_out_by_no_copyleft(string license)
    {
        var distribution = MachinePython.Small with
        {
            Extensions = MachinePython.Small.Extensions.SetItem(
                "_ssl",
                [MachinePython.Extension("_ssl", library: "ssl", licenses: license)]
            ),
        };
        Assert.DoesNotContain(
            "_ssl",
            new ExtensionPolicy(new ExtensionsTable { Policy = "no-copyleft" }, distribution, _diagnostics)
                .Choose(false)
                .Select(variant => variant.Name)
        );
    }
}
