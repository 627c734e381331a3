namespace Oxidizer.Packager.Requirements;

/// <summary>One condition on a version, as PEP 440 has it: <c>&gt;=1.2</c>, <c>==1.4.*</c>, <c>~=2.2</c>.</summary>
/// <param name="Operator">Such as <c>~=</c>.</param>
/// <param name="Text">What stands after it.</param>
internal sealed record VersionSpecifier(string Operator, string Text)
{
    private const string AnyTail = ".*";

    /// <summary>The operators; of two that begin alike the longer first.</summary>
    public static readonly IReadOnlyList<string> Operators = ["===", "~=", "==", "!=", "<=", ">=", "<", ">"];

    private readonly PackageVersion? _version = PackageVersion.TryParse(IsPrefix(Operator, Text) ? Text[..^AnyTail.Length] : Text);

    /// <summary>Whether it says something: the text is a version that the operator takes.</summary>
    public bool IsValid =>
        Operator == "===" ? Text.Length > 0
        : _version is null ? false
        : IsPrefix(Operator, Text) ? _version is { Local.Count: 0, Pre: null, Post: null, Dev: null }
        : (_version.Local.Count == 0 || Operator is "==" or "!=") && (Operator != "~=" || _version.Release.Count > 1);

    /// <summary>Whether a version meets it, be it a pre-release or not.</summary>
    public bool Accepts(string version)
    {
        if (Operator == "===")
            return string.Equals(version.Trim(), Text, StringComparison.OrdinalIgnoreCase);
        return IsValid && PackageVersion.TryParse(version) is { } candidate && Accepts(candidate, _version!);
    }

    /// <inheritdoc/>
    public override string ToString() => Operator + Text;

    private static bool IsPrefix(string operation, string text) =>
        operation is "==" or "!=" && text.EndsWith(AnyTail, StringComparison.Ordinal);

    private bool Accepts(PackageVersion candidate, PackageVersion wanted) =>
        Operator switch
        {
            "==" => IsEqual(candidate, wanted),
            "!=" => !IsEqual(candidate, wanted),
            "<=" => candidate.Public.CompareTo(wanted) <= 0,
            ">=" => candidate.Public.CompareTo(wanted) >= 0,
            "~=" => candidate.Public.CompareTo(wanted) >= 0 && BeginsWith(candidate, wanted, wanted.Release.Count - 1),
            // `<1.0` does not mean 1.0's own pre-releases, nor `>1.0` its post-releases and local builds.
            "<" => candidate.CompareTo(wanted) < 0 && (wanted.IsPrerelease || !candidate.IsPrerelease || !HasBase(candidate, wanted)),
            _ => candidate.CompareTo(wanted) > 0
                && (wanted.Post is not null || candidate.Post is null || !HasBase(candidate, wanted))
                && (candidate.Local.Count == 0 || !HasBase(candidate, wanted)),
        };

    private bool IsEqual(PackageVersion candidate, PackageVersion wanted) =>
        IsPrefix(Operator, Text)
            ? BeginsWith(candidate, wanted, wanted.Release.Count)
            : (wanted.Local.Count == 0 ? candidate.Public : candidate).CompareTo(wanted) == 0;

    private static bool BeginsWith(PackageVersion candidate, PackageVersion wanted, int count) =>
        candidate.Epoch == wanted.Epoch && Enumerable.Range(0, count).All(index => candidate.NumberAt(index) == wanted.NumberAt(index));

    private static bool HasBase(PackageVersion candidate, PackageVersion wanted) => candidate.Base.CompareTo(wanted.Base) == 0;
}
