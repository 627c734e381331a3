namespace Oxidizer.Packager.Packing;

/// <summary>Orders texts by their bytes in UTF-8, as readers of a blob search them, without making the bytes. Beyond U+FFFF it differs from
/// the order of UTF-16: surrogates are smaller than U+E000 there.</summary>
internal sealed class Utf8Order : IComparer<string>
{
    private const char FirstSurrogate = '\ud800',
        AfterSurrogates = '\ue000';

    /// <summary>It has no state.</summary>
    public static Utf8Order Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? left, string? right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (left is null || right is null || common == left.Length || common == right.Length)
            return (left?.Length ?? -1) - (right?.Length ?? -1);
        return Weight(left[common]) - Weight(right[common]);
    }

    private static int Weight(char unit) => unit is >= FirstSurrogate and < AfterSurrogates ? unit + 0x10000 : unit;
}
