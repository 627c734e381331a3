using Oxidizer.Packager.Configuration;

namespace Oxidizer.Packager.Licenses;

/// <summary>The files beside a product that say what is in it.</summary>
internal static class LicenseFiles
{
    /// <summary>Behind the product's file name.</summary>
    public const string CycloneDxSuffix = ".cdx.json",
        SpdxSuffix = ".spdx.json";

    /// <summary>The files that the configuration asks for: each with its place, relative to the product's folder.</summary>
    /// <param name="table">Which bills, and the folder of the texts.</param>
    /// <param name="packages">Rules that name such a folder.</param>
    /// <param name="fileName">The product's.</param>
    /// <param name="bill">What is in it.</param>
    /// <exception cref="Diagnostics.BuildFailedException">The text of a licence cannot be read any more.</exception>
    public static IReadOnlyList<(string Relative, byte[] Content)> Of(
        LicensesTable table,
        IReadOnlyList<PackageRule> packages,
        string fileName,
        BillOfMaterials bill
    )
    {
        var files = new List<(string, byte[])>();
        if (table.Sbom.Contains(LicensesKeys.CycloneDx))
            files.Add((fileName + CycloneDxSuffix, WriteCycloneDx.ToJson(bill)));
        if (table.Sbom.Contains(LicensesKeys.Spdx))
            files.Add((fileName + SpdxSuffix, WriteSpdx.ToJson(bill)));
        if (
            Folders(table, packages).Select(folder => Path.Combine(folder, CopyingText.FileName)).Distinct().ToList() is
            { Count: > 0 } places
        )
        {
            var text = CopyingText.Of(bill.Name, bill.Parts.Components);
            files.AddRange(places.Select(place => (place, text)));
        }
        return files;
    }

    /// <summary>Whether the texts of licences are written.</summary>
    public static bool HasTexts(LicensesTable table, IReadOnlyList<PackageRule> packages) => Folders(table, packages).Any();

    private static IEnumerable<string> Folders(LicensesTable table, IReadOnlyList<PackageRule> packages) =>
        packages.OfType<WriteLicenseFilesRule>().Select(rule => rule.Path).Append(table.WriteFiles).OfType<string>();
}
