using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Oxidizer.Packager.Files;

/// <summary>The form of all JSON that stands beside a product or a configuration.</summary>
internal static class IndentedJson
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One object: UTF-8, indented, with a line feed at its end.</summary>
    /// <param name="write">Writes what is in it.</param>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }
}
