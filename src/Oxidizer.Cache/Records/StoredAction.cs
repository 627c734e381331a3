using System.Globalization;

namespace Oxidizer.Cache.Records;

/// <summary>An action record in the form that it is stored in.</summary>
/// <param name="Record">The record; long field values are shortened.</param>
/// <param name="Created">When it was added, in seconds since 1970.</param>
internal sealed record StoredAction(ActionRecord Record, long Created)
{
    // Fields are stored to explain misses. Of a long value only the beginning and the digest are stored.
    private const int LongestValue = 512,
        KeptOfLongValue = 200;
    private const int MostFields = 20_000;

    /// <summary>The bytes of an output with an empty path.</summary>
    public const int SmallestOutput = 53;

    // LiteDB's largest document is 16 MB.
    private const int LargestRecord = 12 << 20;

    /// <summary>The digest of kind and name, by which explanations find earlier actions.</summary>
    public static ulong NameHash(string kind, string name)
    {
        var writer = new ByteWriter(kind.Length + name.Length + 16);
        writer.Text(kind);
        writer.Text(name);
        return Checksum.Of(writer.Written);
    }

    /// <summary>The payload; <c>null</c> if the record is too large to be stored.</summary>
    public static byte[]? Write(ActionRecord record, long created) =>
        TryWrite(record, created, withFields: true) ?? TryWrite(record, created, withFields: false);

    /// <summary>Reads the record of a known key, without its fields. <c>null</c> if the payload is damaged or another key's.</summary>
    public static ActionRecord? Read(ReadOnlySpan<byte> payload, ActionKey key)
    {
        var reader = new ByteReader(payload);
        if (reader.Digest() != key.Digest)
            return null;
        _ = reader.Int64();
        var seconds = reader.Double();
        _ = reader.Text();
        var name = reader.Text();
        var outputs = ReadOutputs(ref reader);
        return reader.Failed ? null : new ActionRecord(key, name, outputs, seconds);
    }

    /// <summary>Reads a payload; <c>null</c> if it is damaged.</summary>
    public static StoredAction? Read(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload);
        var digest = reader.Digest();
        var created = reader.Int64();
        var seconds = reader.Double();
        var kind = reader.Text();
        var name = reader.Text();
        var outputs = ReadOutputs(ref reader);
        var fields = new KeyField[reader.Count(8)];
        for (var i = 0; i < fields.Length; i++)
            fields[i] = new KeyField(reader.Text(), reader.Text());
        return reader.IsComplete
            ? new StoredAction(new ActionRecord(new ActionKey(kind, digest, fields), name, outputs, seconds), created)
            : null;
    }

    /// <summary>A field's value as it is stored, so that a new key's fields are compared with stored ones in the same form.</summary>
    public static string Shorten(string value) =>
        value.Length <= LongestValue
            ? value
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{value.AsSpan(0, KeptOfLongValue)}... ({value.Length} characters, sha256 {Sha256Digest.Of(value).ToShortString()})"
            );

    private static byte[]? TryWrite(ActionRecord record, long created, bool withFields)
    {
        var writer = new ByteWriter(512);
        writer.Digest(record.Key.Digest);
        writer.Int64(created);
        writer.Double(record.Seconds);
        writer.Text(record.Key.Kind);
        writer.Text(record.Name);
        writer.UInt32((uint)record.Outputs.Count);
        foreach (var output in record.Outputs)
            WriteOutput(writer, output);
        var fields = withFields ? Math.Min(record.Key.Fields.Count, MostFields) : 0;
        writer.UInt32((uint)fields);
        for (var i = 0; i < fields; i++)
        {
            writer.Text(Shorten(record.Key.Fields[i].Name));
            writer.Text(Shorten(record.Key.Fields[i].Value));
        }
        return writer.Length <= LargestRecord ? writer.ToArray() : null;
    }

    public static void WriteOutput(ByteWriter writer, ActionOutput output)
    {
        writer.Text(output.Path);
        writer.Digest(output.Digest);
        writer.Int64(output.Size);
        writer.UInt32((uint)output.Mode);
        writer.Byte(output.LinkTarget is null ? (byte)0 : (byte)1);
        writer.Text(output.LinkTarget ?? "");
    }

    private static ActionOutput[] ReadOutputs(ref ByteReader reader)
    {
        var outputs = new ActionOutput[reader.Count(SmallestOutput)];
        for (var i = 0; i < outputs.Length; i++)
            outputs[i] = ReadOutput(ref reader);
        return outputs;
    }

    public static ActionOutput ReadOutput(ref ByteReader reader)
    {
        var path = reader.Text();
        var digest = reader.Digest();
        var size = reader.Int64();
        var mode = (UnixFileMode)reader.UInt32();
        var isLink = reader.Byte() != 0;
        var target = reader.Text();
        return new ActionOutput(path, digest, size, mode, isLink ? target : null);
    }
}
