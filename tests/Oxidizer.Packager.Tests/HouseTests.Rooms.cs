using System.Text.RegularExpressions;

namespace Oxidizer.Packager.Tests;

/// <summary>The laws of the rooms in C#. The addin's own are in its tests.</summary>
public sealed partial class HouseTests
{
    private static readonly House s_packagerHouse = House.Of(
        s_packager,
        "Diagnostics",
        "Processes",
        "Context",
        "Toml",
        "Configuration",
        "Programs",
        "Files",
        "Elf",
        "Runtime",
        "Archives",
        "Distributions",
        "Native",
        "SourceBuilds",
        "Resources",
        "Requirements",
        "Projects",
        "Packages",
        "Pip",
        "Selection",
        "Licenses",
        "Missing",
        "Bytecode",
        "Packing",
        "Linking",
        "Reporting",
        "Installing",
        ""
    );

    // The root holds values, which stand on files alone, and `LiteDbCache`, which stands on everything.
    private static readonly House s_cacheHouse = House.Of(
        s_cache,
        "Files",
        "",
        "Records",
        "Layout",
        "Locking",
        "Memo",
        "Trees",
        "Blobs",
        "Index",
        "Storing",
        "Upkeep",
        "LiteDbCache"
    );

    private static readonly HashSet<(string, string)> s_linkingTypes =
    [
        ("Oxidizer.Packager", "Pipeline"),
        ("Oxidizer.Packager.Linking", "LinkPlan"),
        ("Oxidizer.Packager.Installing", "FileMoves"),
    ];

    [Fact]
    public void A_room_uses_only_rooms_below_it()
    {
        Assert.Empty(s_packagerHouse.Breaches());
        Assert.Empty(s_cacheHouse.Breaches());
    }

    [Fact]
    public void The_order_of_rooms_names_every_folder_and_no_other()
    {
        Assert.Empty(s_packagerHouse.Undeclared());
        Assert.Empty(s_cacheHouse.Undeclared());
    }

    [Fact]
    public void A_room_is_named_for_its_folder()
    {
        Assert.Empty(s_packagerHouse.Misnamed());
        Assert.Empty(s_cacheHouse.Misnamed());
    }

    [Fact]
    public void The_documents_draw_the_rooms_in_their_order()
    {
        var drawn = Regex
            .Matches(
                File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md")),
                @"^   (?:\||    )?\s+(\w+)/ {2,}",
                RegexOptions.Multiline
            )
            .Select(match => match.Groups[1].Value);
        Assert.Equal(s_packagerHouse.Order.Rooms.Reverse().Skip(1), drawn);
        var listed = Regex
            .Matches(
                File.ReadAllText(Path.Combine(s_cacheHouse.Folder, "README.md")).Split("## The rooms")[1],
                @"^\| (?:`(\w+)`|the root) \|",
                RegexOptions.Multiline
            )
            .Select(match => match.Groups[1].Value);
        Assert.Equal(s_cacheHouse.Order.Rooms.Reverse(), listed);
    }

    // A stage that was given all of it would say nothing of what it reads.
    [Fact]
    public void Only_the_pipeline_and_its_session_know_the_whole_configuration() =>
        Assert.Equal(
            ["BuildSession.cs", "Pipeline.cs"],
            s_packagerHouse.Sources.Where(path =>
                Path.GetDirectoryName(path) != "Configuration"
                && Regex.IsMatch(s_packagerHouse.Text(path), @"\bBuildConfiguration\b|\b[Ss]ession\.Configuration\b")
            )
        );

    [Fact]
    public void Installing_knows_of_linking_the_linked_product_alone() =>
        Assert.Equal(
            ["LinkedProduct"],
            References()
                .Where(use => (use.FromRoom, use.ToRoom) == ("Oxidizer.Packager.Installing", "Oxidizer.Packager.Linking"))
                .Select(use => use.To)
                .Distinct()
        );

    [Fact]
    public void The_session_of_a_build_knows_what_lives_as_long_as_it_and_no_stage() =>
        Assert.Equal(
            ["Configuration", "Context", "Projects", "Reporting"],
            References()
                .Where(use => (use.FromRoom, use.From) == ("Oxidizer.Packager", "BuildSession"))
                .Select(use => use.ToRoom["Oxidizer.Packager".Length..].TrimStart('.'))
                .Where(room => room.Length > 0)
                .Distinct()
                .Order(StringComparer.Ordinal)
        );

    // This assembly is the example: its types need each other in each of the ways that a type can.
    [Theory]
    [InlineData(nameof(Rooms.Above.ByBase))]
    [InlineData(nameof(Rooms.Above.ByField))]
    [InlineData(nameof(Rooms.Above.ByParameter))]
    [InlineData(nameof(Rooms.Above.ByReference))]
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
    [InlineData("using Oxidizer.Packager.Installing;", true)]
    [InlineData("global using Oxidizer.Packager.Installing;", true)]
    [InlineData("using static Oxidizer.Packager.Installing.FileMoves;", true)]
    [InlineData("using Moves = Oxidizer.Packager.Installing.FileMoves;", true)]
    [InlineData("using Oxidizer.Packager.NotInTheOrder;", true)]
    [InlineData("using Oxidizer.Packager;", true)]
    [InlineData("using Oxidizer.Packager.Files;\nusing Oxidizer.Cache;", false)]
    public void A_directive_for_a_room_above_is_found(string directive, bool isBroken) =>
        Assert.Equal(isBroken, IsBroken($"{directive}\n\nnamespace Oxidizer.Packager.Linking;\n"));

    [Theory]
    [InlineData("Oxidizer.Packager.Installing.FileMoves.Limit", true)]
    [InlineData("global::Oxidizer.Packager.Installing.FileMoves.Limit", true)]
    [InlineData("Packager.Installing.FileMoves.Limit", true)]
    [InlineData("Installing.FileMoves.Limit", true)]
    [InlineData("Installing\n    .FileMoves.Limit", true)]
    [InlineData("nameof(Installing.FileMoves)", true)]
    [InlineData("$\"// {Installing.FileMoves.Limit}\"", true)]
    [InlineData("\"//\" + Installing.FileMoves.Limit", true)]
    [InlineData("'\"' + Installing.FileMoves.Limit", true)]
    [InlineData("Pipeline.Limit", true)]
    [InlineData("LinkPlan.Limit", false)]
    [InlineData("Linking.LinkPlan.Limit", false)]
    [InlineData("Installing.Count", false)]
    [InlineData("what.Installing.FileMoves", false)]
    [InlineData("1; // Installing.FileMoves.Limit", false)]
    [InlineData("1; /* Installing.FileMoves.Limit */", false)]
    public void A_constant_of_a_room_above_is_found_by_whatever_name_it_is_called(string value, bool isBroken) =>
        Assert.Equal(isBroken, IsBroken($"namespace Oxidizer.Packager.Linking;\n\nclass X\n{{\n    object Value => {value};\n}}\n"));

    [Fact]
    public void A_folder_without_a_place_in_the_order_and_a_place_without_a_folder_are_found()
    {
        var rooms = s_cacheHouse.Order.Rooms.Where(room => room != "Memo").Append("Attic");
        var house = s_cacheHouse with { Order = s_cacheHouse.Order with { Rooms = [.. rooms] } };
        Assert.Equal(["Memo", "Attic"], house.Undeclared());
        Assert.Contains(house.Breaches(), breach => breach.EndsWith("uses Oxidizer.Cache.Memo.FileMemo", StringComparison.Ordinal));
    }

    private static bool IsBroken(string source) => s_packagerHouse.Order.BrokenBy("Linking/X.cs", source, s_linkingTypes).Any();

    private static IReadOnlyList<RoomReference> References()
    {
        using var image = File.OpenRead(s_packager.Location);
        return RoomReferences.Read(image);
    }
}
