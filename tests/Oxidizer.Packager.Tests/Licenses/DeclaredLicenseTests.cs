using FsCheck.Xunit;
using Oxidizer.Packager.Licenses;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Tests.Licenses;

/// <summary>What metadata say of a licence: expressions of PEP 639, words, classifiers, names of files.</summary>
public sealed class DeclaredLicenseTests
{
    private static LicenseStatement Of(string metadata, params string[] files)
    {
        var fields = CoreMetadata.Fields(metadata.Split('\n'));
        return DeclaredLicense.Of(fields, LicenseFileNames.Choose(CoreMetadata.All(fields, "License-File"), files));
    }

    [Theory]
    [InlineData(
        "License-Expression: MIT OR Apache-2.0\nLicense: GPL\nClassifier: License :: OSI Approved :: BSD License",
        "MIT OR Apache-2.0"
    )]
    [InlineData("license-expression: mit and isc", "mit AND isc")]
    [InlineData("License: MIT\nClassifier: License :: OSI Approved :: Apache Software License", "MIT")]
    [InlineData("License: BSD\nClassifier: License :: OSI Approved :: ISC License (ISCL)", "ISC")]
    [InlineData("License: BSD", KnownLicenses.AnyBsd)]
    [InlineData("License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License", "MIT")]
    [InlineData("License: see LICENSE\nClassifier: License :: OSI Approved :: MIT License", "MIT")]
    public void The_most_exact_of_what_is_said_counts(string metadata, string expected) =>
        Assert.Equal(expected, Of("Name: a\n" + metadata).ToString());

    [Theory]
    [InlineData("Apache License, Version 2.0", "Apache-2.0")]
    [InlineData("Apache 2.0", "Apache-2.0")]
    [InlineData("The MIT License (MIT)", null)]
    [InlineData("MIT license", "MIT")]
    [InlineData("BSD 3-Clause License", "BSD-3-Clause")]
    [InlineData("3-Clause BSD License", "BSD-3-Clause")]
    [InlineData("BSD-3-Clause", "BSD-3-Clause")]
    [InlineData("GPLv3+", "GPL-3.0-or-later")]
    [InlineData("GPL", "GPL-1.0-or-later")]
    [InlineData("LGPL-2.1-or-later", "LGPL-2.1-or-later")]
    [InlineData("MPL-2.0", "MPL-2.0")]
    [InlineData("Public Domain", KnownLicenses.PublicDomain)]
    [InlineData("MIT OR Apache-2.0", "MIT OR Apache-2.0")]
    [InlineData("Proprietary", null)]
    [InlineData("Other", null)]
    [InlineData("MIT/GPL", null)]
    [InlineData("free for everybody", null)]
    public void Words_are_read_when_they_are_known_and_not_guessed(string words, string? expected) =>
        Assert.Equal(expected, WrittenLicenses.OfWords(words));

    [Fact]
    public void Several_classifiers_bind_together()
    {
        var statement = Of(
            "Classifier: License :: OSI Approved :: MIT License\nClassifier: Programming Language :: Python\nClassifier: License :: OSI Approved :: GNU General Public License v2 (GPLv2)"
        );
        Assert.Equal(("GPL-2.0-only AND MIT", LicenseTerms.Copyleft), (statement.ToString(), statement.Terms));
    }

    [Theory]
    [InlineData("License :: OSI Approved", null)]
    [InlineData("License :: OSI Approved :: Artistic License", null)]
    [InlineData("License :: Other/Proprietary License", null)]
    [InlineData("License :: Public Domain", KnownLicenses.PublicDomain)]
    [InlineData("License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0")]
    [InlineData("Topic :: MIT License", null)]
    public void A_classifier_that_says_too_little_says_nothing(string classifier, string? expected) =>
        Assert.Equal(expected, WrittenLicenses.OfClassifier(classifier));

    [Fact]
    public void Names_of_files_count_when_nothing_else_is_said_and_each_tells_its_licence()
    {
        Assert.Equal(
            "Apache-2.0 AND MIT",
            Of("Name: a", "METADATA", "licenses/LICENSE-APACHE", "licenses/LICENSE-MIT.txt", "licenses/NOTICE").ToString()
        );
        Assert.Equal("", Of("Name: a", "licenses/LICENSE.MIT", "licenses/LICENSE").ToString());
        Assert.Equal("", Of("Name: a", "LICENSE.BSD").ToString());
        Assert.Equal("house rules", Of("Name: a\nLicense: house rules", "LICENSE.MIT").ToString());
    }

    [Fact]
    public void Files_are_those_that_the_metadata_name_wherever_the_tool_put_them_else_those_with_such_a_name()
    {
        string[] files =
        [
            "METADATA",
            "RECORD",
            "licenses/LICENSE",
            "licenses/deep/COPYING.txt",
            "licenses/licensing.py",
            "NOTICE",
            "AUTHORS.rst",
        ];
        Assert.Equal(
            ["licenses/LICENSE", "licenses/deep/COPYING.txt", "NOTICE"],
            LicenseFileNames.Choose(["LICENSE", "deep/COPYING.txt", "NOTICE", "gone"], files)
        );
        Assert.Equal(["licenses/LICENSE", "licenses/deep/COPYING.txt", "NOTICE", "AUTHORS.rst"], LicenseFileNames.Choose([], files));
        Assert.Equal(
            ["licenses/LICENSE", "licenses/deep/COPYING.txt", "NOTICE", "AUTHORS.rst"],
            LicenseFileNames.Choose(["../../etc/passwd"], files)
        );
    }

    [Fact]
    public void A_whole_licence_in_the_field_is_no_licence_that_is_known_and_its_first_line_is_kept()
    {
        var statement = Of("License: Copyright (c) 2005, Somebody\n        All rights reserved.\n        MIT\nName: a");
        Assert.Null(statement.Expression);
        Assert.Equal(("Copyright (c) 2005, Somebody", LicenseTerms.Unknown), (statement.ToString(), statement.Terms));
    }

    [Fact]
    public void An_expression_that_is_none_is_kept_as_words_and_is_unknown()
    {
        var statement = Of("License-Expression: MIT AND (\nClassifier: License :: OSI Approved :: MIT License");
        Assert.Null(statement.Expression);
        Assert.Equal(("MIT AND (", LicenseTerms.Unknown), (statement.ToString(), statement.Terms));
    }

    [Fact]
    public void What_stands_below_the_first_empty_line_is_a_description() =>
        Assert.Equal("", Of("Name: a\n\nLicense-Expression: MIT").ToString());

    [Property]
    public void Any_metadata_are_read_without_harm(string text, string words)
    {
        var statement = Of($"{text}\nLicense: {words}", text ?? "", words ?? "");
        Assert.Equal(statement.Expression?.Terms ?? LicenseTerms.Unknown, statement.Terms);
        Assert.DoesNotContain('\n', statement.ToString());
    }
}
