using System.Collections.Frozen;

namespace Oxidizer.Packager.Resources;

/// <summary>What a licence asks of a work that is linked with it. In the order in which terms that hold together win over each
/// other.</summary>
internal enum LicenseTerms
{
    /// <summary>Notices at most.</summary>
    Free,

    /// <summary>The source of its own files must be given, and of nothing that is linked with them.</summary>
    FileCopyleft,

    /// <summary>Unknown: not an identifier of SPDX's list, or one that is not classified here.</summary>
    Unknown,

    /// <summary>The source of the work must be given, or what it takes to link it with another version of the part.</summary>
    Copyleft,
}

/// <summary>
/// Which of SPDX's identifiers (list 3.25) stand for which terms. Those that are not named are unknown: a wrong "free" ends in a product
/// that may not be given away, a wrong "unknown" in a module that is left out.
/// </summary>
internal static class KnownLicenses
{
    /// <summary>Code that its author gave up all rights in.</summary>
    public const string PublicDomain = "LicenseRef-public-domain";

    /// <summary>Where only "BSD" is said: each of these licences is free.</summary>
    public const string AnyBsd = "LicenseRef-BSD";

    // Families of which every version and variant is copyleft, the weak ones too.
    private static readonly string[] s_copyleft =
    [
        "AGPL-",
        "APSL-",
        "CAL-1.0",
        "CC-BY-NC-SA-",
        "CC-BY-SA-",
        "CECILL-1.",
        "CECILL-2.",
        "CECILL-C",
        "CERN-OHL-S-",
        "CERN-OHL-W-",
        "copyleft-next-",
        "CPAL-",
        "EUPL-",
        "GFDL-",
        "GPL-",
        "LGPL-",
        "LGPLLR",
        "MS-RL",
        "NPOSL-",
        "ODbL-",
        "OSL-",
        "Parity-",
        "QPL-",
        "RPL-",
        "RPSL-",
        "Sleepycat",
        "SSPL-",
        "YPL-",
    ];

    // Families that bind their own files alone. Without "EUPL-", which binds the work.
    private static readonly string[] s_fileCopyleft = ["CDDL-", "CPL-", "EPL-", "IPL-", "MPL-", "NPL-", "SPL-"];

    private static readonly FrozenSet<string> s_free = """
        0BSD AFL-2.0 AFL-2.1 AFL-3.0 Apache-1.0 Apache-1.1 Apache-2.0 bcrypt-Solar-Designer Beerware blessing BlueOak-1.0.0 Boehm-GC Brian-Gladman-2-Clause Brian-Gladman-3-Clause
        BSD-1-Clause BSD-2-Clause BSD-2-Clause-Darwin BSD-2-Clause-first-lines BSD-2-Clause-FreeBSD BSD-2-Clause-NetBSD BSD-2-Clause-Patent BSD-2-Clause-Views
        BSD-3-Clause BSD-3-Clause-acpica BSD-3-Clause-Attribution BSD-3-Clause-Clear BSD-3-Clause-flex BSD-3-Clause-HP BSD-3-Clause-LBNL BSD-3-Clause-Open-MPI BSD-3-Clause-Sun
        BSD-4-Clause BSD-4-Clause-Shortened BSD-4-Clause-UC BSD-4.3RENO BSD-4.3TAHOE BSD-Attribution-HPND-disclaimer BSD-Source-Code BSL-1.0 bzip2-1.0.5 bzip2-1.0.6
        CC-BY-3.0 CC-BY-4.0 CC-PDDC CC0-1.0 CMU-Mach CNRI-Jython CNRI-Python CNRI-Python-GPL-Compatible curl dtoa FSFAP FSFUL FSFULLR FSFULLRWD FTL
        HPND HPND-sell-variant ICU IJG Info-ZIP ISC ISC-Veillard JasPer-2.0 Libpng libpng-2.0 libtiff LZMA-SDK-9.22
        MIT MIT-0 MIT-advertising MIT-CMU MIT-feh MIT-Modern-Variant MIT-open-group MITNFA MulanPSL-1.0 MulanPSL-2.0 NCSA Net-SNMP NIST-PD NTP NTP-0
        OLDAP-2.7 OLDAP-2.8 OpenSSL OpenSSL-standalone PDDL-1.0 PostgreSQL PSF-2.0 Python-2.0 Python-2.0.1 Qhull RSA-MD SAX-PD SGI-B-2.0 SMLNJ snprintf Spencer-86 Spencer-94 Spencer-99
        SSH-short SSLeay-standalone SunPro TCL TCP-wrappers UCAR Unicode-3.0 Unicode-DFS-2015 Unicode-DFS-2016 UnixCrypt Unlicense UPL-1.0 W3C WTFPL
        X11 X11-distribute-modifications-variant XFree86-1.1 Zlib zlib-acknowledgement ZPL-2.0 ZPL-2.1
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToFrozenSet(
        StringComparer.OrdinalIgnoreCase
    );

    // These exceptions only add permissions.
    private static readonly FrozenSet<string> s_exceptions = new[]
    {
        "LLVM-exception",
        "Swift-exception",
        "fmt-exception",
        "PCRE2-exception",
        "GCC-exception-2.0",
        "GCC-exception-3.1",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The terms of an identifier; letters of either case, as SPDX has it.</summary>
    public static LicenseTerms Of(ReadOnlySpan<char> identifier)
    {
        if (IsOf(s_copyleft, identifier))
            return LicenseTerms.Copyleft;
        if (IsOf(s_fileCopyleft, identifier))
            return LicenseTerms.FileCopyleft;
        if (identifier is PublicDomain or AnyBsd)
            return LicenseTerms.Free;
        return s_free.GetAlternateLookup<ReadOnlySpan<char>>().Contains(identifier) ? LicenseTerms.Free : LicenseTerms.Unknown;
    }

    /// <summary>Whether an identifier is one of SPDX's that is classified here: a word such as "Proprietary" has the form of one.</summary>
    public static bool IsNamed(string identifier) => Of(identifier) != LicenseTerms.Unknown;

    private static bool IsOf(string[] families, ReadOnlySpan<char> identifier)
    {
        foreach (var family in families)
            if (identifier.StartsWith(family, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    /// <summary>The terms of a licence with an exception. An exception does not make a copyleft free: what it exempts is for a person to
    /// judge.</summary>
    public static LicenseTerms With(LicenseTerms license, ReadOnlySpan<char> exception) =>
        license == LicenseTerms.Free && !s_exceptions.GetAlternateLookup<ReadOnlySpan<char>>().Contains(exception)
            ? LicenseTerms.Unknown
            : license;
}
