using System.Reflection;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Tests;

/// <summary>The laws of the house, each told with all that break it.</summary>
public sealed partial class HouseTests
{
    private static readonly Assembly s_cache = typeof(IActionCache).Assembly;
    private static readonly Assembly s_packager = typeof(Pipeline).Assembly;
    private static readonly Type[] s_public = [.. s_cache.GetExportedTypes(), .. s_packager.GetExportedTypes()];

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
    public void A_public_record_is_sealed_or_abstract() =>
        Assert.Empty(s_public.Where(type => IsRecord(type) && !type.IsSealed && !type.IsAbstract).Select(type => type.FullName));

    [Fact]
    public void A_public_record_cannot_be_changed() =>
        Assert.Empty(s_public.Where(IsRecord).SelectMany(type => type.GetProperties())
            .Where(property => property.SetMethod is { IsPublic: true } set && !IsInitOnly(set)).Select(property => $"{property.DeclaringType}.{property.Name}"));

    [Fact]
    public void No_type_is_named_for_having_no_place()
    {
        string[] refused = ["Manager", "Helper", "Helpers", "Utils", "Util", "Utility", "Utilities", "Internal", "Impl"];
        Assert.Empty(OurTypes().Where(type => refused.Any(word => type.Name.EndsWith(word, StringComparison.Ordinal))).Select(type => type.FullName));
    }

    [Fact]
    public void No_folder_is_named_for_having_no_content()
    {
        string[] refused = ["Common", "Helpers", "Utils", "Models", "Interfaces", "Shared", "Misc"];
        Assert.Empty(OurTypes().Where(type => type.Namespace!.Split('.').Any(part => refused.Contains(part))).Select(type => type.FullName));
    }

    [Fact]
    public void A_room_is_named_for_its_folder()
    {
        var sources = Path.Combine(Repository.Root, "src", "Oxidizer.Packager");
        var offenders = Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(sources, path)).Where(path => !path.StartsWith("obj", StringComparison.Ordinal) && !path.StartsWith("bin", StringComparison.Ordinal))
            .Where(path => !IsOf(path, File.ReadAllText(Path.Combine(sources, path))));
        Assert.Empty(offenders);
    }

    [Fact]
    public void A_settings_record_has_no_list_that_is_null_by_default() =>
        Assert.Empty(s_public.Where(type => type.Name.EndsWith("Table", StringComparison.Ordinal) && type.GetConstructor([]) is not null)
            .SelectMany(type => type.GetProperties().Where(property => IsCollection(property.PropertyType) && property.GetValue(Activator.CreateInstance(type)) is null))
            .Select(property => $"{property.DeclaringType}.{property.Name}"));

    // The diagnostics of every room are members of one type; their files stand in the rooms.
    private static bool IsOf(string path, string text)
    {
        var folder = Path.GetDirectoryName(path)!.Replace('/', '.');
        var expected = folder.Length == 0 ? "namespace Oxidizer.Packager;" : $"namespace Oxidizer.Packager.{folder};";
        return text.Contains(expected, StringComparison.Ordinal)
            || (path.EndsWith("Diagnostics.cs", StringComparison.Ordinal) && text.Contains("namespace Oxidizer.Packager.Diagnostics;", StringComparison.Ordinal));
    }

    private static IEnumerable<Type> OurTypes() => s_cache.GetTypes().Concat(s_packager.GetTypes())
        .Where(type => type.Namespace?.StartsWith("Oxidizer", StringComparison.Ordinal) == true && !type.Name.Contains('<'));

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(name => name.Name!);

    private static bool IsRecord(Type type) => type.IsClass && type.GetMethod("<Clone>$") is not null;

    private static bool IsInitOnly(MethodInfo set) => set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit));

    private static bool IsCollection(Type type) => type != typeof(string) && typeof(System.Collections.IEnumerable).IsAssignableFrom(type);
}
