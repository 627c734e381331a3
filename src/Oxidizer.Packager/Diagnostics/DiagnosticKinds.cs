namespace Oxidizer.Packager.Diagnostics;

/// <summary>
/// Every diagnostic that a build can give. Each room adds its own in a partial file beside its code, from its range:
/// 00 the build as a whole, 01 configuration, 02 distributions, 03 resources, 04 bytecode, 05 native code and processes, 06 packing, 07
/// linking, 08 installing,
/// 09 cache, 10 the runtime inside products (declared in <c>pyembed</c>).
/// </summary>
public static partial class DiagnosticKinds
{
    /// <summary>Every declared kind, by id. A test asserts that no id is declared twice.</summary>
    public static IReadOnlyDictionary<string, DiagnosticKind> All =>
        typeof(DiagnosticKinds)
            .GetFields(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Static)
            .Where(declared => declared.FieldType == typeof(DiagnosticKind))
            .Select(declared => (DiagnosticKind)declared.GetValue(null)!)
            .ToDictionary(kind => kind.Id, StringComparer.Ordinal);
}
