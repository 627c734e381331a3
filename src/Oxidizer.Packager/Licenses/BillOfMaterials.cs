using System.Globalization;
using System.Text;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Licenses;

/// <summary>What a bill of materials is about, whatever its form.</summary>
/// <param name="Name">The product's.</param>
/// <param name="Target">What it runs on.</param>
/// <param name="Product">The product's digest; <c>null</c> in the bill that the product carries, because it is a part of what would be
/// digested.</param>
/// <param name="Parts">What is in it.</param>
internal sealed record BillOfMaterials(string Name, string Target, Sha256Digest? Product, ComponentGraph Parts)
{
    private const string TimeVariable = "SOURCE_DATE_EPOCH";

    /// <summary>The time that the bill says it was made at; <c>null</c>: none, because equal inputs give equal bytes.</summary>
    public static DateTimeOffset? Time =>
        long.TryParse(Environment.GetEnvironmentVariable(TimeVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        // What a time of four digits for the year can hold.
        && seconds <= 253402300799
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    /// <summary>Tells this bill from others: of the product's digest, or of what is in it.</summary>
    public Guid Serial => NameUuid.Of(Product is { } digest ? $"sha256:{digest}" : $"parts:{Sha256Digest.Of(Describe())}");

    /// <summary>A time as both forms have it.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private string Describe()
    {
        var text = new StringBuilder(Name).Append('\0').Append(Target);
        foreach (var part in Parts.Components)
            text.Append('\0')
                .AppendJoin(
                    '\0',
                    part.Id,
                    part.Version,
                    part.License.ToString(),
                    part.Purl,
                    part.Digest?.ToString(),
                    string.Join(' ', part.DependsOn)
                );
        return text.ToString();
    }
}
