using System.Numerics;

namespace Oxidizer.Packager.Requirements;

/// <summary>A version of a package distribution, as PEP 440 orders them: <c>1!2.0rc1.post2.dev3+local.4</c>.</summary>
internal sealed class PackageVersion : IComparable<PackageVersion>
{
    // Numbers in it may have any length; a text that is longer than any real version is none.
    private const int LongestText = 256;

    private PackageVersion(BigInteger epoch, IReadOnlyList<BigInteger> release) => (Epoch, Release) = (epoch, release);

    /// <summary>Before the <c>!</c>; 0 without one.</summary>
    public BigInteger Epoch { get; }

    /// <summary>The numbers with dots, as written.</summary>
    public IReadOnlyList<BigInteger> Release { get; }

    /// <summary><c>a</c>, <c>b</c> or <c>rc</c> with its number.</summary>
    public (string Letter, BigInteger Number)? Pre { get; private init; }

    /// <summary>The number after <c>post</c>.</summary>
    public BigInteger? Post { get; private init; }

    /// <summary>The number after <c>dev</c>.</summary>
    public BigInteger? Dev { get; private init; }

    /// <summary>The parts after <c>+</c>, in lower case.</summary>
    public IReadOnlyList<string> Local { get; private init; } = [];

    /// <summary>Whether it comes before its release.</summary>
    public bool IsPrerelease => Pre is not null || Dev is not null;

    /// <summary>Without what stands after <c>+</c>.</summary>
    public PackageVersion Public =>
        Local.Count == 0
            ? this
            : new PackageVersion(Epoch, Release)
            {
                Pre = Pre,
                Post = Post,
                Dev = Dev,
            };

    /// <summary>Epoch and release alone.</summary>
    public PackageVersion Base => new(Epoch, Release);

    /// <summary>Reads a version; <c>null</c> if the text is none.</summary>
    public static PackageVersion? TryParse(string text)
    {
        text = text.Trim().ToLowerInvariant();
        if (text.Length is 0 or > LongestText)
            return null;
        var reader = new Reader(text);
        reader.Skip("v");
        if (reader.Number() is not { } first)
            return null;
        var epoch = BigInteger.Zero;
        if (reader.Skip("!"))
        {
            epoch = first;
            if (reader.Number() is not { } next)
                return null;
            first = next;
        }
        var release = new List<BigInteger> { first };
        while (reader.NumberAfter('.') is { } number)
            release.Add(number);
        var version = new PackageVersion(epoch, release)
        {
            Pre = reader.Labelled("alpha", "a", "beta", "b", "preview", "pre", "rc", "c") is var (label, count)
                ? (LetterOf(label), count)
                : null,
            Post = reader.NumberAfter('-') ?? reader.Labelled("post", "rev", "r")?.Number,
            Dev = reader.Labelled("dev")?.Number,
            Local = reader.Local(),
        };
        return reader.IsAtEnd ? version : null;
    }

    /// <inheritdoc/>
    public int CompareTo(PackageVersion? other)
    {
        if (other is null)
            return 1;
        var order = Epoch.CompareTo(other.Epoch);
        for (var index = 0; order == 0 && index < Math.Max(Release.Count, other.Release.Count); index++)
            order = NumberAt(index).CompareTo(other.NumberAt(index));
        if (order == 0)
            order = PreRank.CompareTo(other.PreRank);
        if (order == 0)
            order = (Post ?? -1).CompareTo(other.Post ?? -1);
        if (order == 0 && (Dev is null || other.Dev is null))
            order = (Dev is null).CompareTo(other.Dev is null);
        if (order == 0 && Dev is { } dev)
            order = dev.CompareTo(other.Dev!.Value);
        return order == 0 ? CompareLocal(other) : order;
    }

    /// <summary>The number of the release at a place; releases are as if they ended with zeros.</summary>
    public BigInteger NumberAt(int index) => index < Release.Count ? Release[index] : 0;

    // A development release of no pre-release stands before all pre-releases, and a release after them.
    private (int, BigInteger) PreRank =>
        Pre is var (letter, number)
            ? (
                letter == "a" ? 1
                : letter == "b" ? 2
                : 3,
                number
            )
            : (Post is null && Dev is not null ? 0 : 4, 0);

    private int CompareLocal(PackageVersion other)
    {
        for (var index = 0; index < Math.Min(Local.Count, other.Local.Count); index++)
        {
            var (isNumber, isOther) = (
                BigInteger.TryParse(Local[index], out var number),
                BigInteger.TryParse(other.Local[index], out var otherNumber)
            );
            var order =
                isNumber && isOther ? number.CompareTo(otherNumber)
                : isNumber != isOther ? isNumber.CompareTo(isOther)
                : string.CompareOrdinal(Local[index], other.Local[index]);
            if (order != 0)
                return order;
        }
        return Local.Count.CompareTo(other.Local.Count);
    }

    private static string LetterOf(string label) =>
        label switch
        {
            "alpha" or "a" => "a",
            "beta" or "b" => "b",
            _ => "rc",
        };

    // Reads from the left; what does not fit leaves the place as it is.
    private sealed class Reader(string text)
    {
        private int _at;

        public bool IsAtEnd => _at == text.Length;

        public bool Skip(string word)
        {
            if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0)
                return false;
            _at += word.Length;
            return true;
        }

        public BigInteger? Number()
        {
            var end = _at;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            if (end == _at)
                return null;
            var number = BigInteger.Parse(text.AsSpan(_at, end - _at));
            _at = end;
            return number;
        }

        public BigInteger? NumberAfter(char separator)
        {
            var start = _at;
            if (Skip(separator.ToString()) && Number() is { } number)
                return number;
            _at = start;
            return null;
        }

        // The longest label first. A number may be missing, and separators stand where they like.
        public (string Label, BigInteger Number)? Labelled(params string[] labels)
        {
            var start = _at;
            SkipSeparator();
            if (Array.Find(labels, Skip) is { } label)
            {
                var end = _at;
                SkipSeparator();
                if (Number() is { } number)
                    return (label, number);
                _at = end;
                return (label, 0);
            }
            _at = start;
            return null;
        }

        public List<string> Local()
        {
            var parts = new List<string>();
            if (!Skip("+"))
                return parts;
            do
            {
                var end = _at;
                while (end < text.Length && char.IsAsciiLetterOrDigit(text[end]))
                    end++;
                if (end == _at)
                {
                    // Nothing after a separator: the text does not end where the version does.
                    _at--;
                    return parts;
                }
                parts.Add(text[_at..end]);
                _at = end;
            } while (SkipSeparator());
            return parts;
        }

        private bool SkipSeparator()
        {
            if (IsAtEnd || text[_at] is not ('.' or '-' or '_'))
                return false;
            _at++;
            return true;
        }
    }
}
