using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Requirements;

/// <summary>An environment marker of PEP 508: <c>python_version &lt; "3.8" and (extra == 'tls' or os_name == "nt")</c>.</summary>
internal abstract record Marker
{
    /// <summary>The variable that names an extra of the distribution which has the requirement.</summary>
    public const string Extra = "extra";

    /// <summary>Whether it holds.</summary>
    /// <param name="environment">Where the product runs.</param>
    /// <param name="extra">The extra that was asked, or empty.</param>
    public abstract bool Holds(MarkerEnvironment environment, string extra);

    /// <summary>All (or any) of several.</summary>
    /// <param name="All"><c>and</c>; else <c>or</c>.</param>
    /// <param name="Parts">In order.</param>
    public sealed record Group(bool All, IReadOnlyList<Marker> Parts) : Marker
    {
        /// <inheritdoc/>
        public override bool Holds(MarkerEnvironment environment, string extra) =>
            All ? Parts.All(part => part.Holds(environment, extra)) : Parts.Any(part => part.Holds(environment, extra));
    }

    /// <summary>A value of a comparison.</summary>
    /// <param name="IsVariable">Whether it is the name of a variable.</param>
    /// <param name="Text">The name, or the text between the quotes.</param>
    public readonly record struct Value(bool IsVariable, string Text)
    {
        /// <summary>Whether it is <c>extra</c>.</summary>
        public bool IsExtra => IsVariable && Text == Extra;

        internal string In(MarkerEnvironment environment, string extra) =>
            !IsVariable ? Text
            : IsExtra ? extra
            : environment[Text];
    }

    /// <summary>A comparison: by version where the right side is one, else of texts.</summary>
    public sealed record Comparison(Value Left, string Operator, Value Right) : Marker
    {
        /// <inheritdoc/>
        public override bool Holds(MarkerEnvironment environment, string extra)
        {
            var (left, right) = (Left.In(environment, extra), Right.In(environment, extra));
            // PEP 685: the names of extras are equal in whatever form they are written.
            if (Left.IsExtra || Right.IsExtra)
                (left, right) = (DistributionNames.Normalize(left), DistributionNames.Normalize(right));
            else if (
                new VersionSpecifier(Operator, right) is { IsValid: true } specifier
                && VersionSpecifier.Operators.Contains(Operator)
                && PackageVersion.TryParse(left) is not null
            )
                return specifier.Accepts(left);
            var order = string.CompareOrdinal(left, right);
            return Operator switch
            {
                "in" => right.Contains(left, StringComparison.Ordinal),
                "not in" => !right.Contains(left, StringComparison.Ordinal),
                "==" or "===" => order == 0,
                "!=" => order != 0,
                "<" => order < 0,
                "<=" => order <= 0,
                ">" => order > 0,
                ">=" => order >= 0,
                // `~=` says something of versions alone.
                _ => false,
            };
        }
    }
}
