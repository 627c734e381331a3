namespace Oxidizer.Packager.SourceBuilds;

/// <summary>A Debian package's version, <c>[epoch:]upstream[-revision]</c>, ordered as Debian policy 5.6.12 says.</summary>
/// <param name="Text">As written.</param>
internal sealed record DebianVersion(string Text) : IComparable<DebianVersion>
{
    /// <summary>What upstream calls it: <c>3.11.2</c>.</summary>
    public string Upstream => Revision.Length == 0 ? WithoutEpoch : WithoutEpoch[..^(Revision.Length + 1)];

    /// <summary>What Debian made of it: <c>6+deb12u8</c>; empty for a native package.</summary>
    public string Revision => WithoutEpoch.LastIndexOf('-') is >= 0 and var dash ? WithoutEpoch[(dash + 1)..] : "";

    private int Epoch => Text.IndexOf(':') is > 0 and var colon && int.TryParse(Text[..colon], out var epoch) ? epoch : 0;

    private string WithoutEpoch => Text[(Text.IndexOf(':') + 1)..];

    /// <inheritdoc/>
    public int CompareTo(DebianVersion? other)
    {
        if (other is null)
            return 1;
        var order = Epoch.CompareTo(other.Epoch);
        if (order == 0)
            order = ComparePart(Upstream, other.Upstream);
        return order != 0 ? order : ComparePart(Revision, other.Revision);
    }

    /// <summary>The version as it was written.</summary>
    public override string ToString() => Text;

    // Alternately a run of other characters, in which `~` sorts before the end and letters before the rest, and a number.
    private static int ComparePart(string left, string right)
    {
        int i = 0,
            j = 0;
        while (i < left.Length || j < right.Length)
        {
            while ((i < left.Length && !char.IsAsciiDigit(left[i])) || (j < right.Length && !char.IsAsciiDigit(right[j])))
            {
                var order = Weight(left, i).CompareTo(Weight(right, j));
                if (order != 0)
                    return order;
                (i, j) = (i + 1, j + 1);
            }
            var (a, b) = (Number(left, ref i), Number(right, ref j));
            var difference = a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a, b);
            if (difference != 0)
                return difference;
        }
        return 0;
    }

    private static int Weight(string text, int index) =>
        index >= text.Length || char.IsAsciiDigit(text[index]) ? 0
        : text[index] == '~' ? -1
        : char.IsAsciiLetter(text[index]) ? text[index]
        : text[index] + 256;

    private static string Number(string text, ref int index)
    {
        var start = index;
        while (index < text.Length && char.IsAsciiDigit(text[index]))
            index++;
        return text[start..index].TrimStart('0');
    }
}
