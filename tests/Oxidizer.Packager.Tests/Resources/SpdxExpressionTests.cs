using Oxidizer.Packager.Native;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Tests.Resources;

/// <summary>Licence expressions by the grammar of SPDX 2.3, annex D, and what only looks like one.</summary>
public sealed class SpdxExpressionTests
{
    private static void AssertTerms(string expected, string expression) =>
        Assert.Equal(expected, SpdxExpression.TermsOf(expression).ToString());

    [Theory]
    [InlineData("MIT", "Free")]
    [InlineData("GPL-3.0-or-later", "Copyleft")]
    [InlineData("LGPL-2.1-only", "Copyleft")]
    [InlineData("MPL-2.0", "FileCopyleft")]
    [InlineData("GPL-3.0-only OR MIT", "Free")]
    [InlineData("MIT AND GPL-2.0-only", "Copyleft")]
    [InlineData("(Apache-2.0 OR GPL-2.0-only) AND BSD-3-Clause", "Free")]
    public void A_licence_binds_when_every_way_to_take_it_does(string expression, string expected) => AssertTerms(expected, expression);

    [Theory]
    [InlineData("GPL-3.0-only AND (MIT OR Apache-2.0)", "Copyleft")]
    [InlineData("(MIT OR Apache-2.0) AND GPL-3.0-only", "Copyleft")]
    [InlineData("MIT OR (Apache-2.0 AND GPL-3.0-only)", "Free")]
    [InlineData("((MIT))", "Free")]
    [InlineData("((GPL-2.0-only OR MIT) AND (GPL-3.0-only OR ISC))", "Free")]
    [InlineData("((GPL-2.0-only OR MIT) AND (GPL-3.0-only OR LGPL-3.0-only))", "Copyleft")]
    public void Brackets_are_not_dropped(string expression, string expected) => AssertTerms(expected, expression);

    [Theory]
    [InlineData("GPL-2.0-only AND MIT OR ISC", "Free")]
    [InlineData("ISC OR MIT AND GPL-2.0-only", "Free")]
    [InlineData("GPL-2.0-only AND ISC OR MIT AND LGPL-2.1-only", "Copyleft")]
    [InlineData("GPL-2.0-only OR Apache-2.0 WITH LLVM-exception", "Free")]
    [InlineData("GPL-2.0-only AND Apache-2.0 WITH LLVM-exception", "Copyleft")]
    public void With_binds_before_and_and_before_or(string expression, string expected) => AssertTerms(expected, expression);

    [Theory]
    [InlineData("MIT and GPL-2.0", "Copyleft")]
    [InlineData("MIT or GPL-2.0", "Free")]
    [InlineData("mit OR gpl-2.0-only", "Free")]
    [InlineData("gpl-2.0-ONLY", "Copyleft")]
    [InlineData("Apache-2.0 with llvm-EXCEPTION", "Free")]
    [InlineData("MIT And ISC", "Unknown")]
    [InlineData("MIT oR ISC", "Unknown")]
    [InlineData("Apache-2.0 With LLVM-exception", "Unknown")]
    public void Identifiers_are_of_either_case_and_operators_of_one(string expression, string expected) =>
        AssertTerms(expected, expression);

    [Theory]
    [InlineData("GPL-2.0+", "Copyleft")]
    [InlineData("Apache-1.1+", "Free")]
    [InlineData("GPL-2.0+ AND MIT", "Copyleft")]
    [InlineData("MIT +", "Unknown")]
    [InlineData("MIT++", "Unknown")]
    [InlineData("+", "Unknown")]
    public void A_plus_stands_at_its_licence(string expression, string expected) => AssertTerms(expected, expression);

    [Theory]
    [InlineData("GPL-2.0-only WITH Classpath-exception-2.0", "Copyleft")]
    [InlineData("Apache-2.0 WITH Somebodys-own", "Unknown")]
    [InlineData("MIT WITH", "Unknown")]
    [InlineData("WITH LLVM-exception", "Unknown")]
    [InlineData("(MIT) WITH LLVM-exception", "Unknown")]
    [InlineData("MIT WITH (LLVM-exception)", "Unknown")]
    [InlineData("MIT WITH LLVM-exception WITH LLVM-exception", "Unknown")]
    public void An_exception_frees_nobody_of_a_copyleft(string expression, string expected) => AssertTerms(expected, expression);

    [Theory]
    [InlineData("LicenseRef-Mine", "Unknown")]
    [InlineData("LicenseRef-Mine OR MIT", "Free")]
    [InlineData("LicenseRef-Mine AND MIT", "Unknown")]
    [InlineData("LicenseRef-Mine AND GPL-2.0-only", "Copyleft")]
    [InlineData("LicenseRef-Mine OR GPL-2.0-only", "Unknown")]
    [InlineData("DocumentRef-spdx-tool-1.2:LicenseRef-MIT-Style-2", "Unknown")]
    [InlineData("MIT OR DocumentRef-other:LicenseRef-Mine", "Free")]
    [InlineData("MIT OR DocumentRef-other:MIT", "Unknown")]
    [InlineData("MIT OR DocumentRef-other", "Unknown")]
    [InlineData("MIT OR DocumentRef-:LicenseRef-x", "Unknown")]
    [InlineData("MIT OR LicenseRef-", "Unknown")]
    [InlineData("MIT OR LicenseRef-x+", "Unknown")]
    public void A_text_of_somebodys_own_is_unknown(string expression, string expected) => AssertTerms(expected, expression);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("MIT/GPL-2.0")]
    [InlineData("MIT, BSD-3-Clause")]
    [InlineData("MIT BSD-3-Clause")]
    [InlineData("MIT License")]
    [InlineData("BSD")]
    [InlineData("Proprietary")]
    [InlineData("NONE")]
    [InlineData("NOASSERTION")]
    [InlineData("MIT AND")]
    [InlineData("OR MIT")]
    [InlineData("AND")]
    [InlineData("MIT AND OR ISC")]
    [InlineData("(MIT")]
    [InlineData("MIT)")]
    [InlineData("()")]
    [InlineData("( ) MIT")]
    [InlineData("MIT (ISC)")]
    [InlineData("MIT\0")]
    [InlineData("MIT\nOR ISC")]
    [InlineData("\uff2dIT")]
    [InlineData("MIT OR \u041cIT")]
    public void What_is_no_spdx_is_unknown_and_never_free(string expression) => AssertTerms("Unknown", expression);

    [Fact]
    public void A_text_of_any_depth_and_size_is_read_without_harm()
    {
        AssertTerms("Unknown", new string('(', 1_000_000) + "MIT" + new string(')', 1_000_000));
        AssertTerms("Free", new string('(', 60) + "MIT" + new string(')', 60));
        AssertTerms("Free", string.Join(" AND ", Enumerable.Repeat("MIT", 100_000)));
        AssertTerms("Copyleft", string.Join(" AND ", Enumerable.Repeat("MIT", 100_000).Append("GPL-2.0-only")));
        AssertTerms("Unknown", new string('A', 1_000_000));
        AssertTerms("Unknown", string.Concat(Enumerable.Repeat("MIT OR ", 100_000)));
        AssertTerms("Free", string.Concat(Enumerable.Repeat("(GPL-2.0-only) OR ", 1_000)) + "MIT");
    }

    [Fact]
    public void The_licences_of_the_libraries_that_are_linked_are_all_judged()
    {
        string[] copyleft = ["crypt", "readline", "gdbm", "db"];
        foreach (var library in DebianLibrary.All.Values.Append(DebianLibrary.Zstandard).Where(library => !library.IsPublicDomain))
        {
            var terms = library.Licenses.Select(SpdxExpression.TermsOf).Max();
            Assert.Equal(
                (library.Name, copyleft.Contains(library.Name) ? LicenseTerms.Copyleft : LicenseTerms.Free),
                (library.Name, terms)
            );
        }
        Assert.All(new[] { "Python-2.0.1", "CNRI-Python", "blessing", "CC0-1.0" }, license => AssertTerms("Free", license));
    }
}
