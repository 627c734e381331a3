using System.Reflection;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Tests;

/// <summary>The laws of the house, each told with all that break it.</summary>
public sealed partial class HouseTests
{
    private static readonly Assembly s_cache = typeof(IActionCache).Assembly;
    private static readonly Assembly s_packager = typeof(Pipeline).Assembly;
    private static readonly Type[] s_ours = [.. s_cache.GetTypes(), .. s_packager.GetTypes()];

    [Fact]
    public void The_cache_uses_nothing_of_ours() =>
        Assert.Empty(References(s_cache).Where(name => name.Contains("Oxidizer", StringComparison.Ordinal)).ToList());

    [Fact]
    public void The_packager_uses_the_cache_and_knows_nothing_of_Cake()
    {
        Assert.Empty(References(s_packager).Where(name => name.StartsWith("Cake", StringComparison.Ordinal)).ToList());
        Assert.Equal(["Oxidizer.Cache"], References(s_packager).Where(name => name.StartsWith("Oxidizer", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_record_is_sealed_or_abstract() =>
        Assert.Empty(s_ours.Where(type => IsRecord(type) && !type.IsSealed && !type.IsAbstract).Select(type => type.FullName));

    // Those that gather what one file holds, while it is read in their own room.
    [Fact]
    public void A_record_cannot_be_changed() =>
        Assert.Empty(
            s_ours
                .Where(type => IsRecord(type) && type.Name is not ("RuleSum" or "TomlTable") && !type.IsNestedPrivate)
                .SelectMany(type => type.GetProperties())
                .Where(property => property.SetMethod is { IsPublic: true } set && !IsInitOnly(set))
                .Select(property => $"{property.DeclaringType}.{property.Name}")
        );

    [Fact]
    public void No_type_is_named_for_having_no_place()
    {
        string[] refused = ["Manager", "Helper", "Helpers", "Utils", "Util", "Utility", "Utilities", "Internal", "Impl"];
        Assert.Empty(
            OurTypes().Where(type => refused.Any(word => type.Name.EndsWith(word, StringComparison.Ordinal))).Select(type => type.FullName)
        );
    }

    [Fact]
    public void No_folder_is_named_for_having_no_content()
    {
        string[] refused = ["Common", "Helpers", "Utils", "Models", "Interfaces", "Shared", "Misc"];
        Assert.Empty(
            OurTypes().Where(type => type.Namespace!.Split('.').Any(part => refused.Contains(part))).Select(type => type.FullName)
        );
    }

    [Fact]
    public void A_settings_record_has_no_list_that_is_null_by_default() =>
        Assert.Empty(
            s_ours
                .Where(type => type.Name.EndsWith("Table", StringComparison.Ordinal) && type.GetConstructor([]) is not null)
                .SelectMany(type =>
                    type.GetProperties()
                        .Where(property => IsCollection(property.PropertyType) && property.GetValue(Activator.CreateInstance(type)) is null)
                )
                .Select(property => $"{property.DeclaringType}.{property.Name}")
        );

    private static IEnumerable<Type> OurTypes() =>
        s_cache
            .GetTypes()
            .Concat(s_packager.GetTypes())
            .Where(type => type.Namespace?.StartsWith("Oxidizer", StringComparison.Ordinal) == true && !type.Name.Contains('<'));

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(name => name.Name!);

    private static bool IsRecord(Type type) => type.IsClass && type.GetMethod("<Clone>$") is not null;

    private static bool IsInitOnly(MethodInfo set) =>
        set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit));

    private static bool IsCollection(Type type) => type != typeof(string) && typeof(System.Collections.IEnumerable).IsAssignableFrom(type);
}
