using System.Buffers;
using System.Text;

namespace Oxidizer.Cache;

/// <summary>Texts as .NET has them, which need not be valid UTF-16.</summary>
internal static class Utf16
{
    /// <summary>Whether every surrogate has its other half: only then the UTF-8 form of a text stands for it alone.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAnyInRange('\ud800', '\udfff') is var index and >= 0)
        {
            if (Rune.DecodeFromUtf16(text[index..], out _, out var consumed) != OperationStatus.Done)
                return false;
            text = text[(index + consumed)..];
        }
        return true;
    }
}
