using System.Reflection;

namespace Oxidizer.Packager.Tests;

/// <summary>The fields of records that actions read. A test of an action has a row for each; a field that is new and has none fails
/// it.</summary>
internal static class Fields
{
    private const BindingFlags Everywhere = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Names such as <c>PackInput.Codec</c>. What a record computes from its other fields is none.</summary>
    public static IEnumerable<string> Of(params Type[] records) =>
        records.SelectMany(record =>
            record.GetProperties(Everywhere).Where(field => field.SetMethod is not null).Select(field => $"{record.Name}.{field.Name}")
        );

    /// <summary>Names such as <c>Fetch.address</c>, for an action that is given its inputs one by one.</summary>
    public static IEnumerable<string> OfParameters(Type type, string method) =>
        type.GetMethod(method, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!
            .GetParameters()
            .Select(parameter => $"{method}.{parameter.Name}");
}
