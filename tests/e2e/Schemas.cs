using System.Text.Json;
using Json.Schema;
using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>What the standards say of bills of materials.</summary>
internal static class Schemas
{
    // CycloneDX publishes its schemas in this package of npm's.
    private const string Package = "@cyclonedx/cyclonedx-library@10.3.0";

    private static readonly Lazy<JsonSchema> s_cycloneDx = new(FetchCycloneDx);
    private static readonly Lazy<JsonSchema> s_spdx = new(() =>
        JsonSchema.FromFile(Path.Combine(AppContext.BaseDirectory, "data", "spdx-2.3.schema.json"))
    );

    public static JsonSchema CycloneDx => s_cycloneDx.Value;

    public static JsonSchema Spdx => s_spdx.Value;

    /// <summary>What a schema does not take of a document, with the place of each.</summary>
    public static IEnumerable<string> Mistakes(JsonSchema schema, string document)
    {
        var results = schema.Evaluate(JsonDocument.Parse(document).RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return results.IsValid
            ? []
            : results
                .Details!.Where(detail => detail.Errors is not null)
                .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}"))
                .DefaultIfEmpty("it is not valid");
    }

    private static JsonSchema FetchCycloneDx()
    {
        var folder = Directory.CreateTempSubdirectory("oxidizer-schemas-").FullName;
        try
        {
            var result = Workspace.Run(
                new Command("npm", ["pack", "--silent", Package]) { WorkingDirectory = folder, Sees = ChosenEnvironment.Network }
            );
            Assert.True(result.ExitCode == 0, $"npm could not fetch {Package}: {result.Error}");
            var archive = Assert.Single(Directory.GetFiles(folder, "*.tgz"));
            Assert.Equal(0, Workspace.Run(new Command("tar", ["xzf", archive, "-C", folder])).ExitCode);
            var schemas = Path.Combine(folder, "package", "res", "schema");
            foreach (var name in new[] { "spdx", "jsf-0.82", "cryptography-defs" })
                SchemaRegistry.Global.Register(JsonSchema.FromFile(Path.Combine(schemas, $"{name}.SNAPSHOT.schema.json")));
            return JsonSchema.FromFile(Path.Combine(schemas, "bom-1.6.SNAPSHOT.schema.json"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
