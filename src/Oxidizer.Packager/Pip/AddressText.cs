using System.Text;
using System.Text.RegularExpressions;

namespace Oxidizer.Packager.Pip;

/// <summary>Addresses of indexes and files: what is secret in them is known, and stays out of logs, keys and records.</summary>
internal static partial class AddressText
{
    /// <summary>What stands for a secret.</summary>
    public const string Hidden = "****";

    /// <summary>A text without the names and passwords of users in its addresses: <c>https://host/simple</c>.</summary>
    public static string WithoutCredentials(string text) => UserInfo().Replace(text, "${scheme}");

    /// <summary>The names of the variables that a text takes from the environment, as <c>${NAME}</c>.</summary>
    public static IEnumerable<string> VariablesOf(string text) => Variable().Matches(text).Select(match => match.Groups["name"].Value);

    /// <summary>A text with its variables filled in; those that are not set stay, and are named.</summary>
    public static string Expand(string text, ICollection<string> unset) =>
        Variable()
            .Replace(
                text,
                match =>
                {
                    var name = match.Groups["name"].Value;
                    if (Environment.GetEnvironmentVariable(name) is { } value)
                        return value;
                    unset.Add(name);
                    return match.Value;
                }
            );

    /// <summary>What is secret in a text, in the forms that programs print it in.</summary>
    public static IEnumerable<string> SecretsOf(string text) =>
        UserInfo()
            .Matches(text)
            .SelectMany(match => match.Groups["user"].Value.Split(':', 2).Append(match.Groups["user"].Value))
            .Append("")
            .SelectMany(secret => new[] { secret, Uri.UnescapeDataString(secret) });

    /// <summary>A text with secrets hidden.</summary>
    /// <param name="text">What a program wrote.</param>
    /// <param name="secrets">The longest first.</param>
    public static string Hide(string text, IReadOnlyList<string> secrets)
    {
        var hidden = new StringBuilder(UserInfo().Replace(text, "${scheme}" + Hidden + "@"));
        foreach (var secret in secrets)
            hidden.Replace(secret, Hidden);
        return hidden.ToString();
    }

    [GeneratedRegex(@"(?<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?<user>[^/\s""']+)@")]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Variable();
}
