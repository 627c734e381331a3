using System.Buffers.Binary;

namespace Oxidizer.Packager.Elf;

/// <summary>
/// Finds the modules that a shared object can initialise. It looks for the places in the string table that begin with <c>PyInit_</c>, then
/// for the symbols with such a name. Both tables are read through a small buffer, because those of some libraries have a hundred megabytes.
/// </summary>
internal static class InitFunctions
{
    /// <summary>Bytes of a symbol.</summary>
    public const int SymbolSize = 24;

    // A hostile table may repeat the prefix as often as there is room.
    private const int MaxPlaces = 1 << 16;
    private const int ChunkSize = SymbolSize * 4096;

    /// <summary>Their names, sorted.</summary>
    public static IReadOnlyList<string> Find(ElfBytes file, (long Offset, long Count) symbols, ElfTable strings)
    {
        var places = Places(file, strings);
        var modules = new List<string>();
        if (places.Count == 0)
            return modules;
        var buffer = new byte[ChunkSize];
        // The first symbol is empty.
        for (long index = 1; index < symbols.Count; )
        {
            var count = (int)Math.Min(symbols.Count - index, ChunkSize / SymbolSize);
            // A count may lie: what fits into the file is taken.
            while (count > 0 && !file.TryRead(symbols.Offset + (index * SymbolSize), buffer.AsSpan(0, count * SymbolSize)))
                count /= 2;
            if (count == 0)
                break;
            for (var at = 0; at < count * SymbolSize; at += SymbolSize)
            {
                var isDefined = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + 6)) != 0;
                var name = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(at));
                if (isDefined && places.Contains(name) && file.TryString(strings, name, out var text))
                    modules.Add(text["PyInit_".Length..]);
            }
            index += count;
        }
        modules.Sort(StringComparer.Ordinal);
        return modules;
    }

    private static HashSet<long> Places(ElfBytes file, ElfTable strings)
    {
        var word = "PyInit_"u8;
        var places = new HashSet<long>();
        var buffer = new byte[ChunkSize];
        // Each chunk begins with the end of the previous one, because the prefix may lie across both.
        for (long start = 0; start + word.Length <= strings.Size && places.Count < MaxPlaces; start += ChunkSize - word.Length + 1)
        {
            var chunk = buffer.AsSpan(0, (int)Math.Min(strings.Size - start, ChunkSize));
            if (!file.TryRead(strings.Offset + start, chunk))
                break;
            for (var at = 0; chunk[at..].IndexOf(word) is >= 0 and var next && places.Count < MaxPlaces; at += next + 1)
                places.Add(start + at + next);
        }
        return places;
    }
}
