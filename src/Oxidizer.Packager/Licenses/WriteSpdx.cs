using System.Text;
using System.Text.Json;
using Oxidizer.Packager.Files;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Licenses;

/// <summary>Writes a bill of materials as SPDX 2.3 (ISO/IEC 5962), JSON.</summary>
internal static class WriteSpdx
{
    private const string Document = "SPDXRef-DOCUMENT",
        Root = "SPDXRef-product",
        NoAssertion = "NOASSERTION";

    /// <summary>The document.</summary>
    public static byte[] ToJson(BillOfMaterials bill)
    {
        var ids = Ids(bill.Parts.Components);
        return IndentedJson.Write(json =>
        {
            json.WriteString("spdxVersion", "SPDX-2.3");
            json.WriteString("dataLicense", "CC0-1.0");
            json.WriteString("SPDXID", Document);
            json.WriteString("name", bill.Name);
            json.WriteString("documentNamespace", $"https://spdx.org/spdxdocs/{Uri.EscapeDataString(bill.Name)}-{bill.Serial}");
            json.WriteStartObject("creationInfo");
            // The standard wants a time. Without SOURCE_DATE_EPOCH it is that variable's own zero.
            json.WriteString("created", BillOfMaterials.Format(BillOfMaterials.Time ?? DateTimeOffset.UnixEpoch));
            json.WriteStartArray("creators");
            json.WriteStringValue($"Tool: oxidizer-{ListComponents.OwnVersion}");
            json.WriteEndArray();
            json.WriteEndObject();
            WritePackages(json, bill, ids);
            WriteExtractedLicenses(json, bill.Parts.Components);
            WriteRelationships(json, bill.Parts, ids);
        });
    }

    private static void WritePackages(Utf8JsonWriter json, BillOfMaterials bill, Dictionary<string, string> ids)
    {
        json.WriteStartArray("packages");
        json.WriteStartObject();
        WriteNames(json, Root, bill.Name, "");
        WriteDigest(json, bill.Product?.ToString());
        WriteLicense(json, null);
        json.WriteString("primaryPackagePurpose", "APPLICATION");
        json.WriteEndObject();
        foreach (var part in bill.Parts.Components)
        {
            json.WriteStartObject();
            WriteNames(json, ids[part.Id], part.Name, part.Version);
            WriteDigest(json, part.Digest?.ToString());
            WriteLicense(json, part.License);
            json.WriteString("primaryPackagePurpose", "LIBRARY");
            if (part.Purl is { } purl)
            {
                json.WriteStartArray("externalRefs");
                json.WriteStartObject();
                json.WriteString("referenceCategory", "PACKAGE-MANAGER");
                json.WriteString("referenceType", "purl");
                json.WriteString("referenceLocator", purl);
                json.WriteEndObject();
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteNames(Utf8JsonWriter json, string id, string name, string version)
    {
        json.WriteString("SPDXID", id);
        json.WriteString("name", name);
        if (version.Length > 0)
            json.WriteString("versionInfo", version);
        json.WriteString("downloadLocation", NoAssertion);
        json.WriteBoolean("filesAnalyzed", false);
    }

    private static void WriteDigest(Utf8JsonWriter json, string? digest)
    {
        if (digest is null)
            return;
        json.WriteStartArray("checksums");
        json.WriteStartObject();
        json.WriteString("algorithm", "SHA256");
        json.WriteString("checksumValue", digest);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    // Nobody has concluded anything: what stands here is what authors declare.
    private static void WriteLicense(Utf8JsonWriter json, LicenseStatement? license)
    {
        json.WriteString("licenseConcluded", NoAssertion);
        json.WriteString("licenseDeclared", license?.Expression?.ToString() ?? NoAssertion);
        if (license is { Expression: null, Declared.Length: > 0 })
            json.WriteString("licenseComments", license.Declared);
        json.WriteString("copyrightText", NoAssertion);
    }

    // Each `LicenseRef-` of a document is explained in it.
    private static void WriteExtractedLicenses(Utf8JsonWriter json, IReadOnlyList<Component> parts)
    {
        var references = parts
            .SelectMany(part => (part.License.Expression?.Licenses ?? []).Select(license => (license.Id, part.Name)))
            .Where(entry => entry.Id.StartsWith("LicenseRef-", StringComparison.Ordinal))
            .GroupBy(entry => entry.Id, entry => entry.Name, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToList();
        if (references.Count == 0)
            return;
        json.WriteStartArray("hasExtractedLicensingInfos");
        foreach (var group in references)
        {
            json.WriteStartObject();
            json.WriteString("licenseId", group.Key);
            json.WriteString(
                "extractedText",
                group.Key switch
                {
                    KnownLicenses.PublicDomain => "The author gave up all rights.",
                    KnownLicenses.AnyBsd => "A licence of the BSD family; its metadata says no more.",
                    _ => $"The text that is given with {string.Join(", ", group.Distinct())}.",
                }
            );
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteRelationships(Utf8JsonWriter json, ComponentGraph parts, Dictionary<string, string> ids)
    {
        json.WriteStartArray("relationships");
        Write(Document, "DESCRIBES", Root);
        foreach (var part in parts.Components)
            Write(Root, "CONTAINS", ids[part.Id]);
        foreach (var part in parts.Roots)
            Write(Root, "DEPENDS_ON", ids[part]);
        foreach (var part in parts.Components)
        foreach (var needed in part.DependsOn)
            Write(ids[part.Id], needed.StartsWith("lib:", StringComparison.Ordinal) ? "STATIC_LINK" : "DEPENDS_ON", ids[needed]);
        json.WriteEndArray();

        void Write(string from, string type, string to)
        {
            json.WriteStartObject();
            json.WriteString("spdxElementId", from);
            json.WriteString("relationshipType", type);
            json.WriteString("relatedSpdxElement", to);
            json.WriteEndObject();
        }
    }

    // Ids have letters, digits, `.` and `-` alone. Two names that become one are told apart by a number.
    private static Dictionary<string, string> Ids(IReadOnlyList<Component> parts)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal) { Root, Document };
        foreach (var part in parts)
        {
            var plain = new StringBuilder("SPDXRef-");
            foreach (var c in part.Id)
                plain.Append(char.IsAsciiLetterOrDigit(c) || c == '.' ? c : '-');
            var id = plain.ToString();
            for (var number = 2; !taken.Add(id); number++)
                id = $"{plain}-{number}";
            ids[part.Id] = id;
        }
        return ids;
    }
}
