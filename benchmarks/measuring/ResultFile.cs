using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Oxidizer.Packager.Files;

namespace Oxidizer.Benchmarks;

/// <summary>Writes a suite as JSON, schema 1 of docs/formats/results.md.</summary>
internal static class ResultFile
{
    public static void Write(Suite suite, string path) => AtomicFile.WriteAllBytes(path, ToJson(suite));

    private static byte[] ToJson(Suite suite)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (
            var json = new Utf8JsonWriter(
                buffer,
                new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
            )
        )
        {
            json.WriteStartObject();
            json.WriteNumber("schema", 1);
            json.WriteString("suite", suite.Name);
            json.WriteString("date", DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            WriteMachine(json);
            json.WriteStartArray("cases");
            foreach (var measured in suite.Cases)
                WriteCase(json, measured);
            json.WriteEndArray();
            json.WriteStartArray("failures");
            foreach (var failure in suite.Failures)
            {
                json.WriteStartObject();
                json.WriteString("part", failure.Part);
                json.WriteString("message", failure.Message);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static void WriteMachine(Utf8JsonWriter json)
    {
        json.WriteStartObject("machine");
        json.WriteNumber("cores", Environment.ProcessorCount);
        json.WriteNumber("memory_bytes", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        json.WriteString("kernel", File.ReadAllText("/proc/sys/kernel/osrelease").Trim());
        json.WriteEndObject();
    }

    private static void WriteCase(Utf8JsonWriter json, Case measured)
    {
        json.WriteStartObject();
        json.WriteString("id", measured.Id);
        json.WriteString("metric", measured.Metric);
        WriteNumber(json, "value", measured.Value.Median, measured.Metric);
        if (measured.Reference is { } reference)
        {
            WriteNumber(json, "reference", reference.Median, measured.Metric);
            json.WriteString("reference_name", measured.ReferenceName);
        }
        if (measured.Ratio is { } ratio)
            json.WriteNumber("ratio", Math.Round(ratio, 4));
        json.WriteNumber("runs", measured.Value.Runs);
        WriteNumber(json, "min", measured.Value.Min, measured.Metric);
        WriteNumber(json, "max", measured.Value.Max, measured.Metric);
        if (measured.Note is not null)
            json.WriteString("note", measured.Note);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value, string metric)
    {
        if (metric == Metric.WallSeconds)
            json.WriteNumber(name, Math.Round(value, 6));
        else
            json.WriteNumber(name, (long)Math.Round(value));
    }
}
