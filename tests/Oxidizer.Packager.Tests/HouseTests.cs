using System.Reflection;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Tests;

/// <summary>The laws of the house, each told with all that break it.</summary>
public sealed partial class HouseTests
{
    private static readonly Assembly s_cache = typeof(IActionCache).Assembly;
    private static readonly Assembly s_packager = typeof(Pipeline).Assembly;
    private static readonly string s_sources = Path.Combine(Repository.Root, "src", "Oxidizer.Packager");
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
    public void A_room_is_named_for_its_folder()
    {
        var offenders = Sources().Where(path => !IsOf(path, File.ReadAllText(Path.Combine(s_sources, path))));
        Assert.Empty(offenders);
    }

    [Fact]
    public void A_room_uses_only_rooms_below_it()
    {
        using var image = File.OpenRead(s_packager.Location);
        Assert.Empty(RoomOrder.Packager.BrokenBy(RoomReferences.Read(image)));
        Assert.Empty(Sources().SelectMany(path => RoomOrder.Packager.BrokenBy(path, File.ReadAllText(Path.Combine(s_sources, path)))));
    }

    // A stage that was given all of it would say nothing of what it reads.
    [Fact]
    public void Only_the_pipeline_and_its_session_know_the_whole_configuration() =>
        Assert.Equal(
            ["BuildSession.cs", "Pipeline.cs"],
            Sources()
                .Where(path => Path.GetDirectoryName(path) != "Configuration" && KnowsTheConfiguration(path))
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void The_order_of_rooms_names_every_folder_and_no_other() =>
        Assert.Equal(
            Sources()
                .Select(path => Path.GetDirectoryName(path)!)
                .Where(folder => folder.Length > 0)
                .Distinct()
                .Order(StringComparer.Ordinal),
            RoomOrder.Packager.Rooms.Order(StringComparer.Ordinal)
        );

    [Fact]
    public void No_room_holds_more_than_thirty_files()
    {
        const int most = 30;
        var files = Directory
            .EnumerateFiles(s_sources, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(s_sources, path))
            .Where(IsSource);
        Assert.Empty(
            files
                .GroupBy(path => Path.GetDirectoryName(path))
                .Where(folder => folder.Count() > most)
                .Select(folder => $"{folder.Key}: {folder.Count()}")
        );
    }

    // This assembly is the example: its types need each other in each of the ways that a type can.
    [Theory]
    [InlineData(nameof(Rooms.Above.ByBase))]
    [InlineData(nameof(Rooms.Above.ByField))]
    [InlineData(nameof(Rooms.Above.ByParameter))]
    [InlineData(nameof(Rooms.Above.ByTypeArgument))]
    [InlineData(nameof(Rooms.Above.ByCall))]
    [InlineData(nameof(Rooms.Above.ByCallInLambda))]
    [InlineData(nameof(Rooms.Above.ByCallAfterSwitch))]
    [InlineData(nameof(Rooms.Above.ByCatch))]
    [InlineData("ByConstraint")]
    [InlineData(nameof(Rooms.Above.ByAttribute))]
    [InlineData(nameof(Rooms.Above.ByAttributeOfMember))]
    public void A_reference_to_a_room_above_is_found(string type)
    {
        using var image = File.OpenRead(typeof(HouseTests).Assembly.Location);
        var references = RoomReferences
            .Read(image)
            .Where(reference => reference.From.StartsWith(type + '`', StringComparison.Ordinal) || reference.From == type)
            .ToList();
        Assert.Contains(
            new RoomOrder("Oxidizer.Packager.Tests.Rooms", ["Above", "Below"]).BrokenBy(references),
            broken => broken.StartsWith($"Oxidizer.Packager.Tests.Rooms.Above.{type}", StringComparison.Ordinal)
        );
        Assert.Empty(new RoomOrder("Oxidizer.Packager.Tests.Rooms", ["Below", "Above"]).BrokenBy(references));
    }

    [Theory]
    [InlineData("using Oxidizer.Packager.Installing;\n\nnamespace Oxidizer.Packager.Linking;\n", true)]
    [InlineData("using static Oxidizer.Packager.Installing.FileMoves;\n\nnamespace Oxidizer.Packager.Linking;\n", true)]
    [InlineData("using Moves = Oxidizer.Packager.Installing.FileMoves;\n\nnamespace Oxidizer.Packager.Linking;\n", true)]
    [InlineData("using Oxidizer.Packager.NotInTheOrder;\n\nnamespace Oxidizer.Packager.Linking;\n", true)]
    [InlineData("using Oxidizer.Packager;\n\nnamespace Oxidizer.Packager.Linking;\n", true)]
    [InlineData("using Oxidizer.Packager.Files;\nusing Oxidizer.Cache;\n\nnamespace Oxidizer.Packager.Linking;\n", false)]
    public void A_directive_for_a_room_above_is_found(string source, bool isBroken) =>
        Assert.Equal(isBroken, RoomOrder.Packager.BrokenBy("Linking/X.cs", source).Any());

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

    // The diagnostics of every room are members of one type; their files stand in the rooms.
    private static bool IsOf(string path, string text)
    {
        var folder = Path.GetDirectoryName(path)!.Replace('/', '.');
        var expected = folder.Length == 0 ? "namespace Oxidizer.Packager;" : $"namespace Oxidizer.Packager.{folder};";
        return text.Contains(expected, StringComparison.Ordinal)
            || (
                path.EndsWith("Diagnostics.cs", StringComparison.Ordinal)
                && text.Contains("namespace Oxidizer.Packager.Diagnostics;", StringComparison.Ordinal)
            );
    }

    private static IEnumerable<string> Sources() =>
        Directory
            .EnumerateFiles(s_sources, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(s_sources, path))
            .Where(IsSource);

    private static bool IsSource(string path) => path.Split('/')[0] is not ("obj" or "bin");

    // By its name, or by the session's member that has it.
    private static bool KnowsTheConfiguration(string path) =>
        System.Text.RegularExpressions.Regex.IsMatch(
            File.ReadAllText(Path.Combine(s_sources, path)),
            @"\bBuildConfiguration\b|\b[Ss]ession\.Configuration\b"
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
