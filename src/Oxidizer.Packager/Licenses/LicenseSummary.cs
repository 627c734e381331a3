using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Licenses;

/// <summary>A part of a product and its licence, as the record beside the product has it.</summary>
/// <param name="Name">As its authors name it.</param>
/// <param name="Version">Empty if it is not known.</param>
/// <param name="License">An SPDX expression, else the author's words, else empty.</param>
/// <param name="Terms"><c>free</c> (notices at most), <c>file-copyleft</c> (binds its own files), <c>copyleft</c>, or
/// <c>unknown</c>.</param>
public sealed record LicensedPart(string Name, string Version, string License, string Terms);

/// <summary>Puts the parts of a product into its record.</summary>
internal static class LicenseSummary
{
    private const int MostNames = 4;

    /// <summary>A part for each.</summary>
    public static IReadOnlyList<LicensedPart> Of(IReadOnlyList<Component> components) =>
        [
            .. components.Select(component => new LicensedPart(
                component.Name,
                component.Version,
                component.License.ToString(),
                WordOf(component.License.Terms)
            )),
        ];

    /// <summary>What asks for the source of more than itself, in a line; <c>null</c>: nothing does.</summary>
    public static string? Of(IReadOnlyList<LicensedPart> parts)
    {
        var binding = parts.Where(part => part.Terms == WordOf(LicenseTerms.Copyleft)).ToList();
        return binding.Count == 0
            ? null
            : $"copyleft: {string.Join(", ", binding.Take(MostNames).Select(part => $"`{part.Name}` ({part.License})"))}"
                + (binding.Count > MostNames ? $" and {binding.Count - MostNames} more" : "")
                + "; read what they ask before you ship the product (`deny` of [licenses] keeps them out)";
    }

    /// <summary>Terms as results have them.</summary>
    public static string WordOf(LicenseTerms terms) =>
        terms switch
        {
            LicenseTerms.Free => "free",
            LicenseTerms.FileCopyleft => "file-copyleft",
            LicenseTerms.Copyleft => "copyleft",
            _ => "unknown",
        };
}
