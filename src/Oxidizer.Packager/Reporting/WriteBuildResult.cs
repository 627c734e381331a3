using System.Text.Json;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Files;
using Oxidizer.Packager.Licenses;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Reporting;

/// <summary>Writes a <see cref="BuildResult"/> as JSON, schema 1 of docs/formats/results.md. Written without reflection, which would cost
/// start-up time.</summary>
internal static class WriteBuildResult
{
    /// <summary>The JSON, UTF-8, indented.</summary>
    public static byte[] ToJson(BuildResult result) =>
        IndentedJson.Write(json =>
        {
            json.WriteNumber("schema", 1);
            json.WriteString("name", result.Name);
            json.WriteString("target", result.Target.Value);
            WriteProduct(json, result);
            json.WriteString("python_version", result.PythonVersion);
            WriteActions(json, result);
            json.WriteNumber("processes_started", result.ProcessesStarted);
            json.WriteStartArray("stages");
            foreach (var stage in result.Stages)
            {
                json.WriteStartObject();
                json.WriteString("name", stage.Name);
                WriteSeconds(json, stage.Seconds);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            WriteSeconds(json, result.Seconds);
            WriteResources(json, result.Resources);
            WriteFilesBeside(json, result.FilesBeside);
            json.WriteStartArray("commands");
            foreach (var command in result.Commands)
                json.WriteStringValue(command);
            json.WriteEndArray();
            WriteFileUsers(json, result.FileUsers);
            WriteLicenses(json, result.Licenses);
            json.WriteStartArray("warnings");
            foreach (var warning in result.Warnings)
            {
                json.WriteStartObject();
                json.WriteString("id", warning.Id);
                json.WriteString("message", warning.Message);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });

    private static void WriteProduct(Utf8JsonWriter json, BuildResult result)
    {
        json.WriteStartObject("product");
        json.WriteString("path", Path.GetFileName(result.ProductPath));
        json.WriteNumber("size", result.Size);
        json.WriteString("sha256", result.Digest.ToString());
        json.WriteEndObject();
    }

    private static void WriteActions(Utf8JsonWriter json, BuildResult result)
    {
        json.WriteStartObject("actions");
        foreach (var kind in ActionKinds.All)
        {
            json.WriteStartObject(kind);
            json.WriteNumber("executed", result.Actions[kind].Executed);
            json.WriteNumber("reused", result.Actions[kind].Reused);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartArray("executed");
        foreach (var action in result.Executed)
        {
            json.WriteStartObject();
            json.WriteString("kind", action.Kind);
            json.WriteString("name", action.Name);
            json.WriteString("reason", action.Reason);
            WriteSeconds(json, action.Seconds);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteResources(Utf8JsonWriter json, ResourceCounts resources)
    {
        json.WriteStartObject("resources");
        json.WriteNumber("modules", resources.Modules);
        json.WriteNumber("package_resources", resources.PackageResources);
        json.WriteNumber("extension_modules", resources.ExtensionModules);
        json.WriteNumber("shared_libraries", resources.SharedLibraries);
        json.WriteNumber("bytes", resources.Bytes);
        json.WriteEndObject();
    }

    private static void WriteFilesBeside(Utf8JsonWriter json, FilesBeside files)
    {
        json.WriteStartObject("files_beside");
        json.WriteStartArray("folders");
        foreach (var folder in files.Folders)
            json.WriteStringValue(folder);
        json.WriteEndArray();
        json.WriteNumber("count", files.Count);
        json.WriteNumber("bytes", files.Bytes);
        json.WriteEndObject();
    }

    private static void WriteFileUsers(Utf8JsonWriter json, IReadOnlyList<FileUser> users)
    {
        json.WriteStartArray("file_users");
        foreach (var user in users)
        {
            json.WriteStartObject();
            json.WriteString("package", user.Package);
            json.WriteStartArray("modules");
            foreach (var module in user.Modules)
                json.WriteStringValue(module);
            json.WriteEndArray();
            json.WriteString("setting", FileUser.Setting);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteLicenses(Utf8JsonWriter json, IReadOnlyList<LicensedPart> parts)
    {
        json.WriteStartArray("licenses");
        foreach (var part in parts)
        {
            json.WriteStartObject();
            json.WriteString("name", part.Name);
            json.WriteString("version", part.Version);
            json.WriteString("license", part.License);
            json.WriteString("terms", part.Terms);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteSeconds(Utf8JsonWriter json, double seconds) => json.WriteNumber("seconds", Math.Round(seconds, 6));
}
