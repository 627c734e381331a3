using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Selection;

/// <summary>
/// Chooses the distribution's extension modules, and of each the variant. What the core holds or cannot start without is always there; the
/// policy decides about the rest; what the table names, its user has decided. <c>none</c> and <c>minimal</c> are the same today: both leave
/// only those.
/// </summary>
internal sealed class ExtensionPolicy(ExtensionsTable table, Distribution distribution, DiagnosticBag diagnostics)
{
    private const string NoCopyleft = "no-copyleft";

    // Readline is under the GPL, which would bind the whole product; libedit is not, and does the same for a prompt.
    private static readonly Dictionary<string, string> s_preferred = new(StringComparer.Ordinal) { ["readline"] = "libedit" };

    /// <summary>The chosen variants, by name. Unknown names and variants go into the diagnostics.</summary>
    public IReadOnlyList<ExtensionVariant> Choose(bool includeTestModules)
    {
        CheckNames();
        return
        [
            .. distribution
                .Extensions.OrderBy(extension => extension.Key, StringComparer.Ordinal)
                .Select(extension => ChooseVariant(extension.Key, extension.Value, includeTestModules))
                .OfType<ExtensionVariant>(),
        ];
    }

    private void CheckNames()
    {
        foreach (
            var name in table
                .Includes.Concat(table.Excludes)
                .Concat(table.Variants.Keys)
                .Where(name => !distribution.Extensions.ContainsKey(name))
                .Distinct()
        )
            diagnostics.Add(
                DiagnosticKinds.ExtensionUnknown,
                $"`{distribution.Name}` has no extension module `{name}`{Nearest(name)}; take the name out of [python_extensions]",
                table.Location
            );
    }

    private ExtensionVariant? ChooseVariant(string name, IReadOnlyList<ExtensionVariant> variants, bool includeTestModules)
    {
        var fixedOne = variants.FirstOrDefault(variant => variant.InCore || variant.Required);
        if (table.Excludes.Contains(name))
        {
            if (fixedOne is not null)
                diagnostics.Add(
                    DiagnosticKinds.ExtensionNotRemovable,
                    $"`{name}` is part of CPython's core or needed by its start, and cannot be left out; take it out of `excludes`",
                    table.Location
                );
            return null;
        }
        var wanted = table.Variants.GetValueOrDefault(name);
        if (wanted is not null)
        {
            var named = variants.FirstOrDefault(variant => variant.Variant == wanted);
            if (named is null)
                diagnostics.Add(
                    DiagnosticKinds.ExtensionVariantUnknown,
                    $"the extension module `{name}` has no variant `{wanted}`; it has {string.Join(", ", variants.Select(variant => $"`{variant.Variant}`"))}",
                    table.Location
                );
            return named is not null && (fixedOne is not null || table.Policy == NoCopyleft || Allows(named)) ? named : null;
        }
        if (fixedOne is not null)
            return fixedOne;
        if (IsForTests(name) && !includeTestModules && !table.Includes.Contains(name))
            return null;
        var allowed = variants.Where(Allows).ToList();
        return allowed.Find(variant => variant.Variant == s_preferred.GetValueOrDefault(name)) ?? allowed.FirstOrDefault();
    }

    private bool Allows(ExtensionVariant variant) =>
        table.Policy switch
        {
            "none" or "minimal" => false,
            "no-libraries" => variant.Links.All(link => link.IsSystem),
            NoCopyleft => table.Includes.Contains(variant.Name) || IsFree(variant),
            "explicit-includes" => table.Includes.Contains(variant.Name),
            "explicit-excludes" or "all" => true,
            _ => throw new InvalidOperationException($"`policy = \"{table.Policy}\"` came through the reader; please report this"),
        };

    // A licence that is unknown may be anything, unless no library is linked: then it is CPython's own.
    private static bool IsFree(ExtensionVariant variant)
    {
        if (variant.IsPublicDomain)
            return true;
        return variant.Licenses is { IsDefaultOrEmpty: false } licenses
            ? licenses.All(license => SpdxExpression.TermsOf(license) == LicenseTerms.Free)
            : variant.Links.All(link => link.IsSystem);
    }

    private static bool IsForTests(string name) =>
        name.StartsWith("_test", StringComparison.Ordinal)
        || name.StartsWith("xx", StringComparison.Ordinal)
        || name is "_ctypes_test" or "_xxtestfuzz";

    private string Nearest(string name)
    {
        var nearest = distribution.Extensions.Keys.FirstOrDefault(candidate => candidate.TrimStart('_') == name.TrimStart('_'));
        return nearest is null ? "" : $" (did you mean `{nearest}`?)";
    }
}
