using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Oxidizer.Cache;

/// <summary>
/// Makes an <see cref="ActionKey"/> from named fields. Each name and each value is hashed with its length before it, because <c>-I -O2</c>
/// is not <c>-I-O2</c>. The order of fields counts. Not thread-safe; one builder makes one key.
/// </summary>
public sealed class ActionKeyBuilder
{
    private const int PieceLength = 1024;

    private readonly string _kind;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<KeyField> _fields = [];

    /// <summary>Starts a key.</summary>
    /// <param name="kind">The step's name, such as <c>link</c>.</param>
    /// <param name="version">The step's salt: raised whenever the step's meaning changes, so that old records are not found.</param>
    public ActionKeyBuilder(string kind, int version)
    {
        _kind = kind;
        Append(kind);
        Append(version.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Adds a text; <c>null</c> differs from the empty text.</summary>
    public ActionKeyBuilder Add(string name, string? value)
    {
        Append(name);
        if (value is null)
            AppendLength(-1);
        else
            Append(value);
        _fields.Add(new KeyField(name, value ?? "(none)"));
        return this;
    }

    /// <summary>Adds a digest.</summary>
    public ActionKeyBuilder Add(string name, Sha256Digest value) => Add(name, value.ToString());

    /// <summary>Adds an integer.</summary>
    public ActionKeyBuilder Add(string name, long value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a flag.</summary>
    public ActionKeyBuilder Add(string name, bool value) => Add(name, value ? "true" : "false");

    /// <summary>Adds a list of texts; its order counts.</summary>
    public ActionKeyBuilder Add(string name, IEnumerable<string> values)
    {
        var index = 0;
        foreach (var value in values)
            Add($"{name}[{index++.ToString(CultureInfo.InvariantCulture)}]", value);
        return Add($"{name}.count", index);
    }

    /// <summary>Ends the key.</summary>
    public ActionKey Build()
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        _hash.GetHashAndReset(digest);
        _hash.Dispose();
        return new ActionKey(_kind, new Sha256Digest(digest), _fields);
    }

    /// <summary>What went in so far, a field a line.</summary>
    public override string ToString() => string.Join('\n', _fields.Select(field => $"{_kind}.{field.Name} = {field.Value}"));

    private void Append(string text)
    {
        // UTF-8 cannot hold lone surrogates: two such texts would hash alike. They are hashed as UTF-16 units, which the length -2
        // announces.
        if (!Utf16.IsWellFormed(text))
        {
            AppendLength(-2);
            AppendLength(text.Length);
            _hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
            return;
        }
        AppendLength(Encoding.UTF8.GetByteCount(text));
        var encoder = Encoding.UTF8.GetEncoder();
        Span<byte> bytes = stackalloc byte[3 * PieceLength + 3];
        // In pieces, because a field may be a whole source file. The encoder keeps a surrogate whose other half is in the next piece.
        for (var start = 0; start < text.Length; start += PieceLength)
        {
            var piece = text.AsSpan(start, Math.Min(PieceLength, text.Length - start));
            _hash.AppendData(bytes[..encoder.GetBytes(piece, bytes, flush: start + PieceLength >= text.Length)]);
        }
    }

    private void AppendLength(long length)
    {
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, length);
        _hash.AppendData(prefix);
    }
}
