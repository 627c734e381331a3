using System.Collections.Frozen;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Licenses;

/// <summary>
/// What Python's authors wrote before there were SPDX expressions in metadata (PEP 639): classifiers, and words in the field
/// <c>License</c>. An entry that says less than a version stands for the widest that it may mean: a GPL without a version is any of them,
/// by its own section 9.
/// </summary>
internal static class WrittenLicenses
{
    private const string Prefix = "License :: ";

    private static readonly FrozenDictionary<string, string> s_classifiers = new Dictionary<string, string>
    {
        ["Academic Free License (AFL)"] = "AFL-3.0",
        ["Apache Software License"] = "Apache-2.0",
        ["Blue Oak Model License (BlueOak-1.0.0)"] = "BlueOak-1.0.0",
        ["Boost Software License 1.0 (BSL-1.0)"] = "BSL-1.0",
        ["BSD License"] = KnownLicenses.AnyBsd,
        ["CC0 1.0 Universal (CC0 1.0) Public Domain Dedication"] = "CC0-1.0",
        ["CEA CNRS Inria Logiciel Libre License, version 2.1 (CeCILL-2.1)"] = "CECILL-2.1",
        ["Common Development and Distribution License 1.0 (CDDL-1.0)"] = "CDDL-1.0",
        ["Eclipse Public License 1.0 (EPL-1.0)"] = "EPL-1.0",
        ["Eclipse Public License 2.0 (EPL-2.0)"] = "EPL-2.0",
        ["European Union Public Licence 1.1 (EUPL 1.1)"] = "EUPL-1.1",
        ["European Union Public Licence 1.2 (EUPL 1.2)"] = "EUPL-1.2",
        ["GNU Affero General Public License v3"] = "AGPL-3.0-only",
        ["GNU Affero General Public License v3 or later (AGPLv3+)"] = "AGPL-3.0-or-later",
        ["GNU Free Documentation License (FDL)"] = "GFDL-1.1-or-later",
        ["GNU General Public License (GPL)"] = "GPL-1.0-or-later",
        ["GNU General Public License v2 (GPLv2)"] = "GPL-2.0-only",
        ["GNU General Public License v2 or later (GPLv2+)"] = "GPL-2.0-or-later",
        ["GNU General Public License v3 (GPLv3)"] = "GPL-3.0-only",
        ["GNU General Public License v3 or later (GPLv3+)"] = "GPL-3.0-or-later",
        ["GNU Lesser General Public License v2 (LGPLv2)"] = "LGPL-2.0-only",
        ["GNU Lesser General Public License v2 or later (LGPLv2+)"] = "LGPL-2.0-or-later",
        ["GNU Lesser General Public License v3 (LGPLv3)"] = "LGPL-3.0-only",
        ["GNU Lesser General Public License v3 or later (LGPLv3+)"] = "LGPL-3.0-or-later",
        ["GNU Library or Lesser General Public License (LGPL)"] = "LGPL-2.0-or-later",
        ["Historical Permission Notice and Disclaimer (HPND)"] = "HPND",
        ["ISC License (ISCL)"] = "ISC",
        ["MIT License"] = "MIT",
        ["MIT No Attribution License (MIT-0)"] = "MIT-0",
        ["Mozilla Public License 1.0 (MPL)"] = "MPL-1.0",
        ["Mozilla Public License 1.1 (MPL 1.1)"] = "MPL-1.1",
        ["Mozilla Public License 2.0 (MPL 2.0)"] = "MPL-2.0",
        ["Mulan Permissive Software License v2 (MulanPSL-2.0)"] = "MulanPSL-2.0",
        ["PostgreSQL License"] = "PostgreSQL",
        ["Public Domain"] = KnownLicenses.PublicDomain,
        ["Python Software Foundation License"] = "PSF-2.0",
        ["The Unlicense (Unlicense)"] = "Unlicense",
        ["Universal Permissive License (UPL)"] = "UPL-1.0",
        ["University of Illinois/NCSA Open Source License"] = "NCSA",
        ["Zope Public License"] = "ZPL-2.1",
        ["zlib/libpng License"] = "Zlib",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    // By their letters and digits alone, without "the" and "license".
    private static readonly FrozenDictionary<string, string> s_words = new Dictionary<string, string>
    {
        ["2clausebsd"] = "BSD-2-Clause",
        ["3clausebsd"] = "BSD-3-Clause",
        ["afl21"] = "AFL-2.1",
        ["agplv3"] = "AGPL-3.0-only",
        ["agplv3orlater"] = "AGPL-3.0-or-later",
        ["apache"] = "Apache-2.0",
        ["apache2"] = "Apache-2.0",
        ["apache20"] = "Apache-2.0",
        ["apachesoftware"] = "Apache-2.0",
        ["apachesoftware20"] = "Apache-2.0",
        ["apachev2"] = "Apache-2.0",
        ["asl2"] = "Apache-2.0",
        ["asl20"] = "Apache-2.0",
        ["bsd"] = KnownLicenses.AnyBsd,
        ["bsdorapache20"] = KnownLicenses.AnyBsd + " OR Apache-2.0",
        ["bsd2clause"] = "BSD-2-Clause",
        ["bsd3"] = "BSD-3-Clause",
        ["bsd3clause"] = "BSD-3-Clause",
        ["bsdstyle"] = KnownLicenses.AnyBsd,
        ["gnugpl"] = "GPL-1.0-or-later",
        ["gnulgpl"] = "LGPL-2.0-or-later",
        ["gpl"] = "GPL-1.0-or-later",
        ["gpl2"] = "GPL-2.0-only",
        ["gpl3"] = "GPL-3.0-only",
        ["gplv2"] = "GPL-2.0-only",
        ["gplv2+"] = "GPL-2.0-or-later",
        ["gplv2orlater"] = "GPL-2.0-or-later",
        ["gplv3"] = "GPL-3.0-only",
        ["gplv3+"] = "GPL-3.0-or-later",
        ["gplv3orlater"] = "GPL-3.0-or-later",
        ["isc"] = "ISC",
        ["iscl"] = "ISC",
        ["lgpl"] = "LGPL-2.0-or-later",
        ["lgplv2"] = "LGPL-2.0-only",
        ["lgplv21"] = "LGPL-2.1-only",
        ["lgplv21+"] = "LGPL-2.1-or-later",
        ["lgplv2+"] = "LGPL-2.0-or-later",
        ["lgplv3"] = "LGPL-3.0-only",
        ["lgplv3+"] = "LGPL-3.0-or-later",
        ["mit"] = "MIT",
        ["mitx11"] = "MIT",
        ["mpl2"] = "MPL-2.0",
        ["mpl20"] = "MPL-2.0",
        ["mozillapublic20"] = "MPL-2.0",
        ["modifiedbsd"] = "BSD-3-Clause",
        ["newbsd"] = "BSD-3-Clause",
        ["psf"] = "PSF-2.0",
        ["psfl"] = "PSF-2.0",
        ["psf20"] = "PSF-2.0",
        ["publicdomain"] = KnownLicenses.PublicDomain,
        ["pythonsoftwarefoundation"] = "PSF-2.0",
        ["simplifiedbsd"] = "BSD-2-Clause",
        ["unlicense"] = "Unlicense",
        ["zlib"] = "Zlib",
        ["zpl21"] = "ZPL-2.1",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What a classifier says as an expression; <c>null</c> if it is of another kind, or says too little.</summary>
    public static string? OfClassifier(string classifier)
    {
        if (!classifier.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var name = classifier[(classifier.LastIndexOf(" :: ", StringComparison.Ordinal) + 4)..];
        return s_classifiers.GetValueOrDefault(name);
    }

    /// <summary>What words in the field <c>License</c> say as an expression; <c>null</c> if they are none that is known.</summary>
    public static string? OfWords(string words)
    {
        // A whole licence stands there too.
        if (words.Length > 100 || words.Contains('\n'))
            return null;
        var plain = string.Join(
            ' ',
            words
                .ToLowerInvariant()
                .Split([' ', ',', '-', '/', '(', ')', '"', '\''], StringSplitOptions.RemoveEmptyEntries)
                .Where(word => word is not ("the" or "license" or "licence" or "version"))
        );
        if (s_words.TryGetValue(new string([.. plain.Where(c => char.IsAsciiLetterOrDigit(c) || c == '+')]), out var known))
            return known;
        return SpdxExpression.TryParse(words) is { } expression && expression.Licenses.All(license => KnownLicenses.IsNamed(license.Id))
            ? expression.ToString()
            : null;
    }
}
