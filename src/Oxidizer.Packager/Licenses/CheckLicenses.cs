using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Licenses;

/// <summary>Holds the parts of a product against <c>[licenses]</c>. Each that may not be there is said with the chain that brought
/// it.</summary>
internal sealed class CheckLicenses
{
    private const string Allow = "licenses.allow",
        Deny = "licenses.deny",
        Known = "licenses.known";

    private readonly LicensesTable _table;
    private readonly KeyPositions _positions;
    private readonly DiagnosticBag _diagnostics;
    private readonly List<LicensePattern> _allowed;
    private readonly List<LicensePattern> _denied;

    private CheckLicenses(LicensesTable table, KeyPositions positions, DiagnosticBag diagnostics)
    {
        (_table, _positions, _diagnostics) = (table, positions, diagnostics);
        (_allowed, _denied) = (Read(table.Allow, Allow), Read(table.Deny, Deny));
    }

    /// <summary>Gives parts the licences of <c>known</c>, and reports what <c>allow</c> and <c>deny</c> do not take.</summary>
    /// <returns>The parts, with the licences that the configuration knows.</returns>
    public static IReadOnlyList<Component> Apply(
        IReadOnlyList<Component> components,
        LicensesTable table,
        KeyPositions positions,
        DiagnosticBag diagnostics
    )
    {
        var check = new CheckLicenses(table, positions, diagnostics);
        components = check.Correct(components);
        if (table.Allow.Count > 0 || table.Deny.Count > 0)
            check.Judge(components);
        return components;
    }

    private List<LicensePattern> Read(IReadOnlyList<string> texts, string key)
    {
        var patterns = new List<LicensePattern>();
        foreach (var text in texts)
        {
            if (LicensePattern.TryParse(text, out var problem) is { } pattern)
                patterns.Add(pattern);
            else
                _diagnostics.Add(
                    DiagnosticKinds.InvalidValue,
                    $"`{key[(key.IndexOf('.') + 1)..]}` of [licenses]: {problem}",
                    _positions.Of(key)
                );
        }
        return patterns;
    }

    private IReadOnlyList<Component> Correct(IReadOnlyList<Component> components)
    {
        if (_table.Known.Count == 0)
            return components;
        var known = _table.Known.ToDictionary(entry => DistributionNames.Normalize(entry.Key), StringComparer.Ordinal);
        var names = components.Select(component => DistributionNames.Normalize(component.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, (written, expression)) in known)
        {
            if (SpdxExpression.TryParse(expression) is null)
                _diagnostics.Add(
                    DiagnosticKinds.InvalidValue,
                    $"`known` of [licenses] cannot give `{written}` the licence `{expression}`, which is no expression of SPDX; write one such as `MIT`, `MIT AND ISC`, or `LicenseRef-Mine`",
                    _positions.Of(Known)
                );
            else if (!names.Contains(name))
                _diagnostics.Add(
                    DiagnosticKinds.LicenseOfNothing,
                    $"`known` of [licenses] names `{written}`, which is no part of the product; it was left out, or is named otherwise: the record beside the product lists all",
                    _positions.Of(Known)
                );
        }
        return
        [
            .. components.Select(component =>
                known.TryGetValue(DistributionNames.Normalize(component.Name), out var entry)
                    ? component with
                    {
                        License = LicenseStatement.Of(entry.Value),
                    }
                    : component
            ),
        ];
    }

    private void Judge(IReadOnlyList<Component> components)
    {
        var graph = new ComponentGraph(components);
        foreach (var component in components)
        {
            if (component.License.Expression is not { } expression)
                ReportUnknown(component, graph);
            else if (!expression.Accepts(license => !_denied.Exists(pattern => pattern.Matches(license))))
                Report(component, graph, Deny, $"which `deny` has (`{Denying(expression)}`)", "`deny`");
            else if (!expression.Accepts(IsAccepted))
                Report(component, graph, Allow, "which `allow` has not", "`allow`");
        }
    }

    private bool IsAccepted(SpdxLicense license) =>
        !_denied.Exists(pattern => pattern.Matches(license))
        && (_allowed.Count == 0 || _allowed.Exists(pattern => pattern.Matches(license)));

    private string Denying(SpdxExpression expression) => _denied.Find(pattern => expression.Licenses.Any(pattern.Matches))?.Text ?? "";

    private void Report(Component component, ComponentGraph graph, string key, string why, string list) =>
        _diagnostics.Add(
            DiagnosticKinds.LicenseRefused,
            $"`{component.Name}`{VersionOf(component)} is under `{component.License}`, {why}: {graph.ChainOf(component)}; {WayOut(component)}, or change {list}",
            _positions.Of(key)
        );

    // What denies some licences cannot tell whether this is one of them; what allows some was not answered.
    private void ReportUnknown(Component component, ComponentGraph graph)
    {
        var declared = component.License.Declared is { Length: > 0 } words
            ? $"says only `{Shorten(words)}` of its licence"
            : "says nothing of its licence";
        _diagnostics.Add(
            _table.Allow.Count > 0 ? DiagnosticKinds.LicenseUnknown : DiagnosticKinds.LicenseNotTold,
            $"`{component.Name}`{VersionOf(component)} {declared}: {graph.ChainOf(component)}; read its text, and write `known = {{ {Key(component.Name)} = \"<SPDX expression>\" }}` in [licenses]",
            _positions.Of(_table.Allow.Count > 0 ? Allow : Deny)
        );
    }

    private static string WayOut(Component component) =>
        component.Kind switch
        {
            ComponentKind.Package => "take another package, or leave it out (`without`, `excludes`)",
            ComponentKind.Extension or ComponentKind.Library =>
                "leave out the extension module that links it (`excludes` or `variants` of [python_extensions])",
            ComponentKind.SharedLibrary => "leave it to the target (`system_libraries` of [python_extensions])",
            _ => "no product is without it",
        };

    private static string VersionOf(Component component) => component.Version.Length > 0 ? " " + component.Version : "";

    // A bare key of TOML has letters, digits, `_` and `-`.
    private static string Key(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? name : $"\"{name}\"";

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "...";
}
