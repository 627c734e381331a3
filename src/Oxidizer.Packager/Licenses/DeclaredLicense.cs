using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Licenses;

/// <summary>
/// What a Python distribution is under, from the most exact of what its metadata says: the expression of PEP 639, the words of the field
/// <c>License</c> when they are known, the classifiers, and at last the names of its files. Classifiers do not say whether one may choose
/// among several; all are taken to bind.
/// </summary>
internal static class DeclaredLicense
{
    /// <summary>Reads it.</summary>
    /// <param name="fields">Of the metadata.</param>
    /// <param name="files">The texts of licences, by name.</param>
    public static LicenseStatement Of(IReadOnlyList<(string Name, string Value)> fields, IReadOnlyList<string> files)
    {
        if (CoreMetadata.First(fields, "License-Expression") is { Length: > 0 } expression)
            return LicenseStatement.Of(OneLine(expression));
        var words = CoreMetadata.First(fields, "License");
        if (words is "UNKNOWN" or "None")
            words = "";
        var classifiers = CoreMetadata
            .All(fields, "Classifier")
            .Select(WrittenLicenses.OfClassifier)
            .OfType<string>()
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        var known = WrittenLicenses.OfWords(words);
        // "BSD" is less than a classifier can say, and no more than the classifier of that name does.
        if (known is not null && (known != KnownLicenses.AnyBsd || classifiers.Count == 0))
            return LicenseStatement.Of(known);
        if (classifiers.Count > 0)
            return LicenseStatement.OfAll(classifiers);
        if (words.Length == 0 && LicenseFileNames.Licenses(files) is { Count: > 0 } named)
            return LicenseStatement.OfAll(named);
        return LicenseStatement.None with { Declared = OneLine(words.Split('\n')[0]) };
    }

    private static string OneLine(string text) =>
        string.Join(' ', text.Split(['\n', '\r', '\t', '\0'], StringSplitOptions.RemoveEmptyEntries));
}
