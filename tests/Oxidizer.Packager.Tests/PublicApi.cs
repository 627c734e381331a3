using System.Reflection;

namespace Oxidizer.Packager.Tests;

/// <summary>
/// All that a script can name of an assembly, a line each, in <c>public-api.txt</c>: a member that appears or goes is seen in a review.
/// <c>OXIDIZER_UPDATE_GOLDEN=1</c> writes the file again.
/// </summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Compares an assembly with the list of a test project.</summary>
    public static void AssertIs(string testProject, Assembly assembly)
    {
        var lines = Lines(assembly).ToList();
        var path = Path.Combine(Repository.Root, "tests", testProject, "public-api.txt");
        if (Environment.GetEnvironmentVariable("OXIDIZER_UPDATE_GOLDEN") == "1")
            File.WriteAllLines(path, lines);
        Assert.Equal(File.ReadAllLines(path), lines);
    }

    private static IEnumerable<string> Lines(Assembly assembly) =>
        assembly
            .GetExportedTypes()
            .SelectMany(type => type.GetMembers(Declared).Where(IsVisible).Select(member => $"{type}: {Words(member)}").Prepend($"{type}"))
            .Order(StringComparer.Ordinal);

    private static string Words(MemberInfo member) =>
        member is PropertyInfo property
            ? $"{property} {{ {string.Join(' ', property.GetAccessors().Select(accessor => IsInit(accessor) ? "init" : accessor.Name[..3]))} }}"
            : $"{member}";

    private static bool IsInit(MethodInfo accessor) =>
        accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit));

    // What the compiler adds to every record is no news.
    private static bool IsVisible(MemberInfo member) =>
        !member.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute))
        && member switch
        {
            MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
            FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
            PropertyInfo property => property.GetAccessors().Length > 0,
            EventInfo raised => raised.AddMethod!.IsPublic,
            _ => false,
        };
}
