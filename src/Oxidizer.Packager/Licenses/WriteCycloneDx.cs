using System.Text.Json;
using Oxidizer.Packager.Files;

namespace Oxidizer.Packager.Licenses;

/// <summary>Writes a bill of materials as CycloneDX 1.6 (ECMA-424), JSON.</summary>
internal static class WriteCycloneDx
{
    private const string Root = "product";

    /// <summary>The document.</summary>
    public static byte[] ToJson(BillOfMaterials bill) =>
        IndentedJson.Write(json =>
        {
            json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
            json.WriteString("bomFormat", "CycloneDX");
            json.WriteString("specVersion", "1.6");
            json.WriteString("serialNumber", $"urn:uuid:{bill.Serial}");
            json.WriteNumber("version", 1);
            WriteMetadata(json, bill);
            json.WriteStartArray("components");
            foreach (var part in bill.Parts.Components)
                WriteComponent(json, part);
            json.WriteEndArray();
            json.WriteStartArray("dependencies");
            WriteDependencies(json, Root, bill.Parts.Roots);
            foreach (var part in bill.Parts.Components)
                WriteDependencies(json, part.Id, part.DependsOn);
            json.WriteEndArray();
        });

    private static void WriteMetadata(Utf8JsonWriter json, BillOfMaterials bill)
    {
        json.WriteStartObject("metadata");
        if (BillOfMaterials.Time is { } time)
            json.WriteString("timestamp", BillOfMaterials.Format(time));
        json.WriteStartObject("tools");
        json.WriteStartArray("components");
        json.WriteStartObject();
        json.WriteString("type", "application");
        json.WriteString("name", "oxidizer");
        json.WriteString("version", ListComponents.OwnVersion);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("component");
        json.WriteString("type", "application");
        json.WriteString("bom-ref", Root);
        json.WriteString("name", bill.Name);
        if (bill.Product is { } digest)
            WriteDigest(json, digest.ToString());
        json.WriteStartArray("properties");
        WriteProperty(json, "oxidizer:target", bill.Target);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteComponent(Utf8JsonWriter json, Component part)
    {
        json.WriteStartObject();
        json.WriteString("type", part.Kind == ComponentKind.Interpreter ? "platform" : "library");
        json.WriteString("bom-ref", part.Id);
        json.WriteString("name", part.Name);
        if (part.Version.Length > 0)
            json.WriteString("version", part.Version);
        if (part.Digest is { } digest)
            WriteDigest(json, digest.ToString());
        WriteLicense(json, part.License);
        // What vulnerabilities of CPython are filed under.
        if (part.Kind == ComponentKind.Interpreter)
            json.WriteString("cpe", $"cpe:2.3:a:python:python:{part.Version}:*:*:*:*:*:*:*");
        if (part.Purl is { } purl)
            json.WriteString("purl", purl);
        json.WriteStartArray("properties");
        WriteProperty(json, "oxidizer:kind", KindOf(part));
        WriteProperty(json, "oxidizer:terms", LicenseSummary.WordOf(part.License.Terms));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteLicense(Utf8JsonWriter json, LicenseStatement license)
    {
        if (license.ToString().Length == 0)
            return;
        json.WriteStartArray("licenses");
        json.WriteStartObject();
        if (license.Expression is { } expression)
        {
            json.WriteString("expression", expression.ToString());
            json.WriteString("acknowledgement", "declared");
        }
        else
        {
            json.WriteStartObject("license");
            json.WriteString("name", license.Declared);
            json.WriteString("acknowledgement", "declared");
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteDigest(Utf8JsonWriter json, string digest)
    {
        json.WriteStartArray("hashes");
        json.WriteStartObject();
        json.WriteString("alg", "SHA-256");
        json.WriteString("content", digest);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteDependencies(Utf8JsonWriter json, string id, IReadOnlyList<string> needed)
    {
        json.WriteStartObject();
        json.WriteString("ref", id);
        if (needed.Count > 0)
        {
            json.WriteStartArray("dependsOn");
            foreach (var one in needed)
                json.WriteStringValue(one);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WriteProperty(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("value", value);
        json.WriteEndObject();
    }

    private static string KindOf(Component part) =>
        part.Kind switch
        {
            ComponentKind.Interpreter => "interpreter",
            ComponentKind.Runtime => "runtime",
            ComponentKind.Extension => "extension-module",
            ComponentKind.Library => "linked-library",
            ComponentKind.Package => "python-package",
            _ => "shared-library",
        };
}
